import Conversations
public import Foundation
import Parquet

/// The pairwise data: what reward, cost and preference training read, and the prompts of reinforcement learning.
public typealias BeaverTailsVDataset = StoredDataset<BeaverTailsVRow>

/// The question–answer data: what the guard is trained on.
public typealias QuestionAnswerDataset = StoredDataset<QuestionAnswerRow>

/// Prompts alone: what benchmarks ask.
public typealias PromptDataset = StoredDataset<PromptRow>

/// One split of a data set on disk. Opening it reads only what the files say about themselves; rows are read when asked
/// for, any of them by its index, and no more than a bounded number of bytes of them is kept.
///
/// The order of the rows is fixed: files by category name, rows as stored. Safe to use from several threads.
public final class StoredDataset<Row: StoredRow>: Sendable {
    /// The folder or file that was opened.
    public let url: URL
    public let split: Split
    /// What the data set's card says about its use.
    public let card: DatasetCard

    private let store: RowStore<Row>
    private let index: [RowAddress]

    private init(url: URL, split: Split, card: DatasetCard, store: RowStore<Row>, index: [RowAddress]) {
        self.url = url
        self.split = split
        self.card = card
        self.store = store
        self.index = index
    }

    /// Opens a split; see `DatasetLayout` for what may lie where.
    ///
    /// - Parameter url: the data set's folder, or one file, which is taken for the split.
    /// - Parameter categories: of a file with mixed categories, only rows of those chosen are in the data set; rows
    ///   whose category cannot be read are then left out too.
    /// - Throws: `DatasetError`, `ParquetError` when a column is missing or of another type, `FileError` when the card
    ///   is there but cannot be read.
    public static func load(
        _ url: URL, split: Split = .train, categories: CategorySelection = .all, limits: ReadingLimits = .default
    ) throws -> StoredDataset {
        let card = try DatasetCard.find(for: url)
        let entries = try DatasetLayout.find(url, split, categories)
        let store = RowStore<Row>(try entries.map { try RowStore<Row>.open($0, limits) }, limits: limits)
        let dataset = StoredDataset(url: url, split: split, card: card, store: store, index: store.addresses)
        guard categories != .all, entries.contains(where: { $0.category == nil }) else { return dataset }
        return try dataset.keeping(categories)
    }

    /// How many rows there are, sound or not.
    public var count: Int { index.count }

    public var indices: Range<Int> { index.indices }

    /// Whether the data set's card forbids training on it.
    public var isTestOnly: Bool { card.isTestOnly }

    /// The files, as positions name them.
    public var files: [String] { store.files }

    // MARK: One row

    /// Where row `index` is stored.
    public func position(at index: Int) -> RowPosition {
        store.position(of: self.index[index])
    }

    /// Row `index` (0 to `count` − 1) as stored. Throws `RowError` for a row whose columns cannot be read.
    public func row(at index: Int) throws -> Row {
        try store.row(at: self.index[index])
    }

    /// Row `index` understood. Throws `RowError` for a row with a value that is not allowed.
    public func sample(at index: Int) throws -> Row.Sample {
        try row(at: index).sample(at: position(at: index))
    }

    // MARK: All rows

    /// Hands over every row in order, or why it cannot be read. One row group is held at a time.
    public func forEachRow(_ body: (Result<Row, RowError>, RowPosition) throws -> Void) throws {
        try forEachRecord(columns: Row.readColumns.map(\.name)) { record, index in
            try body(record.flatMap(Row.read), position(at: index))
        }
    }

    /// Hands over every sample in order. A bad row stops with its `RowError`, or is passed over and told about in the
    /// result.
    @discardableResult
    public func forEachSample(
        badRows: BadRows = .stop, _ body: (Row.Sample) throws -> Void
    ) throws -> [RowError] {
        var passed: [RowError] = []
        try forEachRow { row, position in
            switch row.flatMap({ $0.understood(at: position) }) {
            case .success(let sample): try body(sample)
            case .failure(let error) where badRows == .skip: passed.append(error)
            case .failure(let error): throw error
            }
        }
        return passed
    }

    /// As `forEachRow`, but reads the named columns only.
    func forEachRecord(
        columns: [String], _ body: (Result<StoredRecord, RowError>, Int) throws -> Void
    ) throws {
        var current: (group: GroupAddress, records: [Result<StoredRecord, RowError>])?
        for (index, address) in index.enumerated() {
            if current?.group != address.group {
                current = nil
                current = (address.group, try store.records(of: address.group, columns: columns))
            }
            if let records = current?.records, records.indices.contains(address.row) {
                try body(records[address.row], index)
            }
        }
    }
}

// MARK: - Parts of a data set

/// What to do about a row that cannot be used.
public enum BadRows: Sendable {
    /// Throw its error.
    case stop
    /// Leave it out and tell.
    case skip
}

extension StoredDataset {
    /// The rows at `indices` (of this data set, in that order) as a data set of their own.
    public func selecting(_ indices: some Sequence<Int>) -> StoredDataset {
        StoredDataset(url: url, split: split, card: card, store: store, index: indices.map { index[$0] })
    }

    /// The data set without the rows that cannot be used, and why each of them cannot. Reads everything once; the
    /// pictures are only looked for, not decoded.
    public func soundRows() throws -> (rows: StoredDataset, errors: [RowError]) {
        var sound: [Int] = []
        var errors: [RowError] = []
        var index = 0
        try forEachRow { row, position in
            switch row.flatMap({ $0.understood(at: position) }) {
            case .success: sound.append(index)
            case .failure(let error): errors.append(error)
            }
            index += 1
        }
        return (selecting(sound), errors)
    }

    /// The rows whose category is among those chosen.
    private func keeping(_ categories: CategorySelection) throws -> StoredDataset {
        var kept: [Int] = []
        try forEachRecord(columns: ["category"]) { record, index in
            let label = try? record.get().string("category")
            if let category = label.flatMap(HarmCategory.init(label:)), categories.contains(category) {
                kept.append(index)
            }
        }
        return selecting(kept)
    }

    /// The first row of every distinct prompt, by words *and* picture: the same question about another picture is
    /// another prompt. Reads everything once, keeping only digests. Rows whose prompt cannot be read are left out.
    public func distinctPrompts() throws -> StoredDataset {
        var seen: Set<ContentDigest> = []
        var kept: [Int] = []
        try forEachRecord(columns: ["question", "image"]) { record, index in
            guard let record = try? record.get(), let text = try? record.string("question"),
                let image = try? record.image("image")
            else { return }
            if seen.insert(Prompt(text: text, image: image).digest).inserted { kept.append(index) }
        }
        return selecting(kept)
    }
}

extension StoredDataset {
    /// Whether a row has values beyond the published columns; reads rows until one has.
    public var hasOptionalValues: Bool {
        get throws {
            guard !Row.optionalColumns.isEmpty else { return false }
            return try indices.contains { try row(at: $0).optionalCells.contains { $0 != .null } }
        }
    }
}
