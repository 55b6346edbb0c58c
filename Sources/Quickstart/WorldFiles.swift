import Conversations
import EmbeddedWorld
import Foundation
import Parquet
import PreferenceData

/// The world's data sets on disk, in BeaverTails-V's own layout: `data/<category>/<split>.parquet`.
struct WorldFiles {
    private let config: WorldConfig
    private let seed: UInt64

    init(_ config: WorldConfig, seed: UInt64) { (self.config, self.seed) = (config, seed) }

    /// Writes preference pairs (train and evaluation), pictures with their names, and the base policy's conversations.
    func write(pairs: URL, namings: URL, conversations: URL) throws {
        let world = try WorldDataset(seed: seed)
        try Self.write(world.pairs(config.trainingPairs, .train), to: pairs, "train") { $0.category }
        try Self.write(world.pairs(config.evaluationPairs, .evaluation), to: pairs, "evaluation") { $0.category }
        try Self.write(world.namings(config.namings), to: namings, "train") { $0.category }
        try Self.write(world.conversations(config.conversations), to: conversations, "train") { $0.category }
    }

    static func samples(in folder: URL, _ split: String) throws -> [PreferenceSample] {
        try rows(in: folder, split, of: BeaverTailsVRow.self).map { try $0.row.sample(at: $0.position) }
    }

    static func conversations(in folder: URL) throws -> [Conversation] {
        try rows(in: folder, "train", of: QuestionAnswerRow.self).map { try $0.row.sample(at: $0.position).conversation }
    }

    private static func write<Row: StoredRow>(_ rows: [Row], to folder: URL, _ split: String, category: (Row) -> String) throws {
        for (name, members) in Dictionary(grouping: rows, by: category).sorted(by: { $0.key < $1.key }) {
            let place = folder.appending(path: "data/\(name)")
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            let writer = try ParquetWriter(url: place.appending(path: split + ".parquet"), schema: ParquetSchema(Row.columns))
            for row in members { try writer.append(row.cells) }
            try writer.close()
        }
    }

    private static func rows<Row: StoredRow>(in folder: URL, _ split: String, of type: Row.Type) throws -> [(row: Row, position: RowPosition)] {
        var rows: [(Row, RowPosition)] = []
        let root = folder.appending(path: "data")
        for category in try FileManager.default.contentsOfDirectory(atPath: root.path).sorted() {
            let url = root.appending(path: "\(category)/\(split).parquet")
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            try ParquetFile(url: url).forEachBatch(columns: Row.columns.map(\.name)) { batch in
                for offset in 0..<batch.rowCount {
                    let position = RowPosition(file: url.path, row: batch.firstRow + offset)
                    rows.append((try Row(StoredRecord(at: position, cells: batch.row(offset))), position))
                }
            }
        }
        return rows
    }
}
