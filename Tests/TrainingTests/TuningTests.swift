import Alignment
import Conversations
import Foundation
import Generation
import PreferenceData
import RunFolders
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

/// By law: adapters start as nothing, only they learn, and a run with them resumes like any other.
@Suite("What of a model learns", .serialized)
struct TuningTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    private func lora(rank: Int = 2) -> TuningConfig {
        var tuning = TuningConfig()
        tuning.method = .lora
        tuning.lora.rank = rank
        return tuning
    }

    private func batch(_ model: VisionLanguageModel) throws -> TokenBatch {
        let features = PictureFeatures(model.trunk, world.processor, towerTrains: false)
        let samples = try world.conversations.prefix(3).map { try world.processor.encode($0, addGenerationPrompt: false) }
        return try TokenBatch(samples, padding: world.processor.padding, features: features, on: .cpu)
    }

    private func values(_ parameters: Parameters) throws -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: try parameters.members.map { ($0.name, try $0.tensor.to(.float32).floats()) })
    }

    @Test("a model with fresh adapters is its base, and shares its weights")
    func start() throws {
        let base = try world.policy()
        let tuned = try lora().prepare(base, .float32, recomputing: false)
        #expect(try base.predictions(for: batch(base)).logits.floats() == tuned.predictions(for: batch(tuned)).logits.floats())
        let weight = try #require(base.parameters["language_model.model.norm.weight"])
        try withoutGradient { try weight.multiply(by: 2) }
        #expect(try tuned.parameters["language_model.model.norm.weight"]?.floats() == weight.floats(), "one tensor, not two")
    }

    @Test("supervised training by adapters changes adapters only, and writes both the merged model and the adapters")
    func supervised() throws {
        var config = SupervisedConfig()
        (config.batchSize, config.tuning) = (4, lora())
        config.optimizer = OptimizerConfig(learningRate: 1e-2, LearningRateSchedule(.constant, warmupFraction: 0))
        let base = try world.policy()
        let before = try values(base.parameters)
        let task = try SupervisedTraining(config, base, world.processor, world.conversations, baseModel: "models/start")
        for _ in 0..<3 { _ = try task.advance() }
        #expect(try values(base.parameters) == before, "the base's own weights stay")

        let folder = try TemporaryFolder()
        try task.save(to: folder.url)
        let saved = try SafetensorsFile(folder.url.appending(path: "policy.safetensors"))
        #expect(!saved.names.isEmpty && saved.names.allSatisfy(LoRAConfig.isAdapter))

        let exported = try TemporaryFolder()
        try task.export(to: exported.url)
        let merged = try VisionLanguageModel.load(exported.url)
        try base.save(to: folder.url)
        let adapted = try VisionLanguageModel.load(folder.url, adaptersIn: exported.url.appending(path: "adapters"))
        let (plain, apart) = (try merged.predictions(for: batch(merged)).logits, try adapted.predictions(for: batch(adapted)).logits)
        #expect(try plain.floats() != base.predictions(for: batch(base)).logits.floats(), "something was learned")
        // Merging rounds the sum of weight and update once more.
        #expect(try (plain - apart).abs().max().item() < 1e-4)
        let settings = try JSONValue(parsing: Data(contentsOf: exported.url.appending(path: "adapters/adapter_config.json")))
        #expect(settings["base_model_name_or_path"] == "models/start")
    }

    @Test("layers that no decoder has are refused by name, with those that it has")
    func unknownLayers() throws {
        var tuning = lora()
        tuning.lora.targets = ["q_proj", "c_attn"]
        #expect(throws: TrainingError.unknownLayers(
            ["c_attn"], known: ["down_proj", "embed_tokens", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj"])
        ) { try tuning.prepare(world.policy(), .float32, recomputing: false) }
    }

    @Test("parts freeze as each role is told", arguments: ModelComponent.allCases)
    func freezing(component: ModelComponent) throws {
        var tuning = TuningConfig()
        tuning.freezing = FreezingConfig(
            visionTower: component == .visionTower, projector: component == .projector, languageModel: component == .languageModel)
        let model = try tuning.prepare(world.scoreModel(seed: 2), .float32, recomputing: false)
        for member in model.parameters.members {
            let part = ModelComponent(ofParameter: member.name)
            #expect(member.tensor.requiresGradient == (part != component || part == .scoreHead), "\(member.name)")
        }
    }

    @Test("computing activations again gives the gradients of the plain pass, bit for bit", arguments: [TuningMethod.full, .lora])
    func recomputing(method: TuningMethod) throws {
        func gradients(recomputing: Bool) throws -> [String: [Float]] {
            var tuning = lora()
            tuning.method = method
            let model = try tuning.prepare(world.policy(), .float32, recomputing: recomputing)
            #expect(model.trunk.recomputesActivations == recomputing)
            let prediction = try model.predictions(for: batch(model))
            try supervisedLoss(logits: prediction.logits, targets: prediction.targets).backward()
            return Dictionary(uniqueKeysWithValues: try model.parameters.trainable.map { ($0.name, try $0.tensor.gradient()?.floats() ?? []) })
        }
        let plain = try gradients(recomputing: false)
        #expect(plain.values.allSatisfy { !$0.isEmpty })
        #expect(try gradients(recomputing: true) == plain)
    }

    @Test("bfloat16 weights move by steps that are too small for them, since the optimiser's masters are float32")
    func bfloat16() throws {
        var config = SupervisedConfig()
        (config.batchSize, config.dtype) = (12, .bfloat16)
        config.epochs = 60
        config.optimizer = OptimizerConfig(learningRate: 2e-5, LearningRateSchedule(.constant, warmupFraction: 0))
        let model = try world.policy()
        let task = try SupervisedTraining(config, model, world.processor, world.conversations)
        let losses = try (0..<60).map { _ in try task.advance().metrics["train/loss"] ?? .nan }
        let (folder, exported) = (try TemporaryFolder(), try TemporaryFolder())
        try task.save(to: folder.url)
        let optimizer = try SafetensorsFile(folder.url.appending(path: "policy.optimizer.safetensors"))
        let name = "language_model.model.norm.weight"
        // A step of 2e-5 beside 1 is below half of bfloat16's spacing there, 2⁻⁸: sixty of them reach the master only.
        let master = try optimizer.tensor(name + ".master")
        #expect(master.dtype == .float32)
        #expect(try (master - 1).abs().max().item() > 2e-5)
        try task.export(to: exported.url)
        let written = try VisionLanguageModel.load(exported.url, dtype: .bfloat16)
        #expect(try written.parameters[name]?.to(.float32).floats().allSatisfy { $0 == 1 } == true)
        #expect(losses.allSatisfy(\.isFinite) && losses[59] < losses[0])
    }

    /// Policy, reference, reward and cost models, and both critics on one frozen trunk.
    private func sharedTrunk(_ change: (inout PolicyTrainingConfig) -> Void = { _ in }) throws -> (task: PolicyTraining, base: VisionLanguageModel) {
        let base = try world.policy()
        func adapters(_ seed: UInt64) throws -> ScoreModel {
            var config = lora().lora
            config.seed = seed
            let head = ModelInMemory(base.parameters, .shared, missing: try RandomStart(seed: seed))
            return try ScoreModel(world.config, head, adapters: config, headSeed: nil)
        }
        var config = PolicyTrainingConfig(.safeRLHFV)
        (config.rolloutSize, config.supervisedBatchSize, config.sampling.maximumNewTokens, config.ppo.miniBatchSize) = (4, 2, 6, 2)
        (config.policyTuning, config.rewardCriticTuning, config.costCriticTuning) = (lora(), lora(), lora(rank: 1))
        config.policyOptimizer = OptimizerConfig(learningRate: 1e-2, LearningRateSchedule(.constant, warmupFraction: 0))
        config.criticOptimizer = OptimizerConfig(learningRate: 1e-2, LearningRateSchedule(.constant, warmupFraction: 0))
        change(&config)
        let models = PolicyTrainingModels(policy: base, rewardModel: try adapters(4), costModel: try adapters(5))
        let task = try PolicyTraining(
            config, models, world.processor, prompts: world.pairs.map { $0.conversation(response: nil) }, supervised: world.conversations)
        return (task, base)
    }

    @Test("six roles on one trunk: the trunk stays, and each role that learns has its own adapters and head")
    func roles() throws {
        let (task, base) = try sharedTrunk()
        let before = try values(base.parameters)
        for _ in 0..<2 { #expect(try task.advance().refusal == nil) }
        #expect(try values(base.parameters) == before)
        let folder = try TemporaryFolder()
        try task.save(to: folder.url)
        func names(_ role: String) throws -> [String] { try SafetensorsFile(folder.url.appending(path: role + ".safetensors")).names }
        #expect(try names("policy").allSatisfy(LoRAConfig.isAdapter))
        for critic in ["reward_critic", "cost_critic"] {
            #expect(try names(critic).contains("score_head.weight"))
            #expect(try names(critic).allSatisfy { LoRAConfig.isAdapter($0) || $0 == "score_head.weight" })
        }
        func moved(_ role: String) throws -> [Float] { try SafetensorsFile(folder.url.appending(path: role + ".safetensors")).tensor("score_head.weight").floats() }
        #expect(try moved("reward_critic") != moved("cost_critic"))
    }

    @Test("critics start as their score models, and their learning leaves those alone", arguments: [TuningMethod.full, .lora])
    func critics(method: TuningMethod) throws {
        var config = PolicyTrainingConfig(.safeRLHFV)
        config.criticOptimizer = OptimizerConfig(learningRate: 1e-2, LearningRateSchedule(.constant, warmupFraction: 0))
        var tuning = lora()
        tuning.method = method
        let makers = RoleMaker(config, world.processor, updates: 10)
        for adapters in [nil, lora().lora] {
            let model = try ScoreModel(world.config, RandomStart(seed: 6), adapters: adapters, headSeed: nil)
            // Adapters that have learned something.
            try withoutGradient { for member in model.parameters.members where member.name.contains(".lora_B.") { try member.tensor.add(Tensor.full([1], 0.1)) } }
            let scorer = try makers.scorer(model)
            let critic = try makers.critic(nil, startingFrom: scorer.model, tuning)
            let pair = world.pairs[0].conversation(response: .first)
            let sample = try world.processor.encode(pair, addGenerationPrompt: false)
            let inputs = try TokenBatch([sample], padding: 0, features: scorer.reader.features, on: .cpu).inputs
            let start = try scorer.model.endScores(inputs).floats()
            // A full critic of a model with adapters has them merged in, which rounds once more.
            #expect(abs(try critic.model.endScores(inputs).floats()[0] - start[0]) < 1e-4)
            _ = try critic.accumulate(critic.model.endScores(inputs).mean())
            try critic.apply()
            #expect(try scorer.model.endScores(inputs).floats() == start)
            #expect(try critic.model.endScores(inputs).floats() != start)
        }
    }

    @Test("a run on a shared trunk resumes bit for bit, also in bfloat16 and with recomputed activations", arguments: [WeightType.float32, .bfloat16])
    func resume(type: WeightType) throws {
        func make() throws -> PolicyTraining {
            try sharedTrunk {
                $0.dtype = type
                $0.gradientCheckpointing = type == .bfloat16
            }.task
        }
        func digest(_ task: PolicyTraining) throws -> String {
            let folder = try TemporaryFolder()
            let store = CheckpointStore(in: folder.url, keepLast: 1)
            try store.save(step: task.step) { try task.save(to: $0) }
            return try CheckpointStore.digest(of: store.url(task.step))
        }
        let straight = try make()
        for _ in 0..<3 { _ = try straight.advance() }
        let (interrupted, resumed, middle) = (try make(), try make(), try TemporaryFolder())
        _ = try interrupted.advance()
        try interrupted.save(to: middle.url)
        try resumed.restore(from: middle.url)
        for _ in 0..<2 { _ = try resumed.advance() }
        #expect(try digest(straight) == digest(resumed))
    }

    @Test("a score model on the policy's weights is refused while those learn")
    func sharedTrunkNeedsAdapters() throws {
        let (model, folder) = (try TemporaryFolder(), try TemporaryFolder())
        let base = try world.policy()
        try base.save(to: model.url)
        try world.processor.save(to: model.url)
        let head = ModelInMemory(base.parameters, .shared, missing: try RandomStart(seed: 3))
        try ScoreModel(world.config, head, adapters: lora().lora, headSeed: nil).saveAdapters(to: folder.url, baseModel: "base")
        var config = PolicyTrainingConfig(.ppo)
        let folders = PolicyTrainingFolders(policy: model.url, rewardModel: folder.url)
        #expect(throws: TrainingError.sharedTrunk(adapters: folder.url.path, policy: model.url.path)) {
            try PolicyTrainingModels(loading: folders, config, device: .cpu)
        }
        config.policyTuning = lora()
        let models = try PolicyTrainingModels(loading: folders, config, device: .cpu)
        #expect(models.rewardModel.trunk.adapters == lora().lora || models.rewardModel.trunk.adapters?.rank == 2)
    }
}
