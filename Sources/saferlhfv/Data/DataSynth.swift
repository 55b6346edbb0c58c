import ArgumentParser
import ConfigFiles
import DurableFiles
import Foundation
import Quickstart

struct DataSynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Write the embedded world's data sets and the untrained model that learns them.",
        discussion: "Example: safe-rlhf-v data synth --output world --set seed=2")

    @OptionGroup var config: ConfigOptions

    @Option(help: "The folder to write: data/pairs, data/lessons, data/conversations, models/start.")
    var output: String

    func run() throws {
        let settings = try config.resolved(QuickstartConfig())
        guard !config.dryRun else { return print(try yaml(settings)) }
        try StartingPoint(settings).write(to: URL(filePath: output))
        print("data:  \(output)/data\nmodel: \(output)/models/start")
    }
}
