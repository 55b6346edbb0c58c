import ArgumentParser

struct DataCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at, check and make data sets.",
        subcommands: [DataCheckCommand.self, DataStatsCommand.self, DataShowCommand.self, DataSynthCommand.self,
            DataBuildCommand.self,
        ])
}
