import Conversations
import NeuralGuards
import SafetyPolicies
import Testing
import VisionLanguageModels

@Suite("A policy with a guard's thresholds")
struct CalibratedPolicyTests {
    @Test("takes those of questions and responses, and leaves the rest")
    func thresholds() throws {
        let policy = try SafetyPolicy.packaged()
        let calibration = GuardCalibration(
            temperatures: GuardTemperatures(), missRate: 0.05, queryThresholds: nil,
            responseThresholds: GuardThresholds(unsafe: 0.25, categories: [.animalAbuse: 0.125, .sexualCrimes: 0]), exampleCount: 9)
        let found = policy.withThresholds(of: calibration)
        #expect(found.response.unsafe.threshold == 0.25 && found.response[.animalAbuse].threshold == 0.125)
        #expect(found.response[.animalAbuse].action == policy.response[.animalAbuse].action)
        // A threshold of 0 promises nothing and is not taken.
        #expect(found.response[.sexualCrimes] == policy.response[.sexualCrimes])
        #expect(found.query == policy.query && found.picture == policy.picture)
        #expect(policy.withThresholds(of: nil) == policy)
    }
}
