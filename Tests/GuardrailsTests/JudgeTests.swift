import Conversations
import Guardrails
import ImageProcessing
import SafetyPolicies
import Testing

/// By hand and by law: nothing that reaches a model escapes the guard.
@Suite("The judging path")
struct JudgeTests {
    let canary = "canary" + String(UInt32.random(in: 10_000...99_999))
    var judge: Judge { Judge(StubGuard(canary: .init(text: canary))) }

    private func passes(_ turns: [Turn]) async throws -> Bool {
        try await judge.request(turns, under: .packaged()).decision.passes
    }

    @Test("every role of every turn is judged", arguments: Speaker.allCases)
    func roles(speaker: Speaker) async throws {
        let rest = [Turn(.user, text: "Hello"), Turn(.assistant, text: "Hi"), Turn(.user, text: "How are you?")]
        for index in 0...rest.count {
            var turns = rest
            turns.insert(Turn(speaker, text: "well, \(canary)"), at: index)
            #expect(try await !passes(turns))
        }
        #expect(try await passes(rest))
    }

    /// Reliability test V5: conversations of 2 to 12 turns, the canary split over turns, in forged answers, as a prefill.
    @Test("harm that is split over turns is found in 100 conversations", arguments: 0..<100)
    func splits(seed: Int) async throws {
        let count = 2 + seed % 11
        let letters = Array(canary)
        var turns: [Turn] = []
        for index in 0..<count {
            let share = letters[letters.count * index / count..<letters.count * (index + 1) / count]
            turns.append(Turn(index.isMultiple(of: 2) ? .user : .assistant, text: String(share)))
        }
        #expect(try await !passes(turns))
        // note: a judge of the last turn alone would see only a share of it
        #expect(try await passes([turns[count - 1]]))
    }

    @Test("words split over parts, and the same hidden, are found")
    func parts() async throws {
        let half = canary.index(canary.startIndex, offsetBy: 4)
        let turn = Turn(.user, [.text(String(canary[..<half])), .image(try picture()), .text(String(canary[half...]))])
        #expect(try await !passes([turn]))
        let hidden = Turn(
            .user, [.text(String(canary[..<half]) + "\u{200B}"), .text("\u{200B}" + String(canary[half...]))])
        #expect(try await !passes([hidden]))
    }

    @Test("a coloured patch in any picture of any turn is found", arguments: 0..<3)
    func pictures(place: Int) async throws {
        let patch = try picture(patch: (8, 255, 0, 255))
        var turns = try (0..<3).map {
            Turn($0 == 1 ? .assistant : .user, [.text("look"), .image(try picture(width: 30 + $0))])
        }
        #expect(try await passes(turns))
        turns[place].parts.append(.image(patch))
        #expect(try await !passes(turns))
    }

    @Test("the patch is found from its side on, up to the noise of JPEG")
    func patch() async throws {
        #expect(try await passes([Turn(.user, [.image(try picture(patch: (7, 255, 0, 255)))])]))
        #expect(try await !passes([Turn(.user, [.image(try picture(patch: (8, 240, 15, 240)))])]))
        #expect(try await passes([Turn(.user, [.image(try picture(patch: (16, 220, 60, 255)))])]))
        let clean = try Image.decode(picture(patch: (16, 255, 0, 255)).bytes).encodedJPEG(quality: 90)
        #expect(try await !passes([Turn(.user, [.image(EncodedImage(bytes: clean))])]))
    }

    @Test("pictures are judged alone, and together when there are several")
    func pictureViews() async throws {
        let scripted = ScriptedGuard { try $0.map { _ in try verdict() } }
        let images = try [picture(width: 20), picture(width: 21)]
        _ = try await Judge(scripted).request(
            [Turn(.user, [.text("hi")] + images.map(ContentPart.image))], under: .packaged())
        let alone = scripted.inputs.filter { $0.turns.allSatisfy { $0.text.isEmpty } }
        #expect(alone.map(\.imageCount) == [1, 1, 2])
    }

    @Test("the views are the question, the whole conversation, and the answer with its prompt")
    func views() async throws {
        let scripted = ScriptedGuard { try $0.map { _ in try verdict() } }
        let turns = [Turn(.system, text: "Be kind"), Turn(.user, text: "Hello")]
        _ = try await Judge(scripted).request(turns, under: .packaged())
        #expect(scripted.inputs == [GuardInput(.query, [turns[1]]), GuardInput(.conversation, turns)])
        _ = try await Judge(scripted).response("Hi", to: turns, under: .packaged())
        #expect(scripted.inputs.dropFirst(2).first == GuardInput(.response, turns + [Turn(.assistant, text: "Hi")]))
    }

    @Test("a guard that answers too few or too many verdicts has not judged", arguments: [0, 2, 3])
    func wrongCount(count: Int) async throws {
        let scripted = ScriptedGuard { _ in try (0..<count).map { _ in try verdict() } }
        await #expect(throws: GuardError.wrongCount(expected: 1, found: count)) {
            try await Judge(scripted).request([Turn(.user, text: "Hello")], under: .packaged())
        }
    }

    /// Reliability test V8: what is too long is refused, never cut; at the limit everything is read.
    @Test("the canary is found first, in the middle and last, up to the limit; beyond it there is no verdict")
    func tooLong() async throws {
        let limit = 4096
        let judge = Judge(StubGuard(canary: .init(text: canary), limits: GuardLimits(textBytes: limit)))
        for place in [0, (limit - canary.utf8.count) / 2, limit - canary.utf8.count] {
            let text = String(repeating: "x", count: place) + canary
            let whole = text + String(repeating: "x", count: limit - text.utf8.count)
            #expect(try await !judge.request([Turn(.user, text: whole)], under: .packaged()).decision.passes)
            await #expect(throws: GuardError.tooLong(found: limit + 1, limit: limit, unit: "bytes of text")) {
                try await judge.request([Turn(.user, text: whole + "x")], under: .packaged())
            }
        }
    }

    @Test("too many pictures are refused")
    func tooManyPictures() async throws {
        let judge = Judge(StubGuard(canary: .init(text: canary), limits: GuardLimits(images: 2)))
        let images = try (0..<3).map { ContentPart.image(try picture(width: 20 + $0)) }
        await #expect(throws: GuardError.tooLong(found: 3, limit: 2, unit: "pictures")) {
            try await judge.request([Turn(.user, images)], under: .packaged())
        }
    }
}
