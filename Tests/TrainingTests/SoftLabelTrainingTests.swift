import Foundation
import PreferenceData
import Testing
import Torch
import TorchNN
import Training

@Suite("Training on soft labels")
struct SoftLabelTrainingTests {
    let world: TinyWorld

    init() throws { world = try TinyWorld() }

    private func losses(_ objective: ScoreObjective, _ pairs: [PreferenceSample]) throws -> [Double] {
        var config = ScoreTrainingConfig(objective)
        config.optimizer.adamW.learningRate = 1e-3
        let task = try ScoreTraining(config, world.scoreModel(seed: 3), world.processor, pairs)
        return try (0..<3).map { _ in try #require(task.advance().metrics["train/loss"]) }
    }

    private func softened(_ change: (inout PreferenceSample) -> Void) -> [PreferenceSample] {
        world.pairs.map { pair in
            var pair = pair
            change(&pair)
            return pair
        }
    }

    @Test("certain soft labels train as hard ones do, by law", arguments: ScoreObjective.allCases)
    func certain(objective: ScoreObjective) throws {
        let certain = softened { pair in
            pair.softLabels = SoftLabels(
                firstMoreHelpful: pair.moreHelpful == .first ? 1 : 0, firstSafer: pair.safer == .first ? 1 : 0,
                safe: pair.responses.map { $0.isSafe ? 1 : 0 })
        }
        #expect(try losses(objective, certain) == losses(objective, world.pairs))
    }

    @Test("each objective heeds its own soft labels alone, by law")
    func separate() throws {
        let helpful = softened { $0.softLabels.firstMoreHelpful = 0.5 }
        let safer = softened { $0.softLabels.firstSafer = 0.5 }
        let safe = softened { $0.softLabels.safe = Pair(0.5, 0.5) }
        for objective in ScoreObjective.allCases {
            let hard = try losses(objective, world.pairs)
            #expect((try losses(objective, helpful) != hard) == (objective == .helpfulness))
            #expect((try losses(objective, safer) != hard) == (objective != .helpfulness))
            #expect((try losses(objective, safe) != hard) == (objective == .cost))
        }
    }
}
