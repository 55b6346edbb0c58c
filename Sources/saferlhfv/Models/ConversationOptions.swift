import ArgumentParser
import ConfigFiles
import Conversations
import DurableFiles
import Foundation
import StrictJSON

/// Options that say what a model is shown.
struct ConversationOptions: ParsableArguments {
    @Option(name: .customLong("image"), help: "A PNG, JPEG or WebP file; may be given again.")
    var images: [String] = []

    @Option(help: "What is asked, after the pictures.")
    var prompt: String?

    @Option(help: "A JSON file with a list of messages: role and content, a text or a list of parts.")
    var messages: String?

    init() {}

    init(images: [String], prompt: String?, messages: String?) {
        (self.images, self.prompt, self.messages) = (images, prompt, messages)
    }

    func validate() throws {
        guard (prompt == nil) != (messages == nil) else { throw ValidationError("give either --prompt or --messages") }
    }

    /// The conversation, its pictures read but not decoded.
    func conversation() throws -> Conversation {
        let pictures = try images.map { try EncodedImage(file: URL(filePath: $0)) }
        if let prompt {
            return Conversation(messages: [
                Message(role: .user, parts: pictures.map(ContentPart.image) + [.text(prompt)])
            ])
        }
        let file = URL(filePath: messages ?? "")
        let json: JSONValue
        do { json = try JSONValue(parsing: DurableFiles.read(file, limit: 16 << 20)) } catch let error as JSONError {
            throw MessagesError(file: file.path, place: "line \(error.line)", reason: error.reason)
        }
        return try Conversation(messages: json, file: file, pictures: pictures)
    }
}

extension EncodedImage {
    /// The bytes of a picture's file, unread by anything but a size limit until they are decoded.
    init(file: URL) throws { self.init(bytes: try DurableFiles.read(file, limit: 10 << 20), path: file.relativePath) }
}

/// A list of messages that is not in order.
struct MessagesError: ExitCoded, CustomStringConvertible {
    let file: String
    /// `messages[2].content[0]`
    let place: String
    let reason: String

    var exitStatus: ExitStatus { .badData }
    var description: String { "\(file): \(place): \(reason)" }
}

extension Conversation {
    /// Reads a list of messages, as chat interfaces write it:
    ///
    ///     [{"role": "user", "content": [{"type": "image", "path": "cat.png"}, {"type": "text", "text": "What is it?"}]}]
    ///
    /// - Parameters:
    ///   - file: names errors, and is the place that relative paths of pictures start from.
    ///   - pictures: for image parts without a path, in order; all must find a place.
    init(messages json: JSONValue, file: URL, pictures: [EncodedImage] = []) throws {
        var reader = MessagesReader(file: file, pictures: pictures[...])
        guard let elements = json.array, !elements.isEmpty else {
            throw reader.error("messages", "found \(json.kind), expected a list of messages")
        }
        self.init(
            messages: try elements.enumerated().map { try reader.message($1, "messages[\($0)]") })
        guard reader.pictures.isEmpty else {
            throw reader.error(
                "messages",
                "\(reader.pictures.count) pictures of --image have no place: add {\"type\": \"image\"} to a content")
        }
    }
}

private struct MessagesReader {
    let file: URL
    /// Pictures that have no place yet.
    var pictures: ArraySlice<EncodedImage>

    func error(_ place: String, _ reason: String) -> MessagesError {
        MessagesError(file: file.path, place: place, reason: reason)
    }

    mutating func message(_ json: JSONValue, _ place: String) throws -> Message {
        guard let object = json.object else { throw error(place, "found \(json.kind), expected role and content") }
        for key in object.keys where key != "role" && key != "content" {
            throw error("\(place).\(key)", "not known; a message has role and content")
        }
        guard let role = object["role"]?.string.flatMap(Role.init) else {
            throw error(
                "\(place).role",
                "found \(object["role"]?.serialized() ?? "nothing"), expected system, user or assistant")
        }
        switch object["content"] {
        case .string(let text)?: return Message(role: role, text: text)
        case .array(let parts)?:
            return Message(role: role, parts: try parts.enumerated().map { try part($1, "\(place).content[\($0)]") })
        case let other:
            throw error("\(place).content", "found \(other?.kind ?? "nothing"), expected a text or a list of parts")
        }
    }

    private mutating func part(_ json: JSONValue, _ place: String) throws -> ContentPart {
        switch json["type"]?.string {
        case "text":
            guard let text = json["text"]?.string else { throw error(place, "a text part needs a text") }
            return .text(text)
        case "image":
            if let path = json["path"] ?? json["image"] {
                guard let path = path.string else {
                    throw error("\(place).path", "found \(path.kind), expected a file's path")
                }
                return .image(try EncodedImage(file: URL(filePath: path, relativeTo: file.deletingLastPathComponent())))
            }
            guard let picture = pictures.popFirst() else {
                throw error(place, "no path, and no picture of --image is left for it")
            }
            return .image(picture)
        default: throw error(place, "found type \(json["type"]?.serialized() ?? "nothing"), expected text or image")
        }
    }
}
