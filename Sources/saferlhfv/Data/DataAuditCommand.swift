import ArgumentParser
import DataAudits
import DurableFiles
import Foundation
import PreferenceData
import StrictJSON

struct DataAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Duplicate pictures, leakage between the splits, languages, and labels that contradict each other.",
        discussion: "Example: safe-rlhf-v data audit runs/quickstart/data/pairs --distance 6")

    @OptionGroup var options: DatasetOptions

    @Option(help: "Of 64 bits, how many the hashes of near pictures may differ in, 0 to 15.")
    var distance = DataAudit.defaultDistance

    func validate() throws {
        if !(0...15).contains(distance) { throw ValidationError("--distance is 0 to 15, found \(distance)") }
    }

    func run() throws {
        let audit = try options.withDatasets(
            pairs: { try DataAudit($0, maximumDistance: distance) }, answers: { try DataAudit($0, maximumDistance: distance) },
            prompts: { try DataAudit($0, maximumDistance: distance) })
        print(options.json ? audit.json.serialized(pretty: true) : audit.description)
    }
}

struct DataCardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Write a data set's card: licence, use, counts, labels, languages, leakage.",
        discussion: "Example: safe-rlhf-v data card data/ours --license cc-by-4.0 --title \"Our pairs\" --write")

    @OptionGroup var options: DatasetOptions

    @Option(help: "The card's title.")
    var title = "Safety data"

    @Option(help: "The licence; that of the card at hand unless given.")
    var license: String?

    @Option(help: "test-only: train refuses the data set.")
    var usage: Usage?

    @Flag(help: "Write it as README.md into the data set's folder instead of printing it.")
    var write = false

    func validate() throws {
        if options.json { throw ValidationError("a card is Markdown; data audit and data stats print JSON") }
    }

    func run() throws {
        let url = try options.url
        var card = try DatasetCard.find(for: url)
        card.license = license ?? card.license
        card.isTestOnly = card.isTestOnly || usage == .testOnly
        let text = try options.withDatasets(
            pairs: { try AuditedCard(title: title, card: card, form: .pairwise, $0).markdown },
            answers: { try AuditedCard(title: title, card: card, form: .questionAnswer, $0).markdown },
            prompts: { try AuditedCard(title: title, card: card, form: .prompts, $0).markdown })
        guard write else { return print(text, terminator: "") }
        try DurableFiles.write(text, to: url.appending(path: "README.md"))
        print("card: \(url.appending(path: "README.md").path)")
    }
}

struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Divide a data set into training and evaluation rows that share no picture.",
        discussion: "Example: safe-rlhf-v data split data/all --evaluation 0.1 --seed 1 --output data/split")

    @OptionGroup var options: DatasetOptions

    @Option(help: "The folder to write; it must not exist yet.")
    var output: String

    @Option(help: "Of each category's rows, the share for evaluation, 0 to 1.")
    var evaluation = 0.1

    @Option(help: "Another seed gives another division.")
    var seed: UInt64 = 0

    @Option(help: "Pictures whose hashes differ in at most so many of 64 bits stay together, 0 to 15; -1: only equal pixels do.")
    var distance = DataAudit.defaultDistance

    func validate() throws {
        if !(0...1).contains(evaluation) { throw ValidationError("--evaluation is 0 to 1, found \(evaluation)") }
        if !(-1...15).contains(distance) { throw ValidationError("--distance is -1 to 15, found \(distance)") }
    }

    func run() throws {
        let split = DataSplit(evaluationShare: evaluation, seed: seed, maximumDistance: distance)
        let folder = URL(filePath: output)
        let counts = try options.withDatasets(
            pairs: { try split.write($0, .pairwise, to: folder) }, answers: { try split.write($0, .questionAnswer, to: folder) },
            prompts: { try split.write($0, .prompts, to: folder) })
        if options.json {
            print(JSONValue.object(JSONObject(Split.allCases.map { ($0.rawValue, .integer(Int64(counts[$0] ?? 0))) })).serialized(pretty: true))
        } else {
            print(Split.allCases.map { "\(counts[$0] ?? 0) \($0.rawValue)" }.joined(separator: " + ") + " rows: \(output)")
        }
    }
}
