import ArgumentParser
import ConfigFiles
import Foundation
import Training
import VisionLanguageModels

struct TrainPPO: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ppo", abstract: "Improve a policy against a reward model, or reward minus a fixed multiple of cost.",
        discussion: """
            Example: safe-rlhf-v train ppo --policy runs/sft/model --reward runs/reward/model --data data/pairs --output runs/ppo
            With --cost and --set algorithm=fixed_multiplier --set shaping.multiplier=0.5 cost is taken from the reward.
            """)

    @OptionGroup var arguments: PolicyArguments

    @Option(help: "The cost model folder, for algorithm=fixed_multiplier.")
    var cost: String?

    func run() throws { try arguments.train(PolicyTrainingConfig(.ppo), cost: cost, costCritic: nil) }
}

struct TrainSafeRLHFV: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "safe-rlhf-v", abstract: "Improve a policy's reward under a cost limit (PPO-Lagrangian).",
        discussion: """
            Example: safe-rlhf-v train safe-rlhf-v --policy runs/sft/model --reward runs/reward/model \
            --cost runs/cost/model --data data/pairs --output runs/safe --set lagrange.costLimit=-0.5
            """)

    @OptionGroup var arguments: PolicyArguments

    @Option(help: "The cost model folder.")
    var cost: String

    @Option(help: "A model folder for the cost critic to start from; the cost model's when absent.")
    var costCritic: String?

    func run() throws { try arguments.train(PolicyTrainingConfig(.safeRLHFV), cost: cost, costCritic: costCritic) }
}

struct PolicyArguments: ParsableArguments {
    @Option(help: "The policy's model folder.")
    var policy: String

    @Option(help: "The reward model folder.")
    var reward: String

    @Option(help: "A model folder for the reward critic to start from; the reward model's when absent.")
    var rewardCritic: String?

    @Option(help: "A folder or file of preference pairs; their prompts are used, each once.")
    var data: String

    @Option(help: "Question–answer rows whose supervised loss is mixed in (PTX).")
    var supervised: String?

    @OptionGroup var options: RunOptions

    func train(_ defaults: PolicyTrainingConfig, cost: String?, costCritic: String?) throws {
        let settings = try options.config.resolved(defaults)
        guard !options.config.dryRun else { return print(try yaml(settings)) }
        let session = TrainingSession(options: options)
        let folders = [policy, reward, cost, rewardCritic, costCritic, data, supervised].compactMap { $0 }.map { URL(filePath: $0) }
        try session.run(yaml(settings), settings.checkpointing, inputs: folders) {
            func scoreModel(_ path: String?) throws -> ScoreModel? {
                try path.map { try .load(URL(filePath: $0), device: session.device) }
            }
            guard let rewardModel = try scoreModel(reward) else { throw TrainingError.missingRole("reward model", algorithm: "ppo") }
            let models = PolicyTrainingModels(
                policy: try .load(URL(filePath: policy), device: session.device), rewardModel: rewardModel,
                costModel: try scoreModel(cost), rewardCritic: try scoreModel(rewardCritic), costCritic: try scoreModel(costCritic))
            return try PolicyTraining(
                settings, models, Processor(readingFrom: URL(filePath: policy)),
                prompts: TrainingData.prompts(URL(filePath: data)),
                supervised: supervised.map { try TrainingData.conversations(URL(filePath: $0)) } ?? [])
        }
    }
}
