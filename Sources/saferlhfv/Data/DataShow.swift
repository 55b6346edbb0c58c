import ArgumentParser
import Conversations
import Foundation
import PreferenceData
import VisionLanguageModels

/// A station on the way from a row to numbers.
enum ShownStage: String, ExpressibleByArgument, CaseIterable {
    case row, sample, conversation, encoded
}

struct DataShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "One row of a preference data set at any station: as stored, understood, as turns, as ids.",
        discussion: "Example: safe-rlhf-v data show runs/quickstart/data/pairs --row 17 --stage sample")

    @Argument(help: "A data set's folder or file.")
    var data: String

    @Option(help: "The row, from 0.")
    var row = 0

    @Option(help: "row, sample, conversation or encoded.")
    var stage = ShownStage.sample

    @Option(help: "train or evaluation.")
    var split = "train"

    @Option(help: "A model folder, for encoded.")
    var model: String?

    func validate() throws {
        if stage == .encoded && model == nil { throw ValidationError("--stage encoded needs --model, whose tokenizer is used") }
        if Split(rawValue: split) == nil { throw ValidationError("--split is train or evaluation, found \(split)") }
    }

    func run() throws {
        let dataset = try BeaverTailsVDataset.load(URL(filePath: data), split: Split(rawValue: split) ?? .train)
        guard dataset.indices.contains(row) else {
            throw ValidationError("--row \(row): the data set has rows 0 to \(dataset.count - 1)")
        }
        switch stage {
        case .row: print(try described(dataset, .row))
        case .sample: print(try described(dataset, .sample))
        case .conversation: print(try described(dataset, .conversation))
        case .encoded: try showEncoded(dataset.sample(at: row).conversation(response: .first))
        }
    }

    private func described(_ dataset: BeaverTailsVDataset, _ stage: SampleStage) throws -> String {
        try dataset.row(at: row).described(at: stage, dataset.position(at: row))
    }

    private func showEncoded(_ conversation: Conversation) throws {
        guard let model else { return }
        let processor = try Processor(readingFrom: URL(filePath: model))
        let encoded = try processor.encode(conversation, addGenerationPrompt: false)
        print("tokens          \(encoded.tokens.count): \(encoded.tokens.map(String.init).joined(separator: " "))")
        print("response range  \(encoded.responseRange)")
        print("response        \(processor.text(Array(encoded.tokens[encoded.responseRange])))")
        print("pictures        \(encoded.images.count)")
    }
}
