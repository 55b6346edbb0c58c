import Conversations
import Foundation
import PreferenceData

/// A new folder that is removed with the value's last reference.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "preference-data-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ path: String) -> URL { url.appending(path: path) }

    /// Writes a text file, making the folders on its way.
    func write(_ text: String, to path: String) throws {
        try makeFolder(of: path)
        try Data(text.utf8).write(to: file(path))
    }

    /// Writes rows in the format that the path says.
    func write<Row: StoredRow>(_ rows: [Row], to path: String) throws {
        try makeFolder(of: path)
        try RowWriter.write(rows, to: file(path))
    }

    private func makeFolder(of path: String) throws {
        try FileManager.default.createDirectory(
            at: file(path).deletingLastPathComponent(), withIntermediateDirectories: true)
    }
}

/// The bytes of a PNG file's mark and one more byte, enough where nothing is decoded.
func picture(_ number: UInt8) -> EncodedImage {
    EncodedImage(bytes: [0x89, 0x50, 0x4E, 0x47, number], path: "\(number).png")
}

extension BeaverTailsVRow {
    /// A sound row: the first response is more helpful and unsafe (−2), the second safer (+1).
    static func sound(_ number: Int = 0, category: String = "animal_abuse") -> BeaverTailsVRow {
        BeaverTailsVRow(
            question: "Question \(number)?", image: picture(UInt8(truncatingIfNeeded: number)), category: category,
            imageSeverity: 2, responses: Pair("Helpful \(number).", "Safe \(number)."),
            sources: Pair("model-a", "model-b"), moreHelpfulResponseID: "1", areResponsesSafe: Pair("no", "yes"),
            saferResponseID: "2", harmlessRates: Pair(-2, 1), helpfulRates: Pair(3, 1))
    }

    /// A copy with one change.
    func with(_ change: (inout BeaverTailsVRow) -> Void) -> BeaverTailsVRow {
        var row = self
        change(&row)
        return row
    }
}

let somewhere = RowPosition(file: "train.parquet", row: 7)
