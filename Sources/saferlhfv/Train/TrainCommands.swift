import ArgumentParser

struct TrainCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train a model; each stage writes a run folder with the model in model/.",
        subcommands: [
            TrainSFT.self, TrainReward.self, TrainCost.self, TrainGuard.self, TrainPPO.self, TrainSafeRLHFV.self,
        ])
}
