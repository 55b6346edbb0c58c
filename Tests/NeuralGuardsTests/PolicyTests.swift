import Conversations
import Foundation
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
        // The hash tells the two apart, and is the same for the same thresholds.
        #expect(found.hash != policy.hash && found.hash.count == 64)
        #expect(policy.withThresholds(of: calibration).hash == found.hash)
    }

    @Test("is what a holder holds, again after a reload, and for keys with files of their own")
    func holder() throws {
        let calibration = GuardCalibration(
            temperatures: GuardTemperatures(), missRate: 0.05, queryThresholds: GuardThresholds(unsafe: 0.25, categories: [:]),
            responseThresholds: nil, exampleCount: 9)
        let packaged = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/SafetyPolicies/Resources/default-policy.yaml")
        let file = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let text = try String(contentsOf: packaged, encoding: .utf8)
        try text.write(to: file, atomically: true, encoding: .utf8)
        let holder = try PolicyHolder(file: file) { $0.withThresholds(of: calibration) }
        #expect(holder.current.query.unsafe.threshold == 0.25)
        guard case .unchanged = holder.reload() else {
            Issue.record("the same file is no change")
            return
        }
        try text.replacing("version: \"1.0\"", with: "version: \"2.0\"").write(to: file, atomically: true, encoding: .utf8)
        guard case .replaced(let policy) = holder.reload() else {
            Issue.record("another file is a change")
            return
        }
        #expect(policy.version == "2.0" && policy.query.unsafe.threshold == 0.25)
        #expect(try PolicyHolder(file: packaged, adjustedLike: holder).current.query.unsafe.threshold == 0.25)
    }
}
