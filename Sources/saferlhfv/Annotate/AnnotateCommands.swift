import ArgumentParser

struct AnnotateCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate", abstract: "Measure how far annotators agree, and make labels of their answers.",
        subcommands: [AnnotateAgreementCommand.self, AnnotateAggregateCommand.self])
}
