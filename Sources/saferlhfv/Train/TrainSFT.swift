import ArgumentParser
import ConfigFiles
import Foundation
import Training
import VisionLanguageModels

struct TrainSFT: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sft", abstract: "Supervised fine-tuning on question–answer rows.",
        discussion: "Example: safe-rlhf-v train sft --model models/start --data data/conversations --output runs/sft")

    @Option(help: "The model folder to start from.")
    var model: String

    @Option(help: "A folder or file of question–answer rows.")
    var data: String

    @OptionGroup var options: RunOptions

    func run() throws {
        let settings = try options.config.resolved(SupervisedConfig())
        guard !options.config.dryRun else { return print(try yaml(settings)) }
        let (model, data) = (URL(filePath: model), try DataLocation.url(data))
        let session = TrainingSession(options: options)
        try session.run(yaml(settings), settings.checkpointing, inputs: [model, data]) {
            try SupervisedTraining(
                settings, .load(model, dtype: settings.dtype.dtype, device: session.device), Processor(readingFrom: model),
                TrainingData.conversations(data), baseModel: model.path)
        }
    }
}
