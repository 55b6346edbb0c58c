import ArgumentParser
import ConfigFiles
import Conversations
import DurableFiles
import EmbeddedWorld
import Evaluation
import Foundation
import Generation
import Guardrails
import NeuralGuards
import PreferenceData
import SafetyPolicies
import StrictJSON
import Torch
import VisionLanguageModels

struct GuardRegenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "regenerate", abstract: "Let a policy model answer prompts through a guard that filters and asks again.",
        discussion: """
            Example: safe-rlhf-v guard regenerate --guard runs/guard/model --model runs/sft/model --data data/pairs --trace traces.jsonl
            For prompts of the embedded world the oracle says what was shown after each number of rounds; nobody judges
            prompts from elsewhere but the guard, whose word on itself is not counted: take the trace to a judge of your own.
            """)

    @OptionGroup var guardArguments: GuardArguments
    @OptionGroup var dataArguments: GuardDataArguments
    @OptionGroup var config: ConfigOptions
    @OptionGroup var drawing: SamplingOptions

    @Option(help: "The policy model's folder.")
    var model: String

    @Option(help: "The safety policy file; the packaged one without it.")
    var policy: String?

    @Flag(help: "Use the guard's calibrated thresholds in place of the policy's.")
    var calibrated = false

    @Flag(help: "Judge responses only, not the questions before them.")
    var responsesOnly = false

    @Option(help: "A reward model that chooses among safe responses, as many as --set safeCandidates says.")
    var reward: String?

    @Option(help: "Take the first so many prompts; 0 takes all.")
    var limit = 0

    @Option(help: "Where to write what happened to every prompt, one JSON object a line.")
    var trace: String?

    @Option(help: "Where to write the curve as JSON.")
    var output: String?

    func run() async throws {
        let settings = try config.resolved(GuardLoopConfig())
        guard !config.dryRun else { return print(try yaml(settings)) }
        Engine.threadCount = guardArguments.threads
        var prompts = try dataArguments.examples().filter { $0.view == .query }.map(\.conversation)
        if limit > 0 { prompts = Array(prompts.prefix(limit)) }
        let traces = try await study(settings.loop).traces(prompts) { [count = prompts.count] done in
            if done.isMultiple(of: 100) { FileHandle.standardError.write(Data("\(done) of \(count) prompts\n".utf8)) }
        }
        if let trace { try DurableFiles.write(traces.map { $0.json.serialized() + "\n" }.joined(), to: URL(filePath: trace)) }
        guard let figures = RegenerationFigures(traces, rounds: settings.loop.rounds) else {
            return print("\(traces.count) prompts; none but the guard judged them, so there is no curve: see --trace")
        }
        print(figures.text)
        if let output { try DurableFiles.write(figures.json.serialized(pretty: true) + "\n", to: URL(filePath: output)) }
    }

    private func study(_ loop: RegenerationConfig) throws -> RegenerationStudy {
        let device = try guardArguments.namedDevice()
        let guardModel = try NeuralGuard(guardArguments.url, device: device, batchSize: guardArguments.batchSize)
        var rules = try policy.map { try SafetyPolicy(contentsOf: URL(filePath: $0)) } ?? SafetyPolicy.packaged()
        if calibrated { rules = rules.withThresholds(of: try GuardSettings(readingFrom: guardArguments.url).calibration) }
        let folder = URL(filePath: model)
        let processor = try Processor(readingFrom: folder)
        return try RegenerationStudy(
            guardModel,
            PolicyResponder(.load(folder, device: device), processor, drawing.config, seed: drawing.seed, batchSize: 1), rules, loop,
            judgesQueries: !responsesOnly,
            helpfulness: reward.map { ResponseScorer(try .load(URL(filePath: $0), device: device), processor, batchSize: 1) },
            seed: drawing.seed)
    }
}

/// The loop's settings, as a configuration.
struct GuardLoopConfig: Codable, Checkable {
    var loop = RegenerationConfig()

    func problems() -> [String] { loop.problems(at: "loop") }
}
