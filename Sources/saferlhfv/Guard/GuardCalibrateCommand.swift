import ArgumentParser
import DurableFiles
import Evaluation
import Foundation
import PreferenceData
import StrictJSON
import VisionLanguageModels

struct GuardCalibrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Make a guard's probabilities true on held-out data, and find thresholds for a miss rate.",
        discussion: """
            Example: safe-rlhf-v guard calibrate --guard runs/guard/model --data data/pairs --miss-rate 0.05
            The result is written into the guard's folder and used whenever it is loaded. Calibrate on data that the guard
            was neither trained nor measured on.
            """)

    @OptionGroup var guardArguments: GuardArguments
    @OptionGroup var dataArguments: GuardDataArguments

    @Option(help: "The share of harm that may be missed.")
    var missRate = 0.05

    @Option(help: "Where to write the curves and thresholds as JSON.")
    var output: String?

    @Flag(help: "Only print; leave the guard's folder as it is.")
    var dryRun = false

    func validate() throws {
        if !(missRate > 0 && missRate < 1) { throw ValidationError("--miss-rate lies between 0 and 1, found \(missRate)") }
    }

    func run() throws {
        let classifier = try guardArguments.classifier()
        let examples = try dataArguments.examples()
        let found = GuardCalibrating(try classifier.scores(examples.map(\.conversation)), examples, missRate: missRate)
        print(found.text)
        if let output { try DurableFiles.write(found.json.serialized(pretty: true) + "\n", to: URL(filePath: output)) }
        guard !dryRun else { return }
        var settings = classifier.settings
        settings.calibration = found.calibration
        try settings.write(to: guardArguments.url)
        print("\nwritten into \(guardArguments.folder)")
    }
}
