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
        commandName: "show", abstract: "One row of a data set of either form at any station: as stored, understood, as turns, as ids.",
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
        let (url, split) = (try DataLocation.url(data), Split(rawValue: split) ?? .train)
        switch try DatasetForm.detect(url, split: split) {
        case .questionAnswer: try show(QuestionAnswerDataset.load(url, split: split))
        case .prompts: try show(PromptDataset.load(url, split: split))
        default: try show(BeaverTailsVDataset.load(url, split: split))
        }
    }

    private func show(_ dataset: StoredDataset<some StoredRow>) throws {
        guard dataset.indices.contains(row) else {
            throw ValidationError(
                dataset.count == 0 ? "the data set has no rows" : "--row \(row): the data set has rows 0 to \(dataset.count - 1)")
        }
        let position = dataset.position(at: row)
        switch stage {
        case .row: print(try dataset.row(at: row).described(at: .row, position))
        case .sample: print(try dataset.row(at: row).described(at: .sample, position))
        case .conversation: print(try dataset.row(at: row).described(at: .conversation, position))
        case .encoded: try showEncoded(dataset.sample(at: row))
        }
    }

    /// The prompt with each of its responses, as a model is given them.
    private func showEncoded(_ sample: some StoredSample) throws {
        guard let model else { return }
        let processor = try Processor(readingFrom: URL(filePath: model))
        for (number, text) in sample.responseTexts.enumerated() {
            let encoded = try processor.encode(sample.prompt.conversation(response: text), addGenerationPrompt: false)
            print((number > 0 ? "\n" : "") + "tokens          \(encoded.tokens.count): \(encoded.tokens.map(String.init).joined(separator: " "))")
            print("response range  \(encoded.responseRange)")
            print("response        \(processor.text(Array(encoded.tokens[encoded.responseRange])))")
            print("pictures        \(encoded.images.count)")
        }
    }
}
