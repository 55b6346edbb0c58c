public import Agreement
import Conversations
import DurableFiles
public import Foundation
import GRDB
import PreferenceData
import StrictJSON

/// What an export wrote.
public struct ExportResult: Sendable, Equatable {
    public var pairs = 0
    public var ratings = 0
    /// Items with answers that were left out: an even preference nobody has decided about.
    public var undecided = 0
    /// Items without any answer.
    public var unanswered = 0
}

/// All answers of a project at one moment.
public struct ProjectLabels: Sendable {
    public struct Answered: Sendable {
        public var item: Item
        /// The newest answers, by the order in which the item was given out.
        public var answers: [(alias: String, label: PairLabel)]

        /// The reviewer's decision, else what the annotators agree on.
        public var label: PairLabel? { item.decision ?? LabelConsensus.of(answers.map(\.label)) }

        /// The shares of the votes; empty where a reviewer has decided.
        var softLabels: SoftLabels {
            guard item.decision == nil, !answers.isEmpty else { return SoftLabels() }
            func share(_ holds: (PairLabel) -> Bool) -> Double { Double(answers.count { holds($0.label) }) / Double(answers.count) }
            return SoftLabels(
                firstMoreHelpful: share { $0.moreHelpful == .first }, firstSafer: share { $0.safer == .first },
                safe: Pair(share { $0.areSafe.first }, share { $0.areSafe.second }))
        }
    }

    public var items: [Answered]
}

extension AnnotationStore {
    /// Reads the newest answers of a project, all at one moment.
    public func labels(of project: Project) async throws -> ProjectLabels {
        try await read { db in
            var answers: [Int64: [(alias: String, label: PairLabel)]] = [:]
            let labels = try Row.fetchCursor(
                db,
                sql: """
                    SELECT item, alias, body FROM assignment JOIN user ON user.id = assignment.user
                    JOIN label ON label.assignment = assignment.id AND label.version = assignment.version
                    WHERE item IN (SELECT id FROM item WHERE project = ?) ORDER BY assignment.id
                    """, arguments: [project.id])
            while let row = try labels.next() {
                answers[row["item"], default: []].append((row["alias"], try PairLabel(stored: row["body"])))
            }
            let items = try Row.fetchAll(db, sql: "SELECT * FROM item WHERE project = ? ORDER BY id", arguments: [project.id]).map(Item.init)
            return ProjectLabels(items: items.map { .init(item: $0, answers: answers[$0.id] ?? []) })
        }
    }

    /// Writes the pairwise data (`pairs`, `.parquet` or `.jsonl`) and the single answers (`ratings`, JSONL), each file whole or not
    /// at all. `withSoftLabels` adds the columns of `SoftLabels` to the pairs.
    public func export(_ project: Project, pairs: URL?, ratings: URL?, withSoftLabels: Bool = false) async throws -> ExportResult {
        let labels = try await labels(of: project)
        var result = ExportResult()
        if let pairs { try write(labels, to: pairs, withSoftLabels, &result) }
        if let ratings {
            let file = try DurableFile(replacing: ratings)
            for rating in labels.ratings {
                try file.write(rating.json.serialized() + "\n")
                result.ratings += 1
            }
            try file.commit()
        }
        return result
    }

    private func write(_ labels: ProjectLabels, to url: URL, _ withSoftLabels: Bool, _ result: inout ExportResult) throws {
        let writer = try RowWriter<BeaverTailsVRow>(url, withOptionalColumns: withSoftLabels)
        for answered in labels.items where answered.item.kind == .work {
            guard let label = answered.label else {
                if answered.answers.isEmpty { result.unanswered += 1 } else { result.undecided += 1 }
                continue
            }
            try writer.append(try row(answered.item, label, withSoftLabels ? answered.softLabels : SoftLabels()))
            result.pairs += 1
        }
        try writer.close()
    }

    private func row(_ item: Item, _ label: PairLabel, _ soft: SoftLabels) throws -> BeaverTailsVRow {
        let names = SideNames.stored
        return BeaverTailsVRow(
            question: item.content.question,
            image: EncodedImage(bytes: try pictures.bytes(item.picture), path: item.content.picturePath),
            category: label.category.rawValue, imageSeverity: label.imageSeverity.rawValue, responses: item.content.responses,
            sources: item.content.sources, moreHelpfulResponseID: names[label.moreHelpful],
            areResponsesSafe: label.areSafe.map { $0 ? "yes" : "no" }, saferResponseID: names[label.safer],
            harmlessRates: label.harmlessRates, helpfulRates: label.helpfulRates,
            softLabels: soft)
    }
}

extension ProjectLabels {
    /// The answers to single questions, item by item: item and annotator under the item's key and the person's alias, the
    /// category as it was imported.
    public var ratings: some Sequence<Rating> {
        items.lazy.flatMap { answered in
            answered.answers.lazy.flatMap { answer in
                answer.label.ratings.map { question, value in
                    Rating(
                        item: answered.item.key, annotator: answer.alias, question: question, value: value,
                        category: answered.item.content.category)
                }
            }
        }
    }
}

extension PairLabel {
    /// The answers by question: a preference is 1 or 2, a rate or severity a number, a flag "yes" or "no", the category its name;
    /// notes are not ratings.
    var ratings: [(question: String, value: Label)] {
        (json().object?.members ?? []).compactMap { key, value in
            switch value {
            case .bool(let flag): (key, .text(flag ? "yes" : "no"))
            case .integer(let number): (key, .number(Double(number)))
            case .string(let side) where key.hasSuffix("_preference"): (key, .number(side == SideNames.stored[.first] ? 1 : 2))
            case .string(let text) where key != "note": (key, .text(text))
            default: nil
            }
        }
    }
}
