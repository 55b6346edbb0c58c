import ArgumentParser
import ConfigFiles
import Foundation
import Quickstart
import Reports

struct QuickstartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quickstart",
        abstract: "The whole story on embedded pictures: data, base policy, score models, four policies, report.",
        discussion: """
            A stage whose model is already in --output is not run again, so an interrupted story goes on.
            Example: safe-rlhf-v quickstart --output runs/quickstart --set seed=2
            """)

    @OptionGroup var config: ConfigOptions

    @Option(help: "The folder of the story.")
    var output = "runs/quickstart"

    func run() async throws {
        let settings = try config.resolved(QuickstartConfig())
        guard !config.dryRun else { return print(try yaml(settings)) }
        let folder = URL(filePath: output)
        let story = try await Quickstart(settings, in: folder) { print($0) }.run()
        print("\n" + ResultTable(story).text + "\n")
        print("report:  \(folder.appending(path: "report.html").path)")
        print("summary: \(folder.appending(path: "summary.json").path)")
    }
}
