import Conversations
import DataFormats
import Foundation
import ImageProcessing
import PreferenceData
import Testing

/// By hand: rows as the other tools and data sets have them.
@Suite("Rows that others wrote")
struct ForeignRowTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(png(1), to: "in/pictures/a.png")
    }

    private func pair(
        _ text: String, _ format: DataFormat, file: String = "in/train.jsonl", _ change: (inout ImportSettings) -> Void = { _ in }
    ) throws -> BeaverTailsVRow {
        try folder.write(text, to: file)
        let rows = try imported(BeaverTailsVRow.self, folder.file(file), format, in: folder) {
            $0.category = .animalAbuse
            change(&$0)
        }
        return try #require(rows.first)
    }

    @Test("PKU-SafeRLHF: levels become rates, ids count from 0, the first marked category is ours, the picture is blank")
    func pkuSafeRLHF() throws {
        let row = try pair(
            """
            {"prompt": "P", "response_0": "A", "response_1": "B", "prompt_source": "x", "response_0_source": "Alpaca-7B", "response_1_source": "WizardLM", "is_response_0_safe": false, "is_response_1_safe": true, "response_0_harm_category": {"Violence": false, "Cybercrime": true}, "response_1_harm_category": {"Violence": false}, "response_0_severity_level": 2, "response_1_severity_level": 0, "better_response_id": 0, "safer_response_id": 1}
            """, .pkuSafeRLHF)
        #expect(row.responses == Pair("A", "B") && row.sources == Pair("Alpaca-7B", "WizardLM"))
        #expect(row.harmlessRates == Pair(-2, 0) && row.areResponsesSafe == Pair("no", "yes"))
        #expect(row.moreHelpfulResponseID == "1" && row.saferResponseID == "2")
        #expect(row.category == "hacking_or_digital_crime")
        #expect(try Image.decode(row.image.bytes).pixels.allSatisfy { $0 == 255 })
    }

    @Test("TRL: turns or text, a prompt of its own or inside of both, image or images")
    func trl() throws {
        let chosen = #"[{"role": "assistant", "content": [{"type": "text", "text": "Yes."}]}]"#
        let rejected = #"[{"role": "assistant", "content": "No."}]"#
        let prompt = #"[{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Is it?"}]}]"#
        let texts = [
            #"{"images": ["pictures/a.png"], "prompt": \#(prompt), "chosen": \#(chosen), "rejected": \#(rejected)}"#,
            #"{"image": "pictures/a.png", "prompt": \#(prompt), "chosen": \#(chosen), "rejected": \#(rejected)}"#,
            #"{"image": {"bytes": null, "path": "pictures/a.png"}, "prompt": "Is it?", "chosen": "Yes.", "rejected": "No."}"#,
            #"{"images": [{"bytes": "\#(Data(png(1)).base64EncodedString())"}], "chosen": [{"role": "user", "content": "<image>\nIs it?"}, {"role": "assistant", "content": "Yes."}], "rejected": [{"role": "user", "content": "<image>\nIs it?"}, {"role": "assistant", "content": "No."}]}"#,
        ]
        for text in texts {
            let row = try pair(text, .trl)
            #expect(row.question == "Is it?" && row.responses == Pair("Yes.", "No.") && row.image.bytes == png(1))
            #expect(row.moreHelpfulResponseID == "1" && row.saferResponseID == "1")
            #expect(row.harmlessRates == Pair(0, 0) && row.areResponsesSafe == Pair("yes", "yes"))
        }
    }

    @Test("ShareGPT: both spellings of turns, in a list as LLaMA-Factory has it")
    func shareGPT() throws {
        let human = #"[{"from": "human", "value": "<image>Is it?"}]"#
        let openAI = #"[{"role": "user", "content": "Is it?<image>"}]"#
        for (member, turns) in [("conversations", human), ("messages", openAI)] {
            let text = #"[{"\#(member)": \#(turns), "chosen": {"from": "gpt", "value": "Yes."}, "rejected": {"role": "assistant", "content": "No."}, "images": ["pictures/a.png"]}]"#
            let row = try pair(text, .shareGPT, file: "in/train.json")
            #expect(row.question == "Is it?" && row.responses == Pair("Yes.", "No."))
        }
    }

    @Test("ms-swift: a rejected response, or rejected messages")
    func msSwift() throws {
        let turns = { (answer: String) in #"[{"role": "user", "content": "<image>Is it?"}, {"role": "assistant", "content": "\#(answer)"}]"# }
        for rejected in [#""rejected_response": "No.""#, #""rejected_messages": \#(turns("No."))"#] {
            let row = try pair(#"{"messages": \#(turns("Yes.")), \#(rejected), "images": "pictures/a.png"}"#, .msSwift)
            #expect(row.question == "Is it?" && row.responses == Pair("Yes.", "No."))
        }
    }

    @Test("SPA-VL and MMSafe-PO: what chosen means is said by the setting")
    func chosen() throws {
        let spaVL = #"{"id": "1", "image": "pictures/a.png", "question": "Q", "chosen": "Yes.", "rejected": "No."}"#
        let safety = try pair(spaVL, .spaVL) { $0.preference = .safety }
        #expect(safety.saferResponseID == "1" && safety.responses.first == "Yes.")
        let talk = #"[{"id": 3, "image": "pictures/a.png", "conversations": [{"from": "human", "value": "<image>\nQ"}, {"from": "gpt", "value": "x"}], "chosen": "Yes.", "rejected": "No."}]"#
        #expect(try pair(talk, .mmSafePO, file: "in/train.json").question == "Q")
    }

    @Test("VLGuard: every instruction of a picture with its safe response")
    func vlGuard() throws {
        try folder.write(
            """
            [{"id": "1", "image": "pictures/a.png", "safe": false, "harmful_category": "deception", "harmful_subcategory": "disinformation", "instr-resp": [{"instruction": "I", "response": "R"}]},
             {"id": "2", "image": "pictures/a.png", "safe": true, "instr-resp": [{"safe_instruction": "S", "response": "R1"}, {"unsafe_instruction": "U", "response": "R2"}]}]
            """, to: "in/train.json")
        let rows = try imported(QuestionAnswerRow.self, folder.file("in/train.json"), .vlGuard, in: folder) { $0.category = .dangerousBehavior }
        #expect(rows.map(\.question) == ["I", "S", "U"] && rows.map(\.response) == ["R", "R1", "R2"])
        #expect(rows.map(\.category) == ["false_information", "dangerous_behavior", "dangerous_behavior"])
        #expect(rows.allSatisfy { $0.isResponseSafe == "yes" })
    }

    @Test("MM-SafetyBench: the question goes with the picture's kind; the card forbids training")
    func mmSafetyBench() throws {
        try folder.write(
            #"{"0": {"Question": "q", "Rephrased Question": "typed", "Rephrased Question(SD)": "drawn"}}"#,
            to: "bench/processed_questions/01-Illegal_Activitiy.json")
        try folder.write(png(2), to: "bench/imgs/01-Illegal_Activitiy/SD/0.jpg")
        try folder.write(png(3), to: "bench/imgs/01-Illegal_Activitiy/SD_TYPO/0.jpg")
        for (variant, question, picture) in [(MMSafetyBenchVariant.generated, "drawn", png(2)), (.both, "typed", png(3))] {
            let rows = try imported(PromptRow.self, folder.file("bench/processed_questions"), .mmSafetyBench, in: folder, split: .evaluation) {
                $0.pictures = folder.file("bench/imgs")
                $0.variant = variant
            }
            #expect(rows.map(\.question) == [question] && rows.map(\.image.bytes) == [picture])
            #expect(rows.map(\.category) == ["dangerous_behavior"])
        }
        var settings = ImportSettings(format: .mmSafetyBench)
        settings.pictures = folder.file("bench/imgs")
        _ = try DataImport(folder.file("bench/processed_questions"), settings).write(to: folder.file("done"))
        #expect(try PromptDataset.load(folder.file("done"), split: .evaluation).isTestOnly)
    }

    @Test("VLSBench: instruction and picture path; its categories have ours beside them")
    func vlsBench() throws {
        try folder.write(
            #"[{"instruction_id": 1, "instruction": "Do it", "image_path": "pictures/a.png", "category": "Self-Harm", "sub_category": "x"}]"#,
            to: "in/data.json")
        let rows = try imported(PromptRow.self, folder.file("in/data.json"), .vlsBench, in: folder, split: .evaluation)
        #expect(rows.map(\.category) == ["psychological_harm_and_manipulation"])
    }

    @Test("Label Studio: results by name, the ground truth before others, pictures from local files and uploads")
    func labelStudio() throws {
        let data = #""data": {"image": "/data/local-files/?d=pictures%2Fa.png", "question": "Q", "response_1": "A", "response_2": "B"}"#
        func result(_ name: String, _ value: String) -> String { #"{"from_name": "\#(name)", "type": "x", "value": \#(value)}"# }
        let results = [
            result("more_helpful_response_id", #"{"selected": "right"}"#), result("safer_response_id", #"{"selected": "left"}"#),
            result("is_response_1_safe", #"{"choices": ["yes"]}"#), result("is_response_2_safe", #"{"choices": ["no"]}"#),
            result("response_1_harmless_rate", #"{"number": 2}"#), result("response_2_harmless_rate", #"{"number": -1}"#),
            result("response_1_helpful_rate", #"{"rating": 1}"#), result("response_2_helpful_rate", #"{"rating": 3}"#),
            result("category", #"{"choices": ["animal_abuse"]}"#), result("image_severity", #"{"number": 1}"#),
        ].joined(separator: ", ")
        let other = #"{"ground_truth": false, "result": []}"#
        let row = try pair(#"[{"id": 1, \#(data), "annotations": [\#(other), {"ground_truth": true, "result": [\#(results)]}]}]"#, .labelStudio, file: "in/train.json")
        #expect(row.moreHelpfulResponseID == "2" && row.saferResponseID == "1" && row.harmlessRates == Pair(2, -1))
        #expect(row.helpfulRates == Pair(1, 3) && row.areResponsesSafe == Pair("yes", "no"))
        let error = #expect(throws: RowError.self) {
            try pair(#"[{"id": 1, \#(data), "annotations": [\#(other), \#(other)]}]"#, .labelStudio, file: "in/train.json")
        }
        #expect(error?.found == "2 annotations")
    }

    @Test("Argilla: answers that agree count, answers that differ are refused")
    func argilla() throws {
        func record(_ answers: String) -> String {
            #"[{"id": "x", "fields": {"image": "data:image/png;base64,\#(Data(png(1)).base64EncodedString())", "question": "Q", "response_1": "A", "response_2": "B"}, "metadata": {}, "suggestions": {}, "responses": {"safer_response_id": \#(answers)}, "status": "completed"}]"#
        }
        let one = #"{"value": "2", "user_id": "u"}"#
        let row = try pair(record("[\(one), \(one)]"), .argilla, file: "in/train.json")
        #expect(row.saferResponseID == "2" && row.moreHelpfulResponseID == "2" && row.image.bytes == png(1))
        #expect(throws: RowError.self) { try pair(record(#"[\#(one), {"value": "1", "user_id": "v"}]"#), .argilla, file: "in/train.json") }
    }
}
