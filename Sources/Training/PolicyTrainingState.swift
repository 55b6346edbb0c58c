import Alignment
import DurableFiles
import Foundation
import StrictJSON

/// The small state of a policy run: place in the data, counters, and the multiplier with its window of costs.
struct PolicyTrainingState {
    var progress: TrainingState
    /// Batches of the supervised set taken.
    var supervisedStep: Int
    var multiplier: LagrangeMultiplier.State

    private static let fileName = "state.json"

    init(_ progress: TrainingState, supervisedStep: Int, multiplier: LagrangeMultiplier.State) {
        (self.progress, self.supervisedStep, self.multiplier) = (progress, supervisedStep, multiplier)
    }

    func write(to folder: URL) throws {
        let json: JSONValue = [
            "step": .integer(Int64(progress.step)), "refused_steps": .integer(Int64(progress.refusedCount)),
            "supervised_step": .integer(Int64(supervisedStep)),
            "multiplier": [
                "lambda": .number(multiplier.lambda), "costs": .array(multiplier.costs.map(JSONValue.number)),
                "rollouts": .integer(Int64(multiplier.rolloutCount)),
                "refused_costs": .integer(Int64(multiplier.refusedCostCount)),
            ],
        ]
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: folder.appending(path: Self.fileName))
    }

    init(readingFrom folder: URL) throws {
        let json = try JSONValue(parsing: DurableFiles.read(folder.appending(path: Self.fileName), limit: 64 << 20))
        let multiplier = json["multiplier"]
        guard let step = json["step"]?.integer, let refused = json["refused_steps"]?.integer,
            let supervised = json["supervised_step"]?.integer, let lambda = multiplier?["lambda"]?.number,
            let costs = multiplier?["costs"]?.array?.map(\.number), let rollouts = multiplier?["rollouts"]?.integer,
            let refusedCosts = multiplier?["refused_costs"]?.integer
        else { throw TrainingError.incompleteCheckpoint(folder: folder.path, missing: "a field of state.json") }
        var progress = TrainingState()
        (progress.step, progress.refusedCount) = (step, refused)
        self.init(
            progress, supervisedStep: supervised,
            multiplier: .init(
                lambda: lambda, costs: costs.compactMap { $0 }, rolloutCount: rollouts, refusedCostCount: refusedCosts))
    }
}
