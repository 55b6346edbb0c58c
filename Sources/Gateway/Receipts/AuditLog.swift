import DurableFiles
import Foundation
import StrictJSON

/// The judged texts themselves, one JSON object a line, for those who must keep them. Off unless a file is named.
actor AuditLog {
    private let file: AppendableFile

    init(_ path: String) throws { file = try AppendableFile(appendingTo: URL(filePath: path)) }

    func append(requestID: String, key: String, turns: JSONValue, responses: [String], outcome: String) throws {
        let record: JSONValue = [
            "time": .string(Date().formatted(.iso8601)), "request_id": .string(requestID), "key": .string(key),
            "turns": turns,
            "responses": .array(responses.map(JSONValue.string)), "outcome": .string(outcome),
        ]
        try file.append(record.serialized() + "\n")
    }
}
