import Conversations
import Foundation
import Gateway
import Logging
import StrictJSON
import Testing

@testable import DatasetBuilding

@Suite("Speakers behind a route")
struct EndpointSpeakerTests {
    /// Runs `body` with the port of a server that says `answers` in turn.
    private func withUpstream(_ answers: [String], _ body: @escaping @Sendable (Int, MockUpstream) async throws -> Void) async throws {
        var config = MockUpstreamConfig()
        (config.port, config.answers) = (0, answers)
        let upstream = MockUpstream(config, remembers: true)
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await upstream.run(logger: Logger(label: "upstream")) { told.yield($0) } }
            for await port in ports {
                try await body(port, upstream)
                break
            }
            group.cancelAll()
        }
    }

    private let request = SpokenRequest(
        purpose: .response(question: "Why?"), system: "Be brief.", text: "Why?",
        image: EncodedImage(bytes: [0x89, 0x50, 0x4E, 0x47], path: "a.png"), seed: 1 << 40)

    @Test("the words, the system's turn and the picture arrive, and the answer comes back with its tokens")
    func exchange() async throws {
        let request = request
        try await withUpstream(["Because."]) { port, upstream in
            let speaker = EndpointSpeaker(name: "m", url: "http://127.0.0.1:\(port)/", model: "some", temperature: 0, maximumTokens: 9)
            let answer = try await speaker.answer(request)
            #expect(answer == SpokenAnswer(text: "Because.", promptTokens: 8, completionTokens: 2))
            let body = try JSONValue(parsing: try #require(upstream.bodies.first))
            #expect(body["model"]?.string == "some" && body["max_tokens"]?.integer == 9)
            let turns = try #require(body["messages"]?.array)
            #expect(turns.map { $0["role"]?.string } == ["system", "user"])
            #expect(turns[1]["content"]?.array?.first?["image_url"]?["url"]?.string == "data:image/png;base64,iVBORw==")
        }
    }

    @Test("an empty answer, another status and nobody there are failures with a name")
    func failures() async throws {
        let request = request
        try await withUpstream([" "]) { port, _ in
            let empty = EndpointSpeaker(name: "m", url: "http://127.0.0.1:\(port)", model: "some")
            await #expect(throws: BuildError.call(speaker: "m", reason: "the answer is empty")) { try await empty.answer(request) }
            let lost = EndpointSpeaker(name: "m", url: "http://127.0.0.1:\(port)/elsewhere", model: "some")
            await #expect(throws: BuildError.call(speaker: "m", reason: "answered with HTTP 404")) { try await lost.answer(request) }
        }
        let nobody = EndpointSpeaker(name: "m", url: "http://127.0.0.1:1", model: "some")
        await #expect(throws: BuildError.self) { try await nobody.answer(request) }
    }

    @Test("a build whose judge stands behind a route")
    func build() async throws {
        let tags = ["Response_1_Helpful_Rate", "Response_2_Helpful_Rate", "Response_1_Harmless_Rate", "Response_2_Harmless_Rate"]
            .map { "<\($0)>1</\($0)>" } + DualVerdict.rationaleTags.map { "<\($0)>x</\($0)>" }
        let text = tags.joined() + "<more_helpful_response_id>1</more_helpful_response_id><safer_response_id>1</safer_response_id>"
        try await withUpstream([text]) { port, upstream in
            let folder = try BuildFolder(["knife"])
            let judge = EndpointSpeaker(name: "judge", url: "http://127.0.0.1:\(port)/v1", model: "some")
            let report = try await folder.build(.world.judged(by: judge))
            // A judge that always takes the first response agrees with itself in no pair.
            #expect(report.accepted == 0 && report.failed == 0 && report.inReview > 0)
            #expect(upstream.callCount == 2 * report.inReview)
            #expect(try folder.lines("review.jsonl").allSatisfy { $0["reasons"]?.array?.count == 2 })
        }
    }
}
