import ArgumentParser
import ConfigFiles
import Foundation

/// Options that every command with a configuration has.
struct ConfigOptions: ParsableArguments {
    @Option(help: "A YAML file laid over the defaults.")
    var config: String?

    @Option(name: .customLong("set"), help: "One value, as key.path=value; may be given again.")
    var overrides: [String] = []

    @Flag(help: "Print the resolved configuration and stop.")
    var dryRun = false

    func resolved<Config: Codable & Checkable>(_ defaults: Config) throws -> Config {
        try resolve(defaults, file: config.map { URL(filePath: $0) }, overrides: overrides)
    }
}

/// Options of commands that write a run folder.
struct RunOptions: ParsableArguments {
    @OptionGroup var config: ConfigOptions

    @Option(help: "The run folder to write.")
    var output: String

    @Flag(help: "Go on with the run in --output from its newest whole checkpoint.")
    var resume = false

    @Option(help: "Threads of one operator.")
    var threads = 2

    @Option(help: "cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    var folder: URL { URL(filePath: output) }
}
