import Agreement
import ArgumentParser
import Foundation
import Reports
import Statistics
import StrictJSON

/// A file of ratings, and which of them are meant.
struct RatingArguments: ParsableArguments {
    @Argument(help: "JSONL, one rating a line: item, annotator, question, value, and the item's category if it has one.")
    var ratings: String

    @Option(name: .customLong("question"), help: "Only this question; may be given again.")
    var questions: [String] = []

    @Option(name: .customLong("annotators"), help: "Only these annotators, separated by commas.")
    var annotators: String?

    @Option(
        name: .customLong("order"),
        help: "The labels of a question answered by words, lowest first: severity=safe,minor,moderate,severe. May be given again.")
    var orders: [String] = []

    func validate() throws {
        for order in orders where Self.split(order) == nil {
            throw ValidationError("--order \(order): expected QUESTION=LABEL,LABEL, lowest first")
        }
    }

    func file() throws -> RatingFile {
        let chosen = annotators.map { Set($0.split(separator: ",").map(String.init)) }
        return try RatingFile(URL(filePath: ratings), annotators: chosen)
    }

    func questions(of file: RatingFile) -> [String] { questions.isEmpty ? file.questions : questions }

    func order(of question: String) -> [String] {
        orders.compactMap(Self.split).first { $0.question == question }?.labels ?? []
    }

    private static func split(_ text: String) -> (question: String, labels: [String])? {
        guard let mark = text.lastIndex(of: "="), mark != text.startIndex else { return nil }
        let labels = text[text.index(after: mark)...].split(separator: ",").map(String.init)
        return labels.count > 1 && Set(labels).count == labels.count ? (String(text[..<mark]), labels) : nil
    }
}

struct AnnotateAgreementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agreement",
        abstract: "Cohen's and Fleiss' κ and Krippendorff's α with bootstrap intervals, by question and category.",
        discussion: "Example: safe-rlhf-v annotate agreement ratings.jsonl --order severity=safe,minor,moderate,severe")

    @OptionGroup var arguments: RatingArguments

    @Option(help: "Resamples of the intervals; 0 leaves them out.")
    var resamples = 1000

    @Option(help: "The share of resamples between the ends of an interval.")
    var confidence = 0.95

    @Option(help: "The seed of the resamples.")
    var seed: UInt64 = 1

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if !(0...1_000_000).contains(resamples) { throw ValidationError("--resamples is 0 to 1000000, found \(resamples)") }
        if !(confidence > 0 && confidence < 1) { throw ValidationError("--confidence lies between 0 and 1, found \(confidence)") }
    }

    func run() throws {
        let file = try arguments.file()
        let settings = BootstrapSettings(confidence: confidence, resamples: resamples, seed: seed)
        let reports = try arguments.questions(of: file).map {
            try file.agreement(on: $0, order: arguments.order(of: $0), settings)
        }
        if json {
            let value: JSONValue = [
                "confidence": .number(confidence), "resamples": .integer(Int64(resamples)), "seed": .string("\(seed)"),
                "reports": .array(reports.joined().map(\.json)),
            ]
            return print(value.serialized(pretty: true))
        }
        print(reports.map(Self.text).joined(separator: "\n\n"))
    }

    private static func text(_ reports: [AgreementReport]) -> String {
        guard let whole = reports.first else { return "" }
        let measures = AgreementReport.Measure.allCases.filter { measure in reports.contains { $0[measure] != nil } }
        let head = ["category", "items", "answers"] + measures.map(\.title)
        let rows = reports.map { report in
            [report.category ?? "all", "\(report.comparableItemCount)/\(report.itemCount)", "\(report.answerCount)"]
                + measures.map { report[$0].map(\.interval.cell) ?? "–" }
        }
        let summary = "\(whole.question): \(whole.annotatorCount) annotators, \(whole.labels.count) labels, \(whole.scale.rawValue) scale"
            + (whole.missingCount > 0 ? ", \(whole.missingCount) left out" : "")
        return summary + "\n" + TextTable([head] + rows).text
    }
}

extension AgreementReport {
    var json: JSONValue {
        [
            "question": .string(question), "category": category.map(JSONValue.string) ?? .null, "scale": .string(scale.rawValue),
            "labels": .array(labels.map(\.json)), "items": .integer(Int64(itemCount)),
            "comparable_items": .integer(Int64(comparableItemCount)), "annotators": .integer(Int64(annotatorCount)),
            "answers": .integer(Int64(answerCount)), "missing": .integer(Int64(missingCount)),
            "coefficients": .object(
                JSONObject(
                    coefficients.map { measure, coefficient in
                        var members = coefficient.interval.json.object ?? JSONObject()
                        members["undefined_resamples"] = .integer(Int64(coefficient.undefinedResamples))
                        return (measure.rawValue, .object(members))
                    })),
        ]
    }
}
