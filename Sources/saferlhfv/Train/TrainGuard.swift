import ArgumentParser
import ConfigFiles
import Foundation
import Training
import VisionLanguageModels

struct TrainGuard: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "guard", abstract: "Train a guard that tells harm, its level and category, and refusals.",
        discussion: """
            Example: safe-rlhf-v train guard --model runs/sft/model --data data/pairs --output runs/guard
            Question–answer rows and preference pairs both serve; only pairs say how bad an answer is.
            """)

    @Option(help: "The model folder to start from; its language head is left out.")
    var model: String

    @Option(help: "A folder or file of question–answer rows or preference pairs.")
    var data: String

    @OptionGroup var options: RunOptions

    func run() throws {
        let settings = try options.config.resolved(GuardTrainingConfig())
        guard !options.config.dryRun else { return print(try yaml(settings)) }
        let (model, data) = (URL(filePath: model), try DataLocation.url(data))
        let session = TrainingSession(options: options)
        try session.run(yaml(settings), settings.checkpointing, inputs: [model, data]) {
            try GuardTraining(
                settings, .load(model, dtype: settings.dtype.dtype, device: session.device, headSeed: settings.seed),
                Processor(readingFrom: model), TrainingData.guardExamples(data), baseModel: model.path)
        }
    }
}
