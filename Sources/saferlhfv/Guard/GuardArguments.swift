import ArgumentParser
import ConfigFiles
import Evaluation
import Foundation
import PreferenceData
import Torch
import VisionLanguageModels

/// Options of commands that ask a guard.
struct GuardArguments: ParsableArguments {
    @Option(name: .customLong("guard"), help: "The guard's model folder, as `train guard` wrote it.")
    var folder: String

    @Option(help: "Examples of one batch.")
    var batchSize = 64

    @Option(help: "Threads of one operator.")
    var threads = 2

    @Option(help: "cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    var url: URL { URL(filePath: folder) }

    func classifier() throws -> GuardClassifier {
        Engine.threadCount = threads
        return GuardClassifier(try .load(url, device: namedDevice()), try Processor(readingFrom: url), batchSize: batchSize)
    }

    func namedDevice() throws -> Device {
        guard let device = Device(name: device) else {
            throw ConfigError(origin: "--device", problems: ["found \(self.device), expected cpu, cuda, cuda:N or auto"])
        }
        return device
    }
}

/// Options of commands that read examples for a guard.
struct GuardDataArguments: ParsableArguments {
    @Option(help: "Preference pairs, question–answer rows, or JSONL of conversations.")
    var data: String

    @Option(help: "Which split of a data set's folder: train or evaluation.")
    var split = "evaluation"

    func examples() throws -> [GuardExample] {
        try GuardTestSet.read(URL(filePath: data), split: Self.split(split))
    }

    static func split(_ name: String) throws -> Split {
        guard let split = Split(rawValue: name) else { throw ValidationError("--split is train or evaluation, found \(name)") }
        return split
    }
}
