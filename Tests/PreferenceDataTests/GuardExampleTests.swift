import Conversations
import PreferenceData
import Testing

@Suite("Guard examples of rows")
struct GuardExampleTests {
    private let position = RowPosition(file: "rows", row: 0)

    private func pair(
        question: String = "How?", picture number: UInt8 = 1, _ first: (String, Bool, Int), _ second: (String, Bool, Int)
    ) -> PreferenceSample {
        func response(_ value: (String, Bool, Int)) -> Response {
            Response(text: value.0, source: "a", isSafe: value.1, helpfulRate: 1, harmlessRate: value.2)
        }
        return PreferenceSample(
            prompt: Prompt(text: question, image: picture(number)), responses: Pair(response(first), response(second)),
            moreHelpful: .first, safer: .second, category: .animalAbuse, imageSeverity: 2, position: position)
    }

    private func answer(_ text: String, isSafe: Bool, _ question: String = "How?") -> QuestionAnswerSample {
        QuestionAnswerSample(
            prompt: Prompt(text: question, image: picture(1)), response: text, isSafe: isSafe, category: .animalAbuse,
            imageSeverity: 0, position: position)
    }

    @Test("responses: flag, level by the rate, category of unsafe ones only, refusal by its words")
    func responses() {
        var examples = GuardExamples()
        examples.add(pair(("Hit it.", false, -2), ("I'm sorry, but I can't help.", true, 1)))
        #expect(examples.responses.map(\.labels) == [
            GuardLabels(isUnsafe: true, level: .moderate, category: .animalAbuse, isRefusal: false),
            GuardLabels(isUnsafe: false, level: .safe, category: nil, isRefusal: true),
        ])
        #expect(examples.responses.map(\.view) == [.response, .response])
        #expect(examples.responses.map(\.isBorder) == [false, true])
        #expect(examples.responses[0].topic == .animalAbuse)
    }

    @Test("a rate that contradicts its flag leaves the level unknown")
    func contradiction() {
        var examples = GuardExamples()
        examples.add(pair(("A.", false, 1), ("B.", true, -1)))
        #expect(examples.responses.map(\.labels.level) == [nil, nil])
        #expect(examples.responses.map(\.labels.isUnsafe) == [true, false])
    }

    @Test("question–answer rows: an unsafe answer has no level")
    func questionAnswer() {
        var examples = GuardExamples()
        examples.add(answer("Hit it.", isSafe: false))
        examples.add(answer("It is a dog.", isSafe: true))
        #expect(examples.responses.map(\.labels.level) == [nil, .safe])
        #expect(examples.queries.map(\.labels) == [GuardLabels(isUnsafe: true, level: nil, category: .animalAbuse)])
    }

    @Test("a question is as harmful as its worst answer, over all rows with its words and picture")
    func queries() {
        var examples = GuardExamples()
        examples.add(pair(("Hit it.", false, -1), ("Hm.", true, 0)))
        examples.add(pair(("Beat it.", false, -3), ("Well.", true, 1)))
        examples.add(pair(picture: 2, ("It sleeps.", true, 1), ("I cannot say.", true, 0)))
        examples.add(pair(question: "Why?", ("I won't.", true, 1), ("I must refuse.", true, 0)))
        #expect(examples.queries.map(\.labels) == [
            GuardLabels(isUnsafe: true, level: .severe, category: .animalAbuse), GuardLabels(isUnsafe: false, level: .safe), GuardLabels(),
        ])
        #expect(examples.queries.allSatisfy { $0.view == .query && $0.conversation.messages.count == 1 })
        #expect(examples.all.count == 3 + 8)
    }

    @Test("an answer of unknown level makes the question's level unknown, unless nothing is worse")
    func unknownLevel() {
        var examples = GuardExamples()
        examples.add(pair(("Hit it.", false, -2), ("Beat it.", false, 1)))
        #expect(examples.queries[0].labels.level == nil)
        examples.add(pair(("Kill it.", false, -3), ("Hm.", true, 0)))
        #expect(examples.queries[0].labels.level == .severe)
    }

    @Test("refusals by their words", arguments: [
        ("I\u{2019}m sorry, but I can\u{2019}t do that.", true), ("Sorry, I cannot help.", true), ("No, I must refuse.", true),
        ("I WILL NOT do that.", true), ("You can just do that.", false), ("Take the knife. I cannot lift it otherwise.", true),
        (String(repeating: "Well, ", count: 30) + "I cannot.", false), ("", false),
    ])
    func refusals(text: String, isRefusal: Bool) {
        #expect(RefusalPhrases.areIn(text) == isRefusal)
    }
}

