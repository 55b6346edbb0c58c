public import Conversations
import Parquet

/// A station on a row's way to the model, as text for people.
public enum SampleStage: String, Sendable, CaseIterable {
    /// The columns as stored.
    case row
    /// What they mean.
    case sample
    /// What the model is shown: for pairs, one conversation for each response.
    case conversation
}

extension StoredRow {
    /// The row at `position` as seen at a stage. Throws `RowError` when it cannot come that far.
    public func described(at stage: SampleStage, _ position: RowPosition) throws(RowError) -> String {
        switch stage {
        case .row: "\(position)\n" + storedText
        case .sample: try sample(at: position).text
        case .conversation: try sample(at: position).conversationText
        }
    }

    private var storedText: String {
        zip(Self.columns, cells).map { column, cell in
            switch cell {
            case .image(let image):
                "\(column.name) (picture): \(EncodedImage(bytes: image.bytes ?? [], path: image.path).summary)"
            case .string(let text): "\(column.name) (text): \(text)"
            case let other: "\(column.name) (\(column.storedType)): \(other.shown)"
            }
        }.joined(separator: "\n")
    }
}

extension StoredSample {
    /// The sample's prompt with each of its responses, as the model is shown them, before any template.
    public var conversationText: String {
        guard !responseTexts.isEmpty else { return prompt.conversation().transcript }
        return responseTexts.map { prompt.conversation(response: $0).transcript }.joined(separator: "\n\n")
    }

    var heading: String {
        "\(position)\ncategory: \(category.rawValue)\n"
            + "picture: \(prompt.image.summary), severity code \(imageSeverity)\nprompt: \(prompt.text)"
    }
}

extension PreferenceSample {
    public var text: String {
        let answers = Side.allCases.map { side in
            let response = responses[side]
            let marks = (moreHelpful == side ? ", more helpful" : "") + (safer == side ? ", safer" : "")
            return "response \(side.id) (\(response.source)\(marks)): \(response.text)\n"
                + "  helpful \(response.helpfulRate), harmless \(response.harmlessRate), "
                + "\(response.isSafe ? "safe" : "unsafe"), severity \(response.severity.name)"
        }
        return ([heading] + answers).joined(separator: "\n")
    }
}

extension QuestionAnswerSample {
    public var text: String {
        heading + "\nresponse (\(isSafe ? "safe" : "unsafe")): \(response)"
    }
}

extension Conversation {
    /// A line `role: …` for each turn; a picture stands in brackets.
    public var transcript: String {
        messages.map { message in
            let parts = message.parts.map { part in
                switch part {
                case .text(let text): text
                case .image(let image): "[\(image.summary)]"
                }
            }
            return "\(message.role.rawValue): \(parts.joined(separator: " "))"
        }.joined(separator: "\n")
    }
}

extension EncodedImage {
    /// "png of 67 bytes, a.png"
    var summary: String {
        "\(PictureKind(bytes)?.rawValue ?? "unknown kind") of \(bytes.count) bytes" + (path.map { ", \($0)" } ?? "")
    }
}
