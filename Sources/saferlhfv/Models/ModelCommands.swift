import ArgumentParser

struct ModelCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look at a model's numbers, compare them, and change its files.",
        subcommands: [
            ModelEncodeCommand.self, ModelLogitsCommand.self, ModelLogProbsCommand.self, ModelVerifyCommand.self,
            ModelInspectCommand.self, ModelConvertCommand.self, ModelMergeCommand.self,
        ])
}
