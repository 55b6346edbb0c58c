import ArgumentParser

struct GuardCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard", abstract: "Judge with a guard, measure it, calibrate it, let it filter; and check what was released.",
        subcommands: [GuardClassifyCommand.self, GuardCalibrateCommand.self, GuardRegenerateCommand.self, GuardReceiptsCommands.self])
}

struct GuardReceiptsCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipts", abstract: "Receipts of a gateway: hash-chained records of what was released.",
        subcommands: [GuardReceiptsVerifyCommand.self, GuardReceiptsKeyCommand.self])
}
