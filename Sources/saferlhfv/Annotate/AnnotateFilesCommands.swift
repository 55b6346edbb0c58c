import Annotation
import ArgumentParser
import DurableFiles
import Foundation
import PreferenceData
import StrictJSON

struct AnnotateImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Put the pairs of a data set into a project, all of them or none.",
        discussion: "Example: safe-rlhf-v annotate import --store labels --project pilot --create --data world/data/pairs")

    @OptionGroup var store: StoreOptions

    @Option(help: "The project's name.")
    var project: String

    @Flag(help: "Make the project when it is not there.")
    var create = false

    @Option(help: "A pairwise data set: a folder, or one Parquet or JSONL file.")
    var data: String

    @Option(help: "The split of a folder.")
    var split = "train"

    @Option(help: "What the items are: work, gold, or calibration. Gold and calibration items take the rows' labels as the truth.")
    var kind = "work"

    @Flag(help: "Show the rows' labels to annotators once their own answer is in.")
    var prelabels = false

    @Option(help: "JSONL with {\"row\": 0, \"cost_1\": -0.2, \"cost_2\": 1.4} for rows from 0: where the queue finds items near zero cost.")
    var costs: String?

    @Flag(help: "Pass over rows that cannot be used, and name them; without it nothing is imported.")
    var skipBadRows = false

    func run() async throws {
        guard let split = Split(rawValue: split) else { throw ValidationError("--split is train or evaluation, found \(split)") }
        guard let kind = ItemKind(rawValue: kind) else {
            throw ValidationError("--kind is \(ItemKind.allCases.map(\.rawValue).joined(separator: ", ")), found \(kind)")
        }
        let dataset = try BeaverTailsVDataset.load(URL(filePath: data), split: split)
        var how = ItemImport()
        (how.kind, how.keepsLabelsAsPrelabels, how.badRows) = (kind, prelabels, skipBadRows ? .skip : .stop)
        how.costScores = try costs.map { try Self.readCosts(URL(filePath: $0)) } ?? [:]
        try await store.using { opened in
            let found = try await opened.project(named: project)
            if found == nil, create { try await opened.saveProject(name: project, ProjectSettings(), by: "program") }
            let result = try await opened.importItems(dataset, into: try await opened.require(project), how, actor: "program")
            print("imported: \(result.items) \(kind.rawValue) items into \(project)")
            for error in result.passedOver { print("passed over: \(error)") }
        }
    }

    /// The cost nearer to zero of each row.
    static func readCosts(_ file: URL) throws -> [Int: Double] {
        let text = String(decoding: try DurableFiles.read(file, limit: 256 << 20), as: UTF8.self)
        var scores: [Int: Double] = [:]
        for (number, line) in text.split(separator: "\n").enumerated() {
            let json = try JSONValue(parsing: line.utf8, limits: .line)
            let costs = ["cost_1", "cost_2"].compactMap { json[$0]?.number }
            guard let row = json["row"]?.integer, let nearest = costs.min(by: { abs($0) < abs($1) }) else {
                throw ValidationError("\(file.path), line \(number + 1): expected row, and cost_1 or cost_2, found \(line.prefix(80))")
            }
            scores[row] = nearest
        }
        return scores
    }
}

struct AnnotateExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a project's labels: pairs for training, single ratings for agreement.",
        discussion: "Example: safe-rlhf-v annotate export --store labels --project pilot --pairs train.parquet --ratings ratings.jsonl")

    @OptionGroup var store: StoreOptions

    @Option(help: "The project's name.")
    var project: String

    @Option(help: "The pairwise data, .parquet or .jsonl: a reviewer's decision where there is one, else what the annotators agree on.")
    var pairs: String?

    @Flag(help: "Give the pairs the shares of the annotators' votes as soft labels, which train reward and train cost learn from.")
    var softLabels = false

    @Option(help: "One line for each item, annotator and question, JSONL.")
    var ratings: String?

    func validate() throws {
        if pairs == nil, ratings == nil { throw ValidationError("give --pairs, --ratings, or both") }
        if softLabels, pairs == nil { throw ValidationError("--soft-labels needs --pairs") }
    }

    func run() async throws {
        try await store.using { opened in
            let result = try await opened.export(
                try await opened.require(project), pairs: pairs.map { URL(filePath: $0) }, ratings: ratings.map { URL(filePath: $0) },
                withSoftLabels: softLabels)
            if let pairs {
                print("pairs: \(result.pairs) in \(pairs); left out: \(result.undecided) undecided, \(result.unanswered) without answers")
            }
            if let ratings { print("ratings: \(result.ratings) in \(ratings)") }
        }
    }
}
