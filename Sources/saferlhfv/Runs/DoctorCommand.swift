import ArgumentParser
import ConfigFiles
import Foundation
import StrictJSON
import Torch
import TorchNN
import VisionLanguageModels

extension PlannedStage: ExpressibleByArgument {}

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine and this build offer, and what a stage of training needs.",
        discussion: """
            Example: safe-rlhf-v doctor --model llava-1.5-7b --stage safe-rlhf-v --dtype bfloat16 --rank 16
            With --model, only its config.json is read.
            """)

    @Option(help: "A model folder: plan its memory.")
    var model: String?

    @Option(help: "The stage to plan: sft, reward, cost, dpo, ppo or safe-rlhf-v.")
    var stage = PlannedStage.safeRLHFV

    @Option(help: "Type of the weights: float32, bfloat16 or float16.")
    var dtype = "bfloat16"

    @Option(help: "Rank of the policy's LoRA adapters; 0 trains the decoder as a whole.")
    var rank = 0

    @Option(help: "Last names of the layers that get adapters, separated by commas.")
    var targets = LoRAConfig().targets.joined(separator: ",")

    @Option(help: "Conversations at a time.")
    var rows = 8

    @Option(help: "Tokens of a prompt, pictures included; 576 are one picture of LLaVA-1.5.")
    var promptTokens = 640

    @Option(help: "Longest response, in tokens.")
    var maximumNewTokens = 512

    @Flag(help: "Plan for activations that are computed again in the backward pass.")
    var recompute = false

    @Flag(help: "Print the plan as JSON.")
    var json = false

    func validate() throws {
        guard rows > 0, maximumNewTokens > 0, promptTokens > 0, rank >= 0 else {
            throw ValidationError("--rows, --prompt-tokens and --maximum-new-tokens are above 0, --rank from 0")
        }
        guard max(rows, maximumNewTokens, promptTokens, rank) <= 1 << 20 else {
            throw ValidationError("--rows, --prompt-tokens, --maximum-new-tokens and --rank are at most \(1 << 20)")
        }
    }

    func run() throws {
        guard let model else { return try describeMachine() }
        let config = try ModelFamily.config(readingFrom: URL(filePath: model))
        var settings = MemoryPlan.Settings()
        (settings.stage, settings.dtype) = (stage, try DType(option: dtype, "--dtype"))
        (settings.rows, settings.responseTokens, settings.recomputesActivations) = (rows, maximumNewTokens, recompute)
        settings.promptTokens = promptTokens
        if rank > 0 {
            var adapters = LoRAConfig()
            (adapters.rank, adapters.targets) = (rank, targets.split(separator: ",").map(String.init))
            settings.adapters = adapters
        }
        let plan = try MemoryPlan(config, settings)
        print(json ? plan.json.serialized(pretty: true) : plan.description)
    }

    private func describeMachine() throws {
        print("LibTorch      \(Engine.version)")
        print("CUDA devices  \(Device.cudaCount)")
        print("threads       \(Engine.threadCount) of \(ProcessInfo.processInfo.activeProcessorCount) cores")
        print("memory        \(ProcessInfo.processInfo.physicalMemory / 1_048_576) MiB")
        print(
            "fast float32  \(try Engine.useFastFloat32Products() ? "yes: as exact as the default here" : "no: kept off")"
        )
    }
}
