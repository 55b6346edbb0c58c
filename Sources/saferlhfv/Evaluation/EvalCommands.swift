import ArgumentParser
import ConfigFiles
import DurableFiles
import Evaluation
import Foundation
import Reports
import Statistics
import StrictJSON

struct EvalCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Work with what was measured.", subcommands: [EvalAverage.self])
}

/// `eval average`: the mean over seeds.
struct EvalAverage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "average",
        abstract: "The mean of several stories that differ in their seed.",
        discussion: "Example: safe-rlhf-v eval average runs/seed-1 runs/seed-2 runs/seed-3 --output runs/average.json")

    @Argument(help: "Folders of quickstart, or their summary.json files.")
    var stories: [String]

    @Option(help: "Where to write the mean as JSON, in the form of summary.json.")
    var output: String?

    func run() throws {
        let summaries = try stories.map(summary)
        let story = try SeedAverage(summaries).story()
        print(ResultTable(story).text)
        print("mean of \(summaries.count) seeds; the interval is Student's over the seeds\n")
        let models = [("reward model", story.rewardModel), ("cost model", story.costModel), ("guard", story.guardStory?.figures ?? [])]
        for (model, figures) in models {
            for figure in figures { print("\(model) \(figure.name) \(String(format: "%.3f", figure.estimate.value))") }
        }
        if let guardStory = story.guardStory {
            print("\nfilter and regenerate\n" + RegenerationResult.table(guardStory.regeneration).text)
        }
        print("")
        for stage in story.stages {
            print("\(stage.name): \(String(format: "%.0f", stage.seconds)) s, peak memory \(stage.peakBytes / 1_048_576) MiB")
        }
        print("all stages: \(String(format: "%.0f", story.stages.reduce(0) { $0 + $1.seconds })) s")
        if let output {
            try DurableFiles.write(story.summary.serialized(pretty: true) + "\n", to: URL(filePath: output))
        }
    }

    private func summary(_ path: String) throws -> JSONValue {
        let url = URL(filePath: path)
        let file = url.pathExtension == "json" ? url : url.appending(path: "summary.json")
        return try JSONValue(parsing: DurableFiles.read(file, limit: 16 << 20))
    }
}