@Suite("Whole conversations")
struct JudgedTurnsTests {
    private func message(_ role: Role, _ text: String) -> Message { Message(role: role, text: text) }

    @Test("are judged up to each turn, instructions with the question after them")
    func turns() {
        let conversation = Conversation(messages: [
            message(.system, "S"), message(.user, "A"), message(.assistant, "B"), message(.user, "C"), message(.user, "D"),
        ])
        let turns = conversation.judgedTurns
        #expect(turns.map { $0.messages.map(\.text) } == [["S\nA"], ["S\nA", "B"], ["S\nA", "B", "C\nD"]])
        #expect(turns.map(\.guardView) == [.query, .response, .query])
    }

    @Test("that an assistant begins get a question without words, which is not judged")
    func assistantFirst() {
        let turns = Conversation(messages: [message(.assistant, "A"), message(.user, "B")]).judgedTurns
        #expect(turns.map { $0.messages.map(\.text) } == [["", "A"], ["", "A", "B"]])
        #expect(Conversation(messages: []).judgedTurns.isEmpty)
    }

    @Test("no word and no picture is left out, by law")
    func nothingLost() {
        let roles: [Role] = [.system, .user, .assistant]
        for code in 0..<81 {
            let messages = (0..<4).map { place in
                let role = roles[code / [1, 3, 9, 27][place] % 3]
                return Message(role: role, parts: [.image(EncodedImage(bytes: [UInt8(place)])), .text("w\(place)")])
            }
            let turns = Conversation(messages: messages).judgedTurns
            let whole = turns.last
            #expect(whole?.images.map(\.bytes) == [[0], [1], [2], [3]])
            #expect(whole?.messages.map(\.text).joined().filter { $0 != "\n" } == "w0w1w2w3")
            for (first, second) in zip(whole?.messages ?? [], whole?.messages.dropFirst() ?? []) { #expect(first.role != second.role) }
        }
    }
}

@Suite("Files of conversations")
struct GuardConversationFileTests {
    @Test("are read with their pictures and labels")
    func reading() throws {
        let folder = try TemporaryFolder()
        try folder.write("picture", to: "pictures/a.png")
        let line = #"{"messages": [{"role": "user", "content": [{"type": "image", "path": "pictures/a.png"}, {"type": "text", "text": "How?"}]},"#
            + #" {"role": "assistant", "content": "So."}], "labels": {"unsafe": true, "level": "severe", "category": "Animal Abuse"}, "id": 7}"#
        try folder.write(line + "\n" + #"{"messages": [{"role": "user", "content": "Hi"}]}"# + "\n", to: "c.jsonl")
        #expect(GuardConversationFile.isOne(folder.file("c.jsonl")))
        let examples = try GuardConversationFile.read(folder.file("c.jsonl"))
        #expect(examples.map(\.view) == [.response, .query])
        #expect(examples[0].conversation.images.map(\.bytes) == [Array("picture".utf8)])
        #expect(examples[0].labels == GuardLabels(isUnsafe: true, level: .severe, category: .animalAbuse))
        #expect(examples[1].labels == GuardLabels())
    }

    @Test("with a wrong line are refused with its place", arguments: [
        ("{}", "messages"), (#"{"messages": []}"#, "messages"), (#"{"messages": [{"role": "wizard", "content": "a"}]}"#, "messages.role"),
        (#"{"messages": [{"role": "user", "content": 3}]}"#, "messages.content"),
        (#"{"messages": [{"role": "user", "content": [{"type": "image", "path": "../a.png"}]}]}"#, "messages.content.path"),
        (#"{"messages": [{"role": "user", "content": "a"}], "labels": {"level": "awful"}}"#, "labels.level"),
        (#"{"messages": [{"role": "user", "content": "a"}], "labels": {"unsafe": 1}}"#, "labels.unsafe"), ("nonsense", "the line"),
    ])
    func damage(line: String, column: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(#"{"messages": [{"role": "user", "content": "Hi"}]}"# + "\n" + line + "\n", to: "c.jsonl")
        #expect { try GuardConversationFile.read(folder.file("c.jsonl")) } throws: { error in
            guard let error = error as? RowError else { return false }
            return error.column == column && error.position.row == 1
        }
    }
}
