import Conversations
import Foundation
import Parquet
import PreferenceData
import StrictJSON

extension SourceRecord {
    /// The one picture of a row, under whichever of the columns it is: bytes inside of the file, a path, an object with
    /// `path` or `bytes` (base64), a `data:` address, or a list with one of these. `nil` when there is none.
    func picture(_ columns: String...) throws(RowError) -> ExchangeRow.Picture? {
        for column in columns where has(column) {
            if let stored = pictures[column] {
                if let bytes = stored.bytes, !bytes.isEmpty { return .embedded(EncodedImage(bytes: bytes, path: stored.path)) }
                guard let path = stored.path else { throw missing(column, expected: "the bytes of a picture file") }
                return .file(path)
            }
            if let value = members[column], let picture = try picture(value, column) { return picture }
        }
        return nil
    }

    private func picture(_ value: JSONValue, _ column: String) throws(RowError) -> ExchangeRow.Picture? {
        switch value {
        case .null: return nil
        case .string(let text): return try picture(named: text, column)
        case .object(let members):
            if let encoded = members["bytes"]?.string { return try embedded(encoded, name: members["path"]?.string, column) }
            guard let path = members["path"]?.string ?? members["url"]?.string else {
                throw wrongType(column, value, expected: "a picture: a path, or an object with path or bytes")
            }
            return try picture(named: path, column)
        case .array(let elements):
            guard elements.count < 2 else { throw notAllowed(column, "\(elements.count) pictures", expected: "at most one picture") }
            guard let only = elements.first else { return nil }
            return try picture(only, column)
        default: throw wrongType(column, value, expected: "a picture: a path, or an object with path or bytes")
        }
    }

    /// Nothing is fetched: what lies on the network has to be fetched before, by somebody who knows what it is.
    private func picture(named text: String, _ column: String) throws(RowError) -> ExchangeRow.Picture? {
        if text.isEmpty { return nil }
        if text.hasPrefix("data:") {
            guard let comma = text.firstIndex(of: ","), text[..<comma].hasSuffix(";base64") else {
                throw notAllowed(column, quoted(text), expected: "a data: address in base64")
            }
            return try embedded(String(text[text.index(after: comma)...]), name: nil, column)
        }
        if let mark = text.range(of: "://") {
            throw notAllowed(
                column, quoted(text), expected: "a file: \(text[..<mark.lowerBound]) addresses are not fetched, download the pictures first")
        }
        return .file(LabelStudio.localPath(text))
    }

    private func embedded(_ encoded: String, name: String?, _ column: String) throws(RowError) -> ExchangeRow.Picture {
        guard let data = Data(base64Encoded: encoded), !data.isEmpty else {
            throw notAllowed(column, "\(encoded.utf8.count) characters that are no base64", expected: "a picture file in base64")
        }
        return .embedded(EncodedImage(bytes: Array(data), path: name))
    }
}
