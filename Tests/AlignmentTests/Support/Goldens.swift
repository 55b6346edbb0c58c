import Foundation

/// `Tests/Goldens/alignment.json`, as the script beside it wrote it.
struct Goldens: Decodable {
    struct Step: Decodable {
        let tokens: [[Int64]]
        let promptLengths, responseLengths: [Int]
        let lambda, discount: Double
        let logits: [[[Float]]]
        let rewardValues, costValues: [[Float]]
        let oldLogProbs, refLogProbs, oldRewardValues, oldCostValues: [[Float]]
        let rewards, costs: [Float]
        let kl, entropy: Double
        let rewardAdvantages, costAdvantages, combinedAdvantages, rewardReturns, costReturns: [[Float]]
        let policyLoss, rewardCriticLoss, costCriticLoss, supervisedLoss: Double
        let policyGradient, supervisedGradient: [[[Float]]]
        let rewardCriticGradient, costCriticGradient: [[Float]]
    }

    struct Scores: Decodable {
        let higher, lower, higherSigns, lowerSigns: [Float]
        let signCoefficient, rewardLoss, costLoss: Double
        let rewardGradients, costGradients: [[Float]]
    }

    struct Preferences: Decodable {
        struct Loss: Decodable {
            let loss: Double
            let gradients: [[Float]]
        }
        let chosen, rejected, refChosen, refRejected: [Float]
        let beta, dpoLabelSmoothing: Double
        let losses: [String: Loss]
    }

    let step: Step
    let scores: Scores
    let preferences: Preferences

    static func load() throws -> Goldens {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Goldens/alignment.json")
        return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }
}
