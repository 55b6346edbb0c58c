import Conversations
import DurableFiles
public import Foundation
public import PreferenceData

/// Divides a data set into training and evaluation rows so that no picture, nor one that looks like it, is on both sides.
///
/// Rows whose pictures are the same or near form one group, and groups are never divided. In each category the groups, in
/// an order that depends on the seed and their pictures alone, go to evaluation until its share is reached. So the result
/// depends on no order of files, and adding rows moves few of the old ones.
public struct DataSplit: Sendable {
    /// Of each category's rows that go to evaluation, 0 … 1; reached from below as nearly as whole groups allow.
    public var evaluationShare: Double
    public var seed: UInt64
    /// Hashes that differ in at most this many bits count as one picture; −1: only equal pixels do.
    public var maximumDistance: Int

    public init(evaluationShare: Double, seed: UInt64 = 0, maximumDistance: Int = DataAudit.defaultDistance) {
        self.evaluationShare = evaluationShare
        self.seed = seed
        self.maximumDistance = maximumDistance
    }

    /// Rows written to each split.
    public typealias Counts = [Split: Int]

    /// Reads all splits at hand together, and writes `train.parquet`, `evaluation.parquet` and a card into a folder that
    /// must not exist yet. Throws `RowError` for the first row that cannot be used.
    public func write<Row: StoredRow>(_ datasets: [StoredDataset<Row>], _ form: DatasetForm, to folder: URL) throws -> Counts {
        let evaluation = try evaluationRows(of: datasets)
        let hasSoftLabels = try datasets.contains { try $0.hasOptionalValues }
        var counts: Counts = [:]
        var categories: [String: Int] = [:]
        try DurableFiles.createDirectory(at: folder.deletingLastPathComponent())
        try DurableFiles.publishDirectory(at: folder) { temporary in
            let writers = try Split.allCases.map { try RowWriter<Row>(temporary.appending(path: "\($0.rawValue).parquet"), withOptionalColumns: hasSoftLabels) }
            for (number, dataset) in datasets.enumerated() {
                try dataset.forEachRow { row, position in
                    let row = try row.get()
                    let isEvaluation = evaluation.contains(Address(dataset: number, position: position))
                    try writers[isEvaluation ? 1 : 0].append(row)
                    counts[isEvaluation ? .evaluation : .train, default: 0] += 1
                    categories[try row.sample(at: position).category.rawValue, default: 0] += 1
                }
            }
            for writer in writers { try writer.close() }
            var card = datasets.first?.card ?? DatasetCard()
            card.isTestOnly = datasets.contains { $0.isTestOnly }
            let how = "Split with seed \(seed), evaluation share \(evaluationShare), pictures alike up to \(maximumDistance) of 64 bits together."
            let text = CardText(
                title: "Split data", form: form, card: card, splits: counts, categories: categories, sections: [("Split", how)])
            try DurableFiles.write(text.markdown, to: temporary.appending(path: "README.md"))
        }
        return counts
    }

    private struct Address: Hashable {
        var dataset: Int
        var position: RowPosition
    }

    private struct Group {
        var key: String
        var category: String
        var rows: [Address]
    }

    private func evaluationRows<Row: StoredRow>(of datasets: [StoredDataset<Row>]) throws -> Set<Address> {
        var chosen: Set<Address> = []
        for groups in Dictionary(grouping: try groups(of: datasets), by: \.category).values {
            let wanted = evaluationShare * Double(groups.reduce(0) { $0 + $1.rows.count })
            var count = 0
            for group in groups.sorted(by: { $0.key < $1.key }) where Double(count + group.rows.count) <= wanted {
                count += group.rows.count
                chosen.formUnion(group.rows)
            }
        }
        return chosen
    }

    /// Rows joined by their pictures; a group's category is that of its first row, its key the least of its pictures'
    /// digests, hashed with the seed.
    private func groups<Row: StoredRow>(of datasets: [StoredDataset<Row>]) throws -> [Group] {
        var index = PictureIndex()
        var rows: [(address: Address, category: String, picture: String)] = []
        for (number, dataset) in datasets.enumerated() {
            try dataset.forEachSample { sample in
                let bytes = sample.prompt.image.bytes
                index.add(bytes, at: .init(split: dataset.split, position: sample.position))
                rows.append((Address(dataset: number, position: sample.position), sample.category.rawValue, PictureStore.digest(of: bytes)))
            }
        }
        let roots = joined(index)
        return Dictionary(grouping: rows) { roots[$0.picture] ?? $0.picture }.map { root, rows in
            Group(
                key: PictureStore.digest(of: Array("\(seed):\(root)".utf8)), category: rows[0].category, rows: rows.map(\.address))
        }
    }

    /// For every picture the least digest of those that it is joined with.
    private func joined(_ index: PictureIndex) -> [String: String] {
        var parents = Array(index.entries.indices)
        func root(_ start: Int) -> Int {
            var place = start
            while parents[place] != place { place = parents[place] }
            return place
        }
        for pair in index.alike(maximumDistance: max(maximumDistance, 0)) where maximumDistance >= 0 || pair.likeness == .pixels {
            let (first, second) = (root(pair.first), root(pair.second))
            let isFirstLess = index.entries[first].digest < index.entries[second].digest
            parents[isFirstLess ? second : first] = isFirstLess ? first : second
        }
        return Dictionary(uniqueKeysWithValues: index.entries.indices.map { (index.entries[$0].digest, index.entries[root($0)].digest) })
    }
}
