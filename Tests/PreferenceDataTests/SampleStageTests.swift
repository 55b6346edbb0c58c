import PreferenceData
import Testing

@Suite("Stages of a sample as text")
struct SampleStageTests {
    @Test("shows the columns as stored")
    func row() throws {
        let text = try BeaverTailsVRow.sound().described(at: .row, somewhere)
        #expect(text.hasPrefix("train.parquet, row 7\nquestion (text): Question 0?\n"))
        #expect(text.contains("\nimage (picture): png of 5 bytes, 0.png\n"))
        #expect(text.contains("\nsafer_response_id (text): 2\n"))
        #expect(text.contains("\nresponse_1_harmless_rate (int64): -2\n"))
    }

    @Test("shows what they mean")
    func sample() throws {
        #expect(
            try BeaverTailsVRow.sound().described(at: .sample, somewhere) == """
                train.parquet, row 7
                category: animal_abuse
                picture: png of 5 bytes, 0.png, severity code 2
                prompt: Question 0?
                response 1 (model-a, more helpful): Helpful 0.
                  helpful 3, harmless -2, unsafe, severity moderate
                response 2 (model-b, safer): Safe 0.
                  helpful 1, harmless 1, safe, severity safe
                """)
    }

    @Test("shows what the model is asked")
    func conversation() throws {
        #expect(
            try BeaverTailsVRow.sound().described(at: .conversation, somewhere) == """
                user: [png of 5 bytes, 0.png] Question 0?
                assistant: Helpful 0.

                user: [png of 5 bytes, 0.png] Question 0?
                assistant: Safe 0.
                """)
    }

    @Test("a row that means nothing is still shown as stored")
    func badRow() throws {
        let row = BeaverTailsVRow.sound().with { $0.saferResponseID = "x" }
        #expect(try row.described(at: .row, somewhere).contains("safer_response_id (text): x"))
        #expect(throws: RowError.self) { try row.described(at: .sample, somewhere) }
    }
}
