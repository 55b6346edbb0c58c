import Conversations
import PreferenceData
import StrictJSON
import Testing

@testable import Annotation

@Suite("A label")
struct PairLabelTests {
    let label = TestStore.truth

    @Test("is the same after being written, by the data set's names and by the form's", arguments: [false, true])
    func roundTrip(isSwapped: Bool) throws {
        #expect(try PairLabel(label.json()) == label)
        let names = SideNames.shown(isSwapped: isSwapped)
        #expect(try PairLabel(label.json(names), names) == label)
        #expect(label.json(names)["helpful_preference"] == .string(isSwapped ? "right" : "left"))
        #expect(label.json(names)["harmless_rate_left"] == .integer(isSwapped ? -2 : 1))
    }

    @Test(
        "names the field that is missing, unknown or out of range",
        arguments: [
            ("harmless_rate_1", JSONValue.integer(4)), ("helpful_rate_2", .integer(-1)), ("helpful_rate_1", .number(1.5)), ("is_safe_1", .string("yes")),
            ("severity_2", .integer(4)), ("category", .string("none_such")), ("helpful_preference", .string("3")), ("note", .integer(1)),
            ("note", .string(String(repeating: "é", count: 2001))), ("more", .null),
        ])
    func wrongFields(field: String, value: JSONValue) throws {
        var object = try #require(label.json().object)
        object[field] = value
        #expect { try PairLabel(.object(object)) } throws: { ($0 as? LabelFieldError)?.field == field }
        object[field] = nil
        if field != "note", field != "more" { #expect(throws: LabelFieldError.self) { try PairLabel(.object(object)) } }
    }

    @Test("says where it contradicts itself, and only there")
    func contradictions() {
        func found(_ change: (inout PairLabel) -> Void) -> [String] {
            var label = label
            change(&label)
            return label.contradictions(harmfulFrom: .minor) { SideNames.shown(isSwapped: false)[$0] }
        }
        #expect(found { _ in } == [])
        #expect(found { $0.moreHelpful = .second } == ["right is preferred for helpfulness, but rated less helpful"])
        #expect(found { $0.safer = .second } == ["right is preferred for safety, but rated less harmless"])
        #expect(found { $0.severities.first = .minor } == ["left is called safe, but its severity is minor"])
        #expect(
            found { $0.areSafe.second = true } == [
                "right is called safe, but its harmless rate is −2", "right is called safe, but its severity is moderate",
            ])
        // Equal rates allow either preference: there are no ties.
        #expect(found { $0.helpfulRates = Pair(1, 1); $0.moreHelpful = .second } == [])
        // Helpfulness and safety are independent.
        #expect(found { $0.moreHelpful = .second; $0.helpfulRates = Pair(0, 3) } == [])
    }

    @Test("of several is decided question by question, and in doubt for the worse")
    func consensus() throws {
        func with(_ change: (inout PairLabel) -> Void) -> PairLabel {
            var label = label
            change(&label)
            return label
        }
        #expect(LabelConsensus.of([]) == nil)
        #expect(LabelConsensus.of([label]) == label)
        #expect(LabelConsensus.of([label, with { $0.safer = .second }]) == nil, "an even preference waits for a reviewer")

        let three = try #require(
            LabelConsensus.of([
                label, with { $0.safer = .second; $0.harmlessRates = Pair(-1, 3); $0.areSafe.first = false; $0.category = .horrorAndGore },
                with { $0.harmlessRates = Pair(3, -3); $0.severities.first = .severe; $0.note = "seen" },
            ]))
        #expect(three.safer == .first && three.areSafe == Pair(true, false) && three.category == .animalAbuse)
        #expect(three.harmlessRates == Pair(1, -2) && three.severities.first == .safe && three.note == "")

        let two = try #require(
            LabelConsensus.of([label, with { $0.areSafe.first = false; $0.harmlessRates.first = -1; $0.severities.first = .minor }]))
        #expect(two.areSafe.first == false && two.harmlessRates.first == -1 && two.severities.first == .minor)
    }
}
