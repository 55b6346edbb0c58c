import ArgumentParser
import ConfigFiles
import Conversations
import Foundation
import ImageProcessing
import PreferenceData
import StrictJSON

/// The data set that a command looks at.
struct DatasetOptions: ParsableArguments {
    @Argument(help: "A data set's folder, one Parquet or JSONL file, or hf://OWNER/NAME that data get has brought.")
    var data: String

    @Flag(help: "Print JSON.")
    var json = false

    var url: URL { get throws { try DataLocation.url(data) } }

    /// Both splits that are there, in the form that the files have.
    func withDatasets<Result>(
        pairs: ([BeaverTailsVDataset]) throws -> Result, answers: ([QuestionAnswerDataset]) throws -> Result,
        prompts: ([PromptDataset]) throws -> Result
    ) throws -> Result {
        let url = try url
        return switch try DatasetForm.detect(url) ?? DatasetForm.detect(url, split: .evaluation) {
        case .questionAnswer: try answers(splits(url) { try QuestionAnswerDataset.load(url, split: $0) })
        case .prompts: try prompts(splits(url) { try PromptDataset.load(url, split: $0) })
        default: try pairs(splits(url) { try BeaverTailsVDataset.load(url, split: $0) })
        }
    }

    private func splits<Dataset>(_ url: URL, _ load: (Split) throws -> Dataset) throws -> [Dataset] {
        let splits = DatasetLayout.splits(at: url)
        return try (splits.isEmpty ? [.train] : splits).map(load)
    }
}

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Every problem of a data set, by kind and column; exit code 65 when a row is unusable.",
        discussion: "Example: safe-rlhf-v data check runs/quickstart/data/pairs")

    @OptionGroup var options: DatasetOptions

    @Flag(help: "Do not decode the pictures.")
    var skipPictures = false

    func run() throws {
        let inspect: PictureInspection? = skipPictures ? nil : { image in
            let decoded = try Image.decode(image.bytes)
            return InspectedPicture(width: decoded.width, height: decoded.height, pixels: decoded.pixels)
        }
        let check = try options.withDatasets(
            pairs: { try DataCheck($0, inspect: inspect) }, answers: { try DataCheck($0, inspect: inspect) },
            prompts: { try DataCheck($0, inspect: inspect) })
        print(options.json ? check.json.serialized(pretty: true) : check.description)
        if check.errorCount > 0 { throw ExitCode(ExitStatus.badData.rawValue) }
    }
}

struct DataStatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Counts, severities, rates and lengths of a data set.",
        discussion: "Example: safe-rlhf-v data stats runs/quickstart/data/pairs")

    @OptionGroup var options: DatasetOptions

    func run() throws {
        let statistics = try options.withDatasets(
            pairs: { try DataStatistics($0) }, answers: { try DataStatistics($0) }, prompts: { try DataStatistics($0) })
        print(options.json ? statistics.json.serialized(pretty: true) : statistics.description)
    }
}
