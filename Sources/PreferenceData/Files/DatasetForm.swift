public import Foundation
import Parquet
import StrictJSON

/// The forms of rows. The first two are those in which BeaverTails-V is published: they have the same name and different
/// columns, so a form is known by its columns.
public enum DatasetForm: String, Sendable, CaseIterable {
    case pairwise
    case questionAnswer = "question–answer"
    /// Prompts alone, as benchmarks have them: nothing to train on, much to ask.
    case prompts

    /// The form of a split, by the columns of its first file; `nil` when it is neither.
    public static func detect(_ url: URL, split: Split = .train) throws -> DatasetForm? {
        guard let file = try DatasetLayout.find(url, split, .all).first?.url else { return nil }
        switch RowFileFormat(of: file) {
        case .parquet: return of(try ParquetFile(url: file).schema.columns.map(\.name))
        case .jsonl: return of(try firstKeys(file))
        case nil: throw DatasetError.unknownFormat(file: file.path)
        }
    }

    /// As `detect`, but `nil` also for a file that cannot be read.
    static func detect(parquet url: URL) -> DatasetForm? {
        (try? ParquetFile(url: url)).flatMap { of($0.schema.columns.map(\.name)) }
    }

    private static func of(_ columns: [String]) -> DatasetForm? {
        let present = Set(columns)
        if present.isSuperset(of: BeaverTailsVRow.columns.map(\.name)) { return .pairwise }
        if present.isSuperset(of: QuestionAnswerRow.columns.map(\.name)) { return .questionAnswer }
        let hasResponses = present.contains { $0.hasPrefix("response") }
        return !hasResponses && present.isSuperset(of: PromptRow.columns.map(\.name)) ? .prompts : nil
    }

    private static func firstKeys(_ url: URL) throws -> [String] {
        let lines = try LineFile(url, maximumBytes: JSONLimits.line.maximumBytes)
        guard lines.count > 0, case .bytes(let line) = try lines.line(0) else { return [] }
        return (try? JSONValue(parsing: line, limits: .line))?.object?.keys ?? []
    }
}
