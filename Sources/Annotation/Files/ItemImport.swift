import Conversations
import Foundation
import GRDB
import ImageProcessing
public import PreferenceData
import StrictJSON

/// How rows become items.
public struct ItemImport: Sendable {
    public var kind = ItemKind.work
    /// Whether the rows' own labels are shown to annotators once their answer is in.
    public var keepsLabelsAsPrelabels = false
    /// Costs of rows by their index, from which the queue can choose; the one nearer to zero of a pair's two.
    public var costScores: [Int: Double] = [:]
    public var badRows = BadRows.stop

    public init() {}
}

/// What an import did.
public struct ImportResult: Sendable {
    public var items: Int
    public var passedOver: [RowError]
}

extension AnnotationStore {
    /// Puts the rows of a pairwise data set into a project, all of them or none. Pictures are decoded once, so that nobody opens
    /// an item that cannot be shown.
    public func importItems(_ dataset: BeaverTailsVDataset, into project: Project, _ how: ItemImport, actor: String) async throws -> ImportResult {
        var items: [NewItem] = []
        var passed: [RowError] = []
        for index in dataset.indices {
            do { items.append(try item(dataset, index, how)) } catch let error as RowError where how.badRows == .skip { passed.append(error) }
        }
        try await insert(items, into: project, kind: how.kind, actor: actor)
        return ImportResult(items: items.count, passedOver: passed)
    }

    private func item(_ dataset: BeaverTailsVDataset, _ index: Int, _ how: ItemImport) throws -> NewItem {
        let (row, position) = (try dataset.row(at: index), dataset.position(at: index))
        let isLabelled = how.kind != .work || how.keepsLabelsAsPrelabels
        let label = isLabelled ? PairLabel(try row.sample(at: position)).stored : nil
        do { _ = try Image.decode(row.image.bytes, limits: PictureFolder.limits) } catch {
            throw RowError(.valueNotAllowed, at: position, column: "image", found: "\(error)", expected: "a PNG, JPEG or WebP picture")
        }
        return NewItem(
            key: "\(position.file)#\(position.row)",
            content: ItemContent(
                question: row.question, responses: row.responses, sources: row.sources, category: row.category,
                imageSeverity: row.imageSeverity, picturePath: row.image.path),
            picture: try pictures.add(row.image.bytes), truth: how.kind == .work ? nil : label,
            prelabel: how.keepsLabelsAsPrelabels ? label : nil, costScore: how.costScores[index])
    }

    /// One transaction: the items, and the event that holds their digest.
    func insert(_ items: [NewItem], into project: Project, kind: ItemKind, actor: String) async throws {
        let (now, random) = (now(), options.random)
        try await write { db in
            let number = try (Int.fetchOne(db, sql: "SELECT max(import) FROM item") ?? 0) + 1
            for item in items {
                try item.insert(db, project, kind, importNumber: number, shuffle: Int64(truncatingIfNeeded: random() >> 1))
            }
            try EventChain.append(
                db, at: now, actor: actor, "items.imported", project: project.id,
                [
                    "import": .integer(Int64(number)), "kind": .string(kind.rawValue), "count": .integer(Int64(items.count)),
                    "sha256": .string(try ItemDigest.of(db, importNumber: number)),
                ])
        }
    }
}

/// An item that is not in the store yet.
struct NewItem: Sendable {
    var key: String
    var content: ItemContent
    var picture: String
    var truth: String?
    var prelabel: String?
    var costScore: Double?

    /// Gold and calibration items are for everybody.
    private static let everybody = 1_000_000

    func insert(_ db: Database, _ project: Project, _ kind: ItemKind, importNumber: Int, shuffle: Int64) throws {
        do {
            try db.execute(
                sql: """
                    INSERT INTO item (project, key, kind, content, picture, truth, prelabel, cost_score, shuffle, import, overlap)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    project.id, key, kind.rawValue, content.json.serialized(), picture, truth, prelabel, costScore, shuffle, importNumber,
                    kind == .work ? project.settings.overlap : Self.everybody,
                ])
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw AnnotationError.invalid("\(key) is in the project \(project.name) already; nothing was imported")
        }
    }
}
