import Conversations
import PreferenceData
import Testing

@Suite("Row to sample")
struct PreferenceSampleTests {
    @Test("reads ids, flags and rates of a sound row")
    func sound() throws {
        let sample = try PreferenceSample(.sound(), at: somewhere)
        #expect(sample.moreHelpful == .first)
        #expect(sample.safer == .second)
        #expect(sample.category == .animalAbuse)
        #expect(sample.imageSeverity == 2)
        #expect(
            sample.responses.first
                == Response(text: "Helpful 0.", source: "model-a", isSafe: false, helpfulRate: 3, harmlessRate: -2))
        #expect(sample.responses.second.severity == .safe)
        #expect(sample.position == somewhere)
    }

    @Test("orders the pair by each of its preferences")
    func views() throws {
        let sample = try PreferenceSample(.sound(), at: somewhere)
        #expect(sample.helpfulness.chosen.text == "Helpful 0.")
        #expect(sample.helpfulness.rejected.text == "Safe 0.")
        #expect(sample.harmlessness.chosen.text == "Safe 0.")
        #expect(sample.harm.moreHarmful.text == "Helpful 0.")
        #expect(sample.harm.lessHarmful.text == "Safe 0.")
        #expect(sample.harm.gradedSigns == (2, -1))
        #expect(sample.harm.signs == (1, -1))
    }

    @Test("the picture stands before the words, the response in a turn of its own")
    func conversation() throws {
        let sample = try PreferenceSample(.sound(), at: somewhere)
        let user = Message(role: .user, parts: [.image(picture(0)), .text("Question 0?")])
        #expect(sample.conversation().messages == [user])
        #expect(
            sample.conversation(response: .second).messages == [user, Message(role: .assistant, text: "Safe 0.")])
    }

    @Test("a row read back from its sample means the same")
    func roundTrip() throws {
        let row = BeaverTailsVRow.sound()
        #expect(BeaverTailsVRow(try PreferenceSample(row, at: somewhere)) == row)
    }

    @Test(
        "names row, column, value and what is allowed",
        arguments: [
            (BeaverTailsVRow.sound().with { $0.saferResponseID = "3" }, "safer_response_id", #""3""#, #""1" or "2""#),
            (.sound().with { $0.moreHelpfulResponseID = "" }, "more_helpful_response_id", #""""#, #""1" or "2""#),
            (.sound().with { $0.areResponsesSafe.second = "Yes" }, "is_response_2_safe", #""Yes""#, #""yes" or "no""#),
            (.sound().with { $0.harmlessRates.first = -4 }, "response_1_harmless_rate", "-4", "-3 … 3"),
            (.sound().with { $0.helpfulRates.second = -1 }, "response_2_helpful_rate", "-1", "0 … 3"),
        ])
    func badValue(row: BeaverTailsVRow, column: String, found: String, expected: String) {
        #expect(
            throws: RowError(.valueNotAllowed, at: somewhere, column: column, found: found, expected: expected)
        ) { try PreferenceSample(row, at: somewhere) }
    }

    @Test("an unknown category names those that are known")
    func unknownCategory() {
        #expect {
            try PreferenceSample(.sound(category: "kittens"), at: somewhere)
        } throws: { error in
            "\(error)".hasPrefix(
                "train.parquet, row 7: column 'category': found \"kittens\", expected one of animal_abuse, ")
        }
    }

    @Test("a category may be written in capitals and with other signs", arguments: ["Animal Abuse", "animal-abuse"])
    func categorySpelling(label: String) throws {
        #expect(try PreferenceSample(.sound(category: label), at: somewhere).category == .animalAbuse)
    }

    @Test("a prompt is known by words and picture, not by the picture's name")
    func promptDigest() {
        let prompt = Prompt(text: "a", image: picture(1))
        var renamed = prompt
        renamed.image.path = nil
        #expect(prompt.digest == renamed.digest)
        #expect(prompt.digest != Prompt(text: "a", image: picture(2)).digest)
        #expect(prompt.digest != Prompt(text: "b", image: picture(1)).digest)
        // The two spellings of é are equal as Swift strings and different as bytes.
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(Prompt(text: composed, image: picture(1)).digest != Prompt(text: decomposed, image: picture(1)).digest)
    }
}
