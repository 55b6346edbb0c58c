import ArgumentParser
import ConfigFiles
import Foundation
import Training
import VisionLanguageModels

struct TrainReward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reward", abstract: "Train a reward model on which response is more helpful (or safer).",
        discussion: """
            Example: safe-rlhf-v train reward --model runs/sft/model --data data/pairs --output runs/reward
            With --set objective=harmlessness it learns which response is safer, for PPO on safety alone.
            """)

    @OptionGroup var arguments: ScoreModelArguments

    func run() throws { try arguments.train(ScoreTrainingConfig(.helpfulness)) }
}

struct TrainCost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost", abstract: "Train a cost model: which response is more harmful, and on which side of 0 each lies.",
        discussion: "Example: safe-rlhf-v train cost --model runs/sft/model --data data/pairs --output runs/cost")

    @OptionGroup var arguments: ScoreModelArguments

    func run() throws { try arguments.train(ScoreTrainingConfig(.cost)) }
}

struct ScoreModelArguments: ParsableArguments {
    @Option(help: "The model folder to start from; its language head is left out.")
    var model: String

    @Option(help: "A folder or file of preference pairs.")
    var data: String

    @OptionGroup var options: RunOptions

    func train(_ defaults: ScoreTrainingConfig) throws {
        let settings = try options.config.resolved(defaults)
        guard !options.config.dryRun else { return print(try yaml(settings)) }
        let (model, data) = (URL(filePath: model), try DataLocation.url(data))
        let session = TrainingSession(options: options)
        try session.run(yaml(settings), settings.checkpointing, inputs: [model, data]) {
            try ScoreTraining(
                settings, .load(model, dtype: settings.dtype.dtype, device: session.device, headSeed: settings.seed),
                Processor(readingFrom: model), TrainingData.pairs(data, labels: settings.objective.labels), baseModel: model.path)
        }
    }
}
