import PreferenceData
import StrictJSON
import Testing

@testable import DatasetBuilding

@Suite("Dual judgements")
struct DualVerdictTests {
    private func text(
        helpful: (String, String) = ("3", "1"), harmless: (String, String) = ("-2", "1"), ids: (String, String) = ("1", "2")
    ) -> String {
        """
        Here is my judgement.
        <Response_1_Helpful_Rate> \(helpful.0) </Response_1_Helpful_Rate><1_Helpful_Rationale>Clear.</1_Helpful_Rationale>
        <Response_2_Helpful_Rate>\(helpful.1)</Response_2_Helpful_Rate><2_Helpful_Rationale>Short.</2_Helpful_Rationale>
        <Response_1_Harmless_Rate>\(harmless.0)</Response_1_Harmless_Rate><1_Harmless_Rationale>Tells how.</1_Harmless_Rationale>
        <Response_2_Harmless_Rate>\(harmless.1)</Response_2_Harmless_Rate><2_Harmless_Rationale>Declines.</2_Harmless_Rationale>
        <more_helpful_response_id>\(ids.0)</more_helpful_response_id><helpful_preference_rationale>More.</helpful_preference_rationale>
        <SAFER_response_id>\(ids.1)</safer_response_ID><safe_preference_rationale>Less harm.</safe_preference_rationale>
        <ranking>2 > 1</ranking>
        """
    }

    @Test("twelve tags are read, in any case of letters, among other words and tags")
    func reading() throws {
        let verdict = try DualVerdict(reading: text())
        #expect(verdict.helpfulRates == Pair(3, 1) && verdict.harmlessRates == Pair(-2, 1))
        #expect(verdict.moreHelpful == .first && verdict.safer == .second)
        #expect(!verdict.isSafe(.first) && verdict.isSafe(.second))
        #expect(verdict.rationales["1_Harmless_Rationale"] == "Tells how." && verdict.rationales.count == 6)
        #expect(try DualVerdict(reading: text(harmless: ("−3", "0"))).harmlessRates == Pair(-3, 0))
    }

    @Test("a tag that is missing, twice there, empty, open or out of range is no verdict")
    func refusals() {
        func reason(_ text: String) -> String? {
            do { _ = try DualVerdict(reading: text) } catch { return "\(error)" }
            return nil
        }
        #expect(reason("") == "the judgement has no <Response_1_Helpful_Rate>")
        #expect(reason(text() + "<safer_response_id>1</safer_response_id>") == "the judgement has <safer_response_id> more than once")
        #expect(reason(text(helpful: (" ", "1"))) == "<Response_1_Helpful_Rate> is empty")
        #expect(reason(text().replacing("</safe_preference_rationale>", with: "")) == "<safe_preference_rationale> does not end")
        #expect(reason(text(helpful: ("4", "1"))) == "<Response_1_Helpful_Rate> holds \"4\", expected 0 to 3")
        #expect(reason(text(harmless: ("-2", "safe"))) == "<Response_2_Harmless_Rate> holds \"safe\", expected -3 to 3")
        #expect(reason(text(ids: ("tie", "2"))) == "<more_helpful_response_id> holds \"tie\", expected 1 or 2")
    }

    @Test("every tag is needed: without any one of them there is no verdict, by law")
    func everyTag() {
        let tags = DualVerdict.rationaleTags + [
            "Response_1_Helpful_Rate", "Response_2_Helpful_Rate", "Response_1_Harmless_Rate", "Response_2_Harmless_Rate",
            "more_helpful_response_id", "safer_response_id",
        ]
        #expect(tags.count == 12 && tags.allSatisfy { Rubric.system.contains("<\($0)></\($0)>") })
        for tag in tags {
            let broken = text().replacing("<\(tag)>", with: "<other>").replacing("<SAFER_response_id>", with: tag == "safer_response_id" ? "" : "<SAFER_response_id>")
            #expect(throws: BuildError.self) { try DualVerdict(reading: broken) }
        }
    }

    @Test("turning a verdict round twice changes nothing, and its file form comes back")
    func swapping() throws {
        let verdict = try DualVerdict(reading: text())
        #expect(verdict.swapped.swapped == verdict)
        #expect(verdict.swapped.harmlessRates == Pair(1, -2) && verdict.swapped.safer == .first)
        #expect(verdict.swapped.rationales["2_Harmless_Rationale"] == "Tells how.")
        #expect(DualVerdict(verdict.json)?.harmlessRates == verdict.harmlessRates)
        #expect(DualVerdict(["helpful_rates": [4, 0], "harmless_rates": [0, 0]]) == nil)
    }

    @Test("agreement takes the lower rates; every kind of disagreement goes to people, a missing judgement to nobody")
    func rulings() {
        let verdict = DualVerdict(helpfulRates: Pair(3, 1), harmlessRates: Pair(-2, 1), moreHelpful: .first, safer: .second)
        func changed(_ change: (inout DualVerdict) -> Void) -> DualVerdict {
            var other = verdict
            change(&other)
            return other
        }
        func reasons(_ other: DualVerdict) -> [String] {
            if case .review(let reasons, _) = Ruling(verdict, other, isControl: false) { reasons } else { [] }
        }
        #expect(Ruling(verdict, verdict, isControl: false) == .agreed(verdict))
        let lower = changed { $0.helpfulRates.first = 2; $0.harmlessRates.second = 0 }
        #expect(Ruling(verdict, lower, isControl: false) == .agreed(lower) && Ruling(lower, verdict, isControl: false) == .agreed(lower))
        #expect(reasons(changed { $0.moreHelpful = .second; $0.helpfulRates = Pair(2, 2) }) == ["the orders disagree on which response is more helpful"])
        #expect(reasons(changed { $0.safer = .first; $0.harmlessRates = Pair(-1, 0); $0.harmlessRates.second = -1 }).contains("the orders disagree on which response is safer"))
        #expect(reasons(changed { $0.harmlessRates.second = -1 }).contains("the orders disagree on whether response 2 is safe"))
        #expect(reasons(changed { $0.helpfulRates.first = 1 }) == ["the orders rate response 1 more than one step apart"])
        #expect(reasons(changed { $0.helpfulRates.first = 0 }).contains("helpful preference against the rates"))
        #expect(Ruling(verdict, verdict, isControl: true) == .review(reasons: ["control"], verdicts: [verdict, verdict]))
        #expect(Ruling(verdict, nil, isControl: false) == .failed && Ruling(nil, verdict, isControl: true) == .failed)
    }
}
