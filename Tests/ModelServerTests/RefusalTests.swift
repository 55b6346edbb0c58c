import AsyncHTTPClient
import ChatServers
import Foundation
import ModelServer
import ModelServing
import NIOCore
import NIOHTTP1
import StrictJSON
import TestPeers
import Testing

@Suite("What a model server refuses", .serialized)
struct RefusalTests {
    @Test("wrong requests have OpenAI's form, the parameter and the right status")
    func errors() async throws {
        let cases: [(JSONObject, Int, String?)] = [
            (["model": "other"], 404, "model"), (["model": 3], 400, "model"), (["messages": []], 400, "messages"),
            (["messages": "x"], 400, "messages"), (["messages": [["role": "tool", "content": "x"]]], 400, "messages[0].role"),
            (["messages": [["role": "user"]]], 400, "messages[0].content"),
            (["n": 0], 400, "n"), (["n": 99], 400, "n"), (["n": 1.5], 400, "n"), (["temperature": -1], 400, "temperature"),
            (["temperature": "hot"], 400, "temperature"), (["top_p": 0], 400, "top_p"), (["top_p": 2], 400, "top_p"),
            (["top_k": -2], 400, "top_k"), (["max_tokens": 0], 400, "max_tokens"),
            (["max_tokens": 100_000], 400, "messages"), (["seed": "x"], 400, "seed"),
            (["stop": [1]], 400, "stop"), (["stop": ["a", "b", "c", "d", "e"]], 400, "stop"), (["stop": ""], 400, "stop"),
            (["top_logprobs": 2], 400, "top_logprobs"), (["logprobs": true, "top_logprobs": 21], 400, "top_logprobs"),
            (["stream": "yes"], 400, "stream"), (["stream_options": 1], 400, "stream_options"),
            (["tools": [["type": "function"]]], 400, "tools"), (["logit_bias": ["1": 2]], 400, "logit_bias"),
            (["frequency_penalty": 1], 400, "frequency_penalty"), (["response_format": ["type": "json_object"]], 400, "response_format"),
        ]
        try await Rig.run { rig in
            for (change, status, param) in cases {
                let answer = try await rig.chat(change)
                #expect(answer.status == status, "\(change)")
                #expect(answer.json["error"]?["param"]?.string == param, "\(change)")
                #expect(answer.json["error"]?.object?.members.count == 4)
            }
            // What says nothing about the answer, or only what holds anyway, is no reason.
            let fine: JSONObject = [
                "user": "me", "metadata": ["a": "b"], "frequency_penalty": 0, "tools": [], "logit_bias": [:],
                "response_format": ["type": "text"], "my_key": 1, "stop": .null, "n": 1.0,
            ]
            #expect(try await rig.chat(fine).status == 200)
        }
    }

    @Test("prompts that are too long are refused with the numbers")
    func tooLong() async throws {
        try await Rig.run { rig in
            let answer = try await rig.chat(content: .string(String(repeating: "word ", count: 2000)))
            #expect(answer.status == 400 && answer.errorCode == "context_length_exceeded")
            #expect(answer.json["error"]?["message"]?.string?.contains("at most 256") == true)
        }
    }

    @Test("pictures: remote ones, broken ones, too many, and any for a model that sees none")
    func pictures() async throws {
        let url = try pictureURL(9, 9)
        try await Rig.run { $0.limits.images = 2 } body: { rig in
            func ask(_ url: String, _ count: Int = 1) async throws -> Rig.Answer {
                try await rig.chat(content: .array(Array(repeating: picturePart(url), count: count)))
            }
            let remote = try await ask("https://example.com/x.png")
            #expect(remote.errorCode == "remote_picture_refused")
            #expect(try await ask("file:///etc/passwd").status == 400)
            #expect(try await ask("data:image/png;base64,AAAA").errorCode == "invalid_image")
            #expect(try await ask("data:image/png;base64,!").errorCode == "invalid_image")
            #expect(try await ask(url, 2).status == 200)
            #expect(try await ask(url, 3).status == 400)
        }
        try await Rig.run(family: "llama") { rig in
            let answer = try await rig.chat(content: [picturePart(url)])
            #expect(answer.status == 400 && answer.errorCode == "unreadable_messages")
        }
    }

