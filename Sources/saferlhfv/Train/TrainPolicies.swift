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

    @Option(help: "The cost model folder, or a folder of adapters for the policy's own weights.")
    var cost: String

    @Option(help: "A model folder for the cost critic to start from; the cost model's when absent.")
    var costCritic: String?

    func run() throws { try arguments.train(PolicyTrainingConfig(.safeRLHFV), cost: cost, costCritic: costCritic) }
}

struct PolicyArguments: ParsableArguments {
    @Option(help: "The policy's model folder.")
    var policy: String

    @Option(help: "The reward model folder, or a folder of adapters for the policy's own weights.")
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
        let folders = PolicyTrainingFolders(
            policy: URL(filePath: policy), rewardModel: URL(filePath: reward), costModel: cost.map { URL(filePath: $0) },
            rewardCritic: rewardCritic.map { URL(filePath: $0) }, costCritic: costCritic.map { URL(filePath: $0) })
        let rows = try [data, supervised].compactMap { $0 }.map(DataLocation.url)
        try session.run(yaml(settings), settings.checkpointing, inputs: folders.all + rows) {
            try PolicyTraining(
                settings, PolicyTrainingModels(loading: folders, settings, device: session.device),
                Processor(readingFrom: folders.policy), prompts: TrainingData.prompts(DataLocation.url(data)),
                supervised: supervised.map { try TrainingData.conversations(DataLocation.url($0)) } ?? [], baseModel: policy)
        }
    }
}
