import ChatServers
import Conversations
import Guardrails
import StrictJSON

/// A request to judge without answering: one or several inputs, each a list of turns.
struct ModerationRequest: Sendable {
    static let defaultModel = "omni-moderation-latest"
    static let maximumInputs = 32

    var model: String
    var inputs: [Turn]

    /// Reads a request: a text, a list of texts (one input each), or a list of parts (together one input).
    static func read(_ value: JSONValue, limits: LimitsConfig, pictures: PictureReader) async throws
        -> ModerationRequest
    {
        guard let body = value.object else {
            throw WireError.badRequest("the body must be an object, found \(value.kind)")
        }
        var model = defaultModel
        if let written = body["model"], !written.isNull {
            guard let name = written.string else { throw WireError.badRequest("model must be a text", param: "model") }
            model = name
        }
        let inputs = try await self.inputs(body["input"], limits, pictures)
        for input in inputs where input.text.utf8.count > limits.textBytesPerMessage {
            throw WireError.tooLarge("an input has more than the \(limits.textBytesPerMessage) bytes of text allowed")
        }
        return ModerationRequest(model: model, inputs: inputs)
    }

    private static func inputs(_ value: JSONValue?, _ limits: LimitsConfig, _ pictures: PictureReader) async throws
        -> [Turn]
    {
        if let text = value?.string { return [Turn(.user, text: text)] }
        guard let elements = value?.array, !elements.isEmpty else {
            throw WireError.badRequest("input must be a text, a list of texts, or a list of parts", param: "input")
        }
        guard elements.count <= maximumInputs else {
            throw WireError.badRequest(
                "input must have 1 to \(maximumInputs) items, found \(elements.count)", param: "input")
        }
        if elements.allSatisfy({ $0.string != nil }) {
            return elements.compactMap { $0.string.map { Turn(.user, text: $0) } }
        }

        guard elements.count(where: { $0["type"]?.string == "image_url" }) <= limits.images else {
            throw WireError.badRequest("more than the \(limits.images) pictures allowed", param: "input")
        }
        var parts: [ContentPart] = []
        for (index, element) in elements.enumerated() {
            let path = "input[\(index)]"
            switch element["type"]?.string {
            case "text":
                guard let text = element["text"]?.string else {
                    throw WireError.badRequest("\(path).text must be a text", param: path)
                }
                parts.append(.text(text))
            case "image_url":
                guard let url = element["image_url"]?["url"]?.string else {
                    throw WireError.badRequest("\(path).image_url must be an object with a url", param: path)
                }
                parts.append(.image(try await pictures.picture(at: url, param: path)))
            default:
                throw WireError.badRequest("\(path) must be a text, or a part of type text or image_url", param: path)
            }
        }
        return [Turn(.user, parts)]
    }
}