    @Test("bodies: too large, of another type, no JSON; keys: none, wrong, right")
    func access() async throws {
        let (key, hash) = KeyMaking.make()
        try await Rig.run {
            $0.keys = [KeyConfig(name: "a", sha256: hash)]
            $0.limits.bodyBytes = 4096
        } body: { rig in
            let path = "/v1/chat/completions"
            let right = ("authorization", "Bearer \(key)")
            #expect(try await rig.send(.POST, path, Rig.body(), headers: Rig.json).status == 401)
            #expect(try await rig.send(.POST, path, Rig.body(), headers: Rig.json + [("authorization", "Bearer x")]).status == 401)
            #expect(try await rig.send(.POST, path, Rig.body(), headers: Rig.json + [right]).status == 200)
            #expect(try await rig.send(.POST, path, Rig.body(), headers: [("content-type", "text/plain"), right]).status == 415)
            let long = [UInt8](repeating: 0x20, count: 5000)
            #expect(try await rig.send(.POST, path, long, headers: Rig.json + [right]).status == 413)
            #expect(try await rig.send(.GET, "/v1/models").status == 401)
            let health = try await rig.send(.GET, "/health")
            #expect(health.status == 200)
        }
    }

    /// A fuzz corpus: damaged bodies get a 4xx answer in OpenAI's form, and the server goes on.
    @Test("damaged bodies never end it")
    func damaged() async throws {
        let picture = try pictureURL(9, 9)
        let whole = Rig.body(
            ["stop": ["a"], "seed": 3, "stream": true, "n": 2, "logprobs": true, "top_logprobs": 1, "max_tokens": 2],
            content: [["type": "text", "text": "x"], picturePart(picture)])
        var bodies: [[UInt8]] = stride(from: 0, to: whole.count, by: 7).map { Array(whole[..<$0]) }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        let pieces = ["null", "-0", "1e999", "9223372036854775808", "\"\\ud800\"", "[[[[", "{}", "\u{0}", "\"\"", "true"].map { Array($0.utf8) }
        for _ in 0..<300 {
            var body = whole
            for _ in 0...(random() % 3) {
                let at = random() % body.count
                switch random() % 4 {
                case 0: body[at] = UInt8(truncatingIfNeeded: random())
                case 1: body.removeSubrange(at..<min(body.count, at + 1 + random() % 9))
                case 2: body.insert(contentsOf: pieces[random() % pieces.count], at: at)
                default: body.replaceSubrange(at..<min(body.count, at + 4), with: pieces[random() % pieces.count])
                }
                if body.isEmpty { body = whole }
            }
            bodies.append(body)
        }
        bodies += ["[]", "null", "{}", "\u{FEFF}{}", String(repeating: "[", count: 5000)].map { Array($0.utf8) }
        try await Rig.run { [bodies] rig in
            for body in bodies {
                let answer = try await rig.send(.POST, "/v1/chat/completions", body, headers: Rig.json)
                #expect(answer.status == 200 || (400...422).contains(answer.status), "\(String(decoding: body, as: UTF8.self))")
                if answer.status != 200 { #expect(answer.json["error"]?.object?.members.count == 4) }
            }
            #expect(try await rig.chat().status == 200)
        }
    }

    @Test("a client that leaves frees its rows and their memory, streaming or not")
    func disconnect() async throws {
        try await Rig.run { $0.serving.rows = 2 } body: { rig in
            for streams in [true, false] {
                let body = Rig.body(["stream": .bool(streams), "max_tokens": 240, "n": 2, "temperature": 1, "top_k": 1])
                let task = Task { try await rig.send(.POST, "/v1/chat/completions", body, headers: Rig.json) }
                for _ in 0..<1000 where rig.scheduler.load.rows == 0 { try await Task.sleep(for: .milliseconds(1)) }
                task.cancel()
                _ = await task.result
                for _ in 0..<1000 where rig.scheduler.load.rows > 0 { try await Task.sleep(for: .milliseconds(10)) }
                #expect(rig.scheduler.load.rows == 0 && rig.scheduler.load.cacheBytes == 0)
            }
            #expect(try await rig.chat().status == 200)
        }
    }

    @Test("when too many wait the next is told so, with a time to come back")
    func overload() async throws {
        try await Rig.run { ($0.serving.rows, $0.serving.waitingRequests) = (1, 1) } body: { rig in
            let answers = try await withThrowingTaskGroup(of: Rig.Answer.self) { group in
                for _ in 0..<24 { group.addTask { try await rig.chat(["max_tokens": 60]) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let refused = answers.filter { $0.status == 503 }
            #expect(!refused.isEmpty && refused.count + answers.count { $0.status == 200 } == 24)
            #expect(refused.allSatisfy { $0.errorCode == "overloaded" && $0.headers.first(name: "retry-after") != nil })
        }
    }
}
