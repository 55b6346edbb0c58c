import Alignment
import ConfigFiles
import Conversations
import Foundation
import Generation
import PreferenceData
import RunFolders
import Statistics
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Training

/// By law: a refused step is one that was skipped.
@Suite("Refused steps and shared parts", .serialized)
struct RefusalTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    private func policyTask(_ algorithm: PolicyAlgorithm, _ change: (PolicyTrainingModels) throws -> Void = { _ in }) throws -> PolicyTraining {
        var config = PolicyTrainingConfig(algorithm)
        (config.rolloutSize, config.sampling.maximumNewTokens, config.truncationPenalty) = (4, 6, 0.25)
        config.shaping.multiplier = 0.5
        let models = PolicyTrainingModels(
            policy: try world.policy(), rewardModel: try world.scoreModel(seed: 4), costModel: try world.scoreModel(seed: 5))
        try change(models)
        return try PolicyTraining(config, models, world.processor, prompts: world.pairs.map { $0.conversation(response: nil) })
    }

    /// Every file of a checkpoint but the small state and the random stream, which may move.
    private func learned(_ task: any TrainingTask) throws -> [String: Data] {
        let folder = try TemporaryFolder()
        try task.save(to: folder.url)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0 != "state.json" && $0 != "random.safetensors" }
        return Dictionary(uniqueKeysWithValues: try names.map { ($0, try Data(contentsOf: folder.url.appending(path: $0))) })
    }

    @Test("a reward or cost that is not finite leaves weights, moments and λ as they are", arguments: ["rewards", "costs"], [Double.nan, .infinity])
    func policy(site: String, number: Double) throws {
        let task = try policyTask(.safeRLHFV) { models in
            let head = site == "rewards" ? models.rewardModel : models.costModel
            try head?.parameters["score_head.weight"]?.multiply(by: number)
        }
        let before = try learned(task)
        let report = try task.advance()
        #expect(report.refusal?.site == site && report.refusal?.items.count == 4 && report.refusal?.appliedUpdates == 0)
        #expect(report.metrics["steps/refused"] == 1 && report.metrics["steps/refused_now"] == 1)
        #expect(try learned(task) == before)
        #expect(before.count == 6 && task.step == 1)
    }

    @Test("a loss that is not finite leaves a score model as it is, and names the pairs")
    func scores() throws {
        let model = try world.scoreModel(seed: 3)
        try model.parameters["language_model.model.norm.weight"]?.multiply(by: .nan)
        let task = try ScoreTraining(ScoreTrainingConfig(.cost), model, world.processor, world.pairs)
        let before = try learned(task)
        let report = try task.advance()
        #expect(report.refusal?.site == "loss" && report.refusal?.items.count == 4)
        #expect(try learned(task) == before)
    }

    @Test("under a fixed multiplier the reward model's mean and the shaped mean have their own names")
    func shapedMean() throws {
        let metrics = try policyTask(.fixedMultiplier).advance().metrics
        let (reward, cost) = (try #require(metrics["reward/mean"]), try #require(metrics["cost/mean"]))
        let penalty = 0.25 * (try #require(metrics["response/truncated_fraction"]))
        #expect(abs(try #require(metrics["reward/shaped_mean"]) - (reward - penalty - 0.5 * cost)) < 1e-5)
        for name in metrics.keys { #expect(MetricName.named(name) != nil, "\(name) is in the table") }
    }

    @Test("asked to stop while the policy writes, a step changes nothing and is drawn again the same")
    func interruption() throws {
        let (task, other) = (try policyTask(.safeRLHFV), try policyTask(.safeRLHFV))
        InterruptFlag.raise()
        #expect(throws: StepInterrupted.self) { try task.advance() }
        #expect(throws: TrainingError.interruptedWhileLoading) { try policyTask(.ppo) }
        InterruptFlag.lower()
        #expect(task.step == 0)
        let (interrupted, straight) = (try task.advance().metrics, try other.advance().metrics)
        #expect(interrupted == straight)
    }

    @Test("roles whose frozen towers are the same share one cache of pictures, others have their own")
    func caches() throws {
        let caches = TowerCaches()
        let (policy, same, other) = (try world.policy(), try world.policy(), try world.scoreModel(seed: 8))
        let first = try caches.cache(for: policy.trunk, policy.parameters)
        #expect(try caches.cache(for: same.trunk, same.parameters) === first)
        #expect(try caches.cache(for: other.trunk, other.parameters) !== first)
        let image = world.pairs[0].prompt.image
        let features = PictureFeatures(policy.trunk, world.processor, towerTrains: false, cache: first)
        let renamed = EncodedImage(bytes: image.bytes, path: "another name")
        _ = try features.features(of: [image, renamed, image])
        #expect(first.count == 1, "known by content, whatever it is called")
    }

    @Test("pictures beyond the cache's room are computed anew, with the same features")
    func room() throws {
        let policy = try world.policy()
        let roomy = PictureFeatures(policy.trunk, world.processor, towerTrains: false)
        let cramped = PictureFeatures(policy.trunk, world.processor, towerTrains: false, cache: PictureCache(memoryBytes: 10))
        let images = world.pairs.prefix(3).map(\.prompt.image)
        let (kept, computed) = (try roomy.features(of: images), try cramped.features(of: images))
        #expect(try kept.map { try $0.states.floats() } == computed.map { try $0.states.floats() })
    }

    @Test("an epoch's order is that of its seed, whichever step asks first")
    func order() {
        var order = DataOrder(count: 10, batchSize: 3, seed: 4)
        for step in [7, 0, 1, 2, 3, 8, 1] {
            let permutation = permutation(of: 10, seed: 4, epoch: step / 3)
            #expect(order.rows(forStep: step) == Array(permutation[(step % 3 * 3)..<(step % 3 * 3 + 3)]))
        }
        #expect(order.steps(inEpochs: 2) == 6 && order.steps(inEpochs: 0.01) == 1)
    }

    @Test("problems of a nested configuration have their whole path")
    func paths() {
        var config = PolicyTrainingConfig(.safeRLHFV)
        (config.ppo.clipRatio, config.lagrange.windowSize, config.shaping.multiplier, config.epochs) = (2, 0, -1, .infinity)
        let problems = config.problems()
        for path in ["ppo.clipRatio must", "lagrange.windowSize must", "shaping.multiplier must", "epochs must"] {
            #expect(problems.contains { $0.hasPrefix(path) }, "\(problems)")
        }
        var scores = ScoreTrainingConfig(.cost)
        (scores.reward.regularization, scores.cost.signCoefficient) = (-1, .nan)
        #expect(scores.problems().map { $0.prefix { $0 != " " } } == ["reward.regularization", "cost.signCoefficient"])
    }
}
