import Agreement
import ArgumentParser
import DurableFiles
import Foundation
import Reports
import StrictJSON

/// How several answers become one label.
enum AggregationMethod: String, ExpressibleByArgument, CaseIterable {
    case majority
    case dawidSkene = "dawid-skene"
}

struct AnnotateAggregateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aggregate",
        abstract: "One label and the likelihood of each label for every item, by majority or after Dawid and Skene.",
        discussion: """
            Example: safe-rlhf-v annotate aggregate ratings.jsonl --method dawid-skene --output labels.jsonl
            One line an item and question: item, question, category, label, tied, answers, probabilities.
            """)

    @OptionGroup var arguments: RatingArguments

    @Option(help: "majority or dawid-skene.")
    var method = AggregationMethod.majority

    @Option(help: "The labels to write, JSONL; without it they are printed.")
    var output: String?

    @Option(help: "At most so many rounds of Dawid and Skene.")
    var iterations = DawidSkene.Settings().maximumIterations

    func validate() throws {
        if iterations < 1 { throw ValidationError("--iterations is at least 1, found \(iterations)") }
    }

    func run() throws {
        let file = try arguments.file()
        var lines: [String] = []
        for question in arguments.questions(of: file) {
            let table = try file.table(of: question, order: arguments.order(of: question))
            for label in try labels(table) {
                lines.append(line(label, table, category: file.category(of: label.item)))
            }
        }
        guard let output else { return print(lines.joined(separator: "\n")) }
        try DurableFiles.write(lines.map { $0 + "\n" }.joined(), to: URL(filePath: output))
        print("labels: \(output), \(lines.count) lines")
    }

    private func labels(_ table: RatingTable) throws -> [AggregatedLabel] {
        guard method == .dawidSkene else { return majorityVote(table) }
        var settings = DawidSkene.Settings()
        settings.maximumIterations = iterations
        let model = DawidSkene(table, settings)
        FileHandle.standardError.write(Data((Self.summary(model, question: table.question) + "\n").utf8))
        return model.items
    }

    /// What was found out about the annotators.
    private static func summary(_ model: DawidSkene, question: String) -> String {
        let end = model.hasConverged ? "converged" : "stopped"
        let head = "\(question): \(end) after \(model.logLikelihoods.count) rounds, log-likelihood "
            + String(format: "%.3f", model.logLikelihoods.last ?? .nan)
        let rows = model.annotators.enumerated().map { [$1, String(format: "%.3f", model.accuracy(ofAnnotator: $0))] }
        return head + "\n" + TextTable([["annotator", "accuracy"]] + rows).text
    }

    private func line(_ label: AggregatedLabel, _ table: RatingTable, category: String?) -> String {
        let probabilities = zip(table.labels, label.probabilities).map { ($0.description, JSONValue.number($1)) }
        let value: JSONValue = [
            "item": .string(label.item), "question": .string(table.question),
            "category": category.map(JSONValue.string) ?? .null, "label": label.label.json, "tied": .bool(label.isTied),
            "answers": .integer(Int64(label.answerCount)), "probabilities": .object(JSONObject(probabilities)),
        ]
        return value.serialized()
    }
}
