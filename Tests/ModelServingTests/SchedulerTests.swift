import Conversations
import Foundation
import Generation
import ModelServing
import Testing

@Suite("The scheduler", .serialized)
struct SchedulerTests {
    private func requests(_ family: Family, _ newTokens: Int) throws -> [ServedRequest] {
        let conversations = try family.conversations()
        return (0..<6).map { index in
            var request = ServedRequest(conversations[index % 3])
            (request.maximumNewTokens, request.seed) = (newTokens, UInt64(7 + index))
            (request.temperature, request.topK) = (index < 3 ? 0 : 1.5, index == 4 ? 5 : 0)
            return request
        }
    }

    /// By law, for every family: greedy and drawn responses to pictures and texts, all at once and one after another on a
    /// batch with few places, are those of `generate` alone.
    @Test("answers as generate does alone, whoever else is served", arguments: Family.all)
    func invisible(name: String) async throws {
        let family = Family(name)
        let requests = try requests(family, 9)
        let expected = try requests.map { try family.alone($0, newTokens: 9) }
        for rows in [6, 2] {
            let scheduler = try family.scheduler { ($0.rows, $0.promptTokensPerStep) = (rows, 1) }
            let answers = try await withThrowingTaskGroup(of: (Int, Received).self) { group in
                for (index, request) in requests.enumerated() {
                    group.addTask { (index, try await scheduler.answer(request)[0]) }
                }
                return try await group.reduce(into: [Int: Received]()) { $0[$1.0] = $1.1 }
            }
            for (index, response) in expected.enumerated() {
                #expect(try answers[index]?.text == family.text(response))
                #expect(answers[index]?.reason == response.finishReason)
                #expect(answers[index]?.tokenCount == response.tokens.count)
            }
        }
    }

    @Test("writes several choices, each with the seed that follows")
    func choices() async throws {
        let family = Family("llava_llama3")
        var request = try requests(family, 12)[3]
        request.choiceCount = 3
        let choices = try await family.scheduler().answer(request)
        for (index, choice) in choices.enumerated() {
            #expect(try choice.text == family.text(family.alone(request, newTokens: 12, choice: index)))
        }
        #expect(Set(choices.map(\.text)).count > 1)
    }

    @Test("frees rows and memory when a client leaves, running or waiting")
    func cancellation() async throws {
        let family = Family("llama")
        let scheduler = try family.scheduler { $0.rows = 1 }
        var long = ServedRequest(try family.conversations()[2])
        (long.temperature, long.topK) = (1, 1)
        let prepared = try scheduler.prepare(long)
        // Left while it runs: after its first event.
        for _ in 0..<3 {
            let running = try scheduler.serve(prepared)
            let waiting = try scheduler.serve(prepared)
            let reader = Task { for try await _ in running { break } }
            _ = waiting
            try await reader.value
        }
        for _ in 0..<500 where scheduler.load.rows > 0 || scheduler.load.waiting > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(scheduler.load.rows == 0 && scheduler.load.waiting == 0 && scheduler.load.cacheBytes == 0)
    }

    @Test("refuses what does not fit, with numbers")
    func refusals() throws {
        let family = Family("llama")
        let scheduler = try family.scheduler { $0.rows = 4 }
        var request = ServedRequest(Conversation(messages: [Message(role: .user, text: String(repeating: "long ", count: 4000))]))
        #expect(throws: ServingError.self) { try scheduler.prepare(request) }
        do throws(ServingError) { _ = try scheduler.prepare(request) } catch {
            guard case .tooLong(let tokens, let limit) = error else { throw error }
            #expect(tokens > limit && limit == scheduler.contextTokens)
        }
        request.conversation = try family.conversations()[2]
        request.maximumNewTokens = scheduler.contextTokens
        #expect(throws: ServingError.self) { try scheduler.prepare(request) }
        request.maximumNewTokens = 4
        request.choiceCount = 5
        #expect(throws: ServingError.tooManyChoices(found: 5, limit: 4)) { try scheduler.prepare(request) }
        request.choiceCount = 1
        request.conversation.messages[0].parts.append(.image(EncodedImage(bytes: [1, 2, 3])))
        #expect(throws: ServingError.self) { try scheduler.prepare(request) }
    }

    @Test("refuses when too many wait, and those that wait too long")
    func queue() async throws {
        let family = Family("llama")
        let scheduler = try family.scheduler { ($0.rows, $0.waitingRequests, $0.waitingSeconds) = (1, 2, 1e-9) }
        var request = ServedRequest(try family.conversations()[2])
        (request.temperature, request.maximumNewTokens) = (0, 20)
        let prepared = try scheduler.prepare(request)
        var streams: [AsyncThrowingStream<ServedEvent, any Error>] = []
        #expect(throws: ServingError.queueIsFull(waiting: 2)) {
            for _ in 0..<1000 { streams.append(try scheduler.serve(prepared)) }
        }
        var late = 0
        for stream in streams {
            do { for try await _ in stream {} } catch ServingError.waitedTooLong { late += 1 }
        }
        #expect(late > 0)
    }

    @Test("never holds more memory for keys and values than it may")
    func memory() async throws {
        let family = Family("llama")
        // The least limit is one MiB; the recorded model is so small that rows must be many for it.
        let scheduler = try family.scheduler { ($0.rows, $0.cacheMebibytes, $0.waitingRequests) = (512, 1, 512) }
        var request = ServedRequest(try family.conversations()[2])
        (request.temperature, request.choiceCount) = (1, 12)
        let prepared = try scheduler.prepare(request)
        let most = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    var most = 0
                    for try await _ in try scheduler.serve(prepared) { most = max(most, scheduler.load.cacheBytes) }
                    return most
                }
            }
            return try await group.reduce(0, max)
        }
        #expect(most > 0 && most <= 1 << 20)
    }

    @Test("ends before a stop text, which is not shown, and tells the tokens with their probabilities")
    func stops() async throws {
        let family = Family("llava_llama3")
        let scheduler = try family.scheduler()
        var request = try requests(family, 24)[5]
        request.alternativeCount = 3
        let whole = try await scheduler.answer(request)[0]
        #expect(whole.tokens.allSatisfy { $0.alternatives.count <= 3 && $0.logProb <= 0 })
        #expect(whole.tokens.count == whole.tokenCount - (whole.reason == .stop ? 1 : 0))
        let characters = Array(whole.text)
        try #require(characters.count > 6)
        request.stops = ["\u{1}never", String(characters[3...4])]
        let cut = try await scheduler.answer(request)[0]
        let start = try #require(whole.text.range(of: String(characters[3...4]))?.lowerBound)
        #expect(cut.text == whole.text[..<start].trimmingCharacters(in: .whitespaces))
        #expect(cut.reason == .stop && cut.tokenCount <= whole.tokenCount)
    }
}
