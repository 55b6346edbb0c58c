import Conversations
import Foundation
import Gateway
import Guardrails
import ImageProcessing
import Logging
import NIOHTTP1
import SafetyPolicies
import StrictJSON
import Synchronization
import TestPeers

/// A gateway that runs, with a stand-in behind it, for the time of one test.
struct Rig: Sendable {
    let port: Int
    let upstream: MockUpstream
    let server: GatewayServer

    /// Runs `body` against a gateway on a port of its own.
    static func run(
        guardModel: any Guard = StubGuard(), answers: [String] = ["You said: {echo}"], upstreamPort: Int? = nil,
        upstreamDelay: Double = 0,
        policy: SafetyPolicy? = nil, policyFile: URL? = nil, logger: Logger = .silent,
        _ change: (inout GatewayConfig) -> Void = { _ in },
        body: @escaping @Sendable (Rig) async throws -> Void
    ) async throws {
        var mock = MockUpstreamConfig()
        (mock.port, mock.answers, mock.delaySeconds) = (0, answers, upstreamDelay)
        let upstream = MockUpstream(mock, remembers: true)
        var config = GatewayConfig()
        config.port = 0
        config.policyReloadSeconds = 0
        change(&config)
        let settings = config
        let policies = try policy.map(PolicyHolder.init) ?? PolicyHolder(file: policyFile)

        @Sendable func serve(upstreamPort: Int) async throws {
            var config = settings
            config.upstream.url = "http://127.0.0.1:\(upstreamPort)"
            let server = try GatewayServer(config, guardModel: guardModel, policies: policies, logger: logger)
            try await HTTPPeer.serving(server.run) { port in
                try await body(Rig(port: port, upstream: upstream, server: server))
            }
        }
        if let upstreamPort { return try await serve(upstreamPort: upstreamPort) }
        try await HTTPPeer.serving({ try await upstream.run(logger: .silent, onReady: $0) }, serve)
    }

    // MARK: - Asking

    typealias Answer = HTTPAnswer

    func send(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]? = nil, headers: [(String, String)] = []
    ) async throws -> Answer { try await HTTPPeer(port: port).send(method, path, body, headers: headers) }

    func post(_ path: String, _ body: JSONValue, headers: [(String, String)] = []) async throws -> Answer {
        try await HTTPPeer(port: port).post(path, body.serializedBytes(), headers: headers)
    }

    func post(_ path: String, raw body: String, headers: [(String, String)] = []) async throws -> Answer {
        try await HTTPPeer(port: port).post(path, Array(body.utf8), headers: headers)
    }

    /// A chat request with one question.
    func chat(_ question: String, _ more: [(String, JSONValue)] = [], headers: [(String, String)] = []) async throws
        -> Answer
    {
        try await post(
            "/v1/chat/completions",
            .object(
                JSONObject([("model", "mock"), ("messages", [["role": "user", "content": .string(question)]])] + more)),
            headers: headers)
    }

    var chatRoute: String { "/v1/chat/completions" }
}

/// A canary that no other run of the tests uses.
func freshCanary() -> String { "canary" + String(UInt32.random(in: 100_000...999_999)) }

/// A guard whose answers and failures the test decides.
final class ScriptedGuard: Guard {
    let identity = GuardIdentity(name: "scripted", hash: String(repeating: "1", count: 64))
    let limits = GuardLimits()
    private let asked = Mutex<[[GuardInput]]>([])
    private let answer: @Sendable ([GuardInput]) async throws -> [Verdict]

    init(_ answer: @escaping @Sendable ([GuardInput]) async throws -> [Verdict]) { self.answer = answer }

    var inputs: [GuardInput] { asked.withLock { $0.flatMap(\.self) } }
    var calls: Int { asked.withLock { $0.count } }

    func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
        asked.withLock { $0.append(inputs) }
        return try await answer(inputs)
    }
}

func verdict(unsafe: Double = 0.01, level: Severity = .safe) throws -> Verdict {
    try Verdict(
        unsafe: unsafe,
        levels: Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0, $0 == level ? 0.9 : 0.03) }),
        categories: Dictionary(
            uniqueKeysWithValues: HarmCategory.allCases.map { ($0, unsafe > 0.5 && $0 == .animalAbuse ? unsafe : 0.01) }
        ), refusal: 0)
}

/// A PNG, or a JPEG, as a data URL; with a magenta patch it is unsafe for the stub.
func pictureURL(width: Int = 24, height: Int = 20, hasPatch: Bool = false, asJPEG: Bool = false) throws -> String {
    var pixels = [UInt8](repeating: 180, count: width * height * 3)
    if hasPatch {
        for y in 2..<14 {
            for x in 3..<15 {
                let at = (y * width + x) * 3; (pixels[at], pixels[at + 1], pixels[at + 2]) = (255, 0, 255)
            }
        }
    }
    let image = try Image(width: width, height: height, pixels: pixels)
    let bytes = asJPEG ? try image.encodedJPEG() : try image.encodedPNG()
    return "data:image/\(asJPEG ? "jpeg" : "png");base64," + Data(bytes).base64EncodedString()
}
