import ArgumentParser

struct GuardCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard", abstract: "The guard, and the records of what it let through.",
        subcommands: [GuardReceiptsCommands.self])
}

struct GuardReceiptsCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts", abstract: "Receipts of a gateway: hash-chained records of what was released.",
        subcommands: [GuardReceiptsVerifyCommand.self, GuardReceiptsKeyCommand.self])
}
