import DurableFiles
import EmbeddedWorld
import Foundation
import PreferenceData

/// Writes the world's data sets in BeaverTails-V's own layout: `data/<category>/<split>.parquet`.
struct WorldFiles {
    private let config: WorldConfig
    private let seed: UInt64

    init(_ config: WorldConfig, seed: UInt64) { (self.config, self.seed) = (config, seed) }

    /// Preference pairs (train and evaluation), pictures with their names, and the base policy's conversations.
    func write(pairs: URL, lessons: URL, conversations: URL) throws {
        let world = try WorldDataset(seed: seed)
        try write(world.pairs(config.trainingPairs, .train), .train, to: pairs) { $0.category }
        try write(world.pairs(config.evaluationPairs, .evaluation), .evaluation, to: pairs) { $0.category }
        try write(world.lessons(config.lessons), .train, to: lessons) { $0.category }
        try write(world.conversations(config.conversations), .train, to: conversations) { $0.category }
    }

    private func write<Row: StoredRow>(_ rows: [Row], _ split: Split, to folder: URL, category: (Row) -> String) throws {
        for (name, members) in Dictionary(grouping: rows, by: category).sorted(by: { $0.key < $1.key }) {
            let place = folder.appending(path: "data/\(name)")
            try DurableFiles.createDirectory(at: place)
            try RowWriter.write(members, to: place.appending(path: "\(split.rawValue).parquet"))
        }
    }
}
