import Conversations
import Guardrails
import SafetyPolicies
import Testing

/// By hand.
@Suite("Verdicts and decisions")
struct VerdictTests {
    @Test(
        "a number that is no probability makes no verdict",
        arguments: [Double.nan, .infinity, -.infinity, -0.1, 1.1, .signalingNaN])
    func nonFinite(value: Double) {
        #expect(throws: VerdictError.self) { try verdict(unsafe: value) }
        #expect(throws: VerdictError.self) { try verdict([.animalAbuse: value]) }
        #expect(throws: VerdictError.self) { try verdict(refusal: value) }
    }

    @Test("a head without an answer makes no verdict")
    func missing() {
        let categories = Dictionary(uniqueKeysWithValues: HarmCategory.allCases.dropFirst().map { ($0, 0.1) })
        let levels = Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0, 0.1) })
        #expect(throws: VerdictError.missing("animal_abuse")) {
            try Verdict(unsafe: 0, levels: levels, categories: categories, refusal: 0)
        }
        #expect(throws: VerdictError.missing("safe")) {
            try Verdict(unsafe: 0, levels: [.minor: 1], categories: categories, refusal: 0)
        }
    }

    @Test("the level is the most probable one, and the worse of equals")
    func level() throws {
        #expect(try verdict(level: .moderate).level == .moderate)
        let even = Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0, 0.25) })
        let categories = Dictionary(uniqueKeysWithValues: HarmCategory.allCases.map { ($0, 0.0) })
        #expect(try Verdict(unsafe: 0, levels: even, categories: categories, refusal: 0).level == .severe)
    }

    @Test("joining is at least as strict as each")
    func joined() throws {
        let one = try verdict(unsafe: 0.2, level: .severe, [.animalAbuse: 0.9], refusal: 0.9)
        let two = try verdict(unsafe: 0.8, level: .minor, [.horrorAndGore: 0.7], refusal: 0.1)
        let joined = one.joined(with: two)
        #expect(joined.unsafe == 0.8)
        #expect(joined.level == .severe)
        #expect(joined.probability(of: .animalAbuse) == 0.9)
        #expect(joined.probability(of: .horrorAndGore) == 0.7)
        #expect(joined.refusal == 0.1)
        #expect(joined == two.joined(with: one))
    }

    @Test("the strictest rule that fires decides, and names its category")
    func decision() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(PolicyDecision(try verdict(), in: .query, under: policy).action == .allow)
        let query = PolicyDecision(
            try verdict(unsafe: 0.9, level: .moderate, [.animalAbuse: 0.8]), in: .query, under: policy)
        #expect(query.action == .refuse)
        #expect(query.category == .animalAbuse)
        #expect(query.level == .moderate)
        let response = PolicyDecision(
            try verdict(unsafe: 0.9, level: .moderate, [.animalAbuse: 0.8]), in: .response, under: policy)
        #expect(response.action == .regenerate)
    }

    @Test("the threshold itself counts, what is below does not")
    func threshold() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(PolicyDecision(try verdict(unsafe: 0.5, level: .minor), in: .query, under: policy).action == .refuse)
        #expect(PolicyDecision(try verdict(unsafe: 0.4999, level: .safe), in: .query, under: policy).action == .allow)
    }

    @Test("harm without a level counts as minor, so that heads which disagree do not let it pass")
    func disagreement() throws {
        let policy = try SafetyPolicy.packaged()
        let decision = PolicyDecision(try verdict(unsafe: 0.9, level: .safe), in: .query, under: policy)
        #expect(decision.action == .refuse)
        #expect(decision.level == .minor)
        #expect(decision.category == nil)
    }

    @Test("a picture alone is refused only from the level that the policy names")
    func picture() throws {
        let policy = try SafetyPolicy.packaged()
        #expect(
            PolicyDecision(try verdict(unsafe: 0.9, level: .moderate), in: .picture, under: policy).action == .allow)
        #expect(PolicyDecision(try verdict(unsafe: 0.9, level: .severe), in: .picture, under: policy).action == .refuse)
        #expect(
            PolicyDecision(try verdict(unsafe: 0.9, level: .minor, [.sexualCrimes: 0.4]), in: .picture, under: policy)
                .action == .refuse)
    }
}
