import ArgumentParser

struct DataCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Get, convert, look at, check, divide and make data sets.",
        subcommands: [
            DataGetCommand.self, DataImportCommand.self, DataExportCommand.self, DataCheckCommand.self, DataStatsCommand.self,
            DataAuditCommand.self, DataCardCommand.self, DataSplitCommand.self, DataShowCommand.self, DataSynthCommand.self,
            DataBuildCommand.self,
        ])
}
