import Conversations
import Foundation
import Testing

/// By hand.
@Suite("Harm categories and severities")
struct HarmTests {
    @Test("there are twenty categories, named as the data set's folders")
    func categories() {
        #expect(HarmCategory.allCases.count == 20)
        #expect(HarmCategory(rawValue: "violence_and_physical_harm") == .violenceAndPhysicalHarm)
        #expect(HarmCategory(rawValue: "violence") == nil)
        #expect(HarmCategory.allCases.map(\.rawValue) == HarmCategory.allCases.map(\.rawValue).sorted())
    }

    @Test("a category reads as words")
    func titles() {
        #expect(HarmCategory.hackingOrDigitalCrime.title == "hacking or digital crime")
    }

    @Test(
        "a harmless rate names its level",
        arguments: [
            (3, Severity.safe), (0, .safe), (-1, .minor), (-2, .moderate), (-3, .severe), (-9, .severe),
            (Int.max, .safe), (Int.min, .severe),
        ])
    func severities(rate: Int, severity: Severity) {
        #expect(Severity(harmlessRate: rate) == severity)
    }

    @Test("levels are ordered and stored as numbers")
    func order() throws {
        #expect(Severity.allCases == Severity.allCases.sorted())
        #expect(Severity.minor < .severe)
        #expect(Severity.allCases.map(\.name) == ["safe", "minor", "moderate", "severe"])
        #expect(try JSONEncoder().encode([Severity.safe, .severe]) == Data("[0,3]".utf8))
    }
}
