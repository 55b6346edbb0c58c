import DurableFiles
import Foundation
import StrictJSON

/// The steps of a build that a speaker is asked in, in order; the raw value names the file.
enum Stage: String, CaseIterable {
    case captions, questions, responses, judgements
}

/// One answered call: what went in, what was asked, what came back, what was read of it, what it cost.
struct StageRecord: Sendable {
    var key: String
    var speaker: String
    var input: JSONValue
    var system: String
    var prompt: String
    var answer: SpokenAnswer
    var result: JSONValue

    var json: JSONValue {
        [
            "key": .string(key), "speaker": .string(speaker), "input": input, "system": .string(system), "prompt": .string(prompt),
            "answer": .string(answer.text), "result": result, "prompt_tokens": .integer(Int64(answer.promptTokens)),
            "completion_tokens": .integer(Int64(answer.completionTokens)),
        ]
    }

    init(
        key: String, speaker: String, input: JSONValue, system: String, prompt: String, answer: SpokenAnswer, result: JSONValue
    ) {
        (self.key, self.speaker, self.input, self.system) = (key, speaker, input, system)
        (self.prompt, self.answer, self.result) = (prompt, answer, result)
    }

    init?(_ json: JSONValue) {
        guard let key = json["key"]?.string, let speaker = json["speaker"]?.string, let input = json["input"],
            let system = json["system"]?.string, let prompt = json["prompt"]?.string, let text = json["answer"]?.string,
            let result = json["result"], let read = json["prompt_tokens"]?.integer,
            let written = json["completion_tokens"]?.integer
        else { return nil }
        self.init(
            key: key, speaker: speaker, input: input, system: system, prompt: prompt,
            answer: SpokenAnswer(text: text, promptTokens: read, completionTokens: written), result: result)
    }
}

/// A file of JSON lines that only grows, each line on the device before the next step is taken: a killed process loses the
/// calls under way and nothing else.
final class JSONLinesLog {
    let url: URL
    private let file: AppendableFile

    /// Opens the file, creating it, and drops a last line that was not written to its end.
    ///
    /// - Parameter read: is given every whole line that is there, with its number.
    init(_ url: URL, _ read: (Int, JSONValue) throws -> Void) throws {
        self.url = url
        file = try AppendableFile(appendingTo: url)
        let bytes = try DurableFiles.read(url, limit: 4 << 30)
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        if end < bytes.count { try file.truncate(to: end) }
        let lines = bytes[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        for (index, line) in lines.enumerated() {
            switch Result(catching: { () throws(JSONError) in try JSONValue(parsing: line, limits: .line) }) {
            case .success(let value): try read(index + 1, value)
            case .failure(let error): throw BuildError.damaged(file: url.path, line: index + 1, reason: error.reason)
            }
        }
    }

    func append(_ value: JSONValue) throws {
        try file.append(value.serialized() + "\n")
        try file.synchronise()
    }
}
