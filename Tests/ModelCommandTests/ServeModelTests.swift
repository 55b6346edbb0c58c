import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON
import Testing

@Suite("serve model", .serialized)
struct ServeModelTests {
    let small: SmallModel

    init() throws { small = try SmallModel.shared.get() }

    /// The program with a port that its log tells.
    private func start(_ more: [String]) async throws -> (process: Process, port: Int) {
        let process = Process()
        process.executableURL = ProgramRun.executable
        process.arguments = ["serve", "model", "--model", small.model, "--port", "0"] + more
        let log = small.folder.appending(path: "serve-\(UUID().uuidString).log")
        try Data().write(to: log)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: log)
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        try process.run()
        for _ in 0..<600 {
            let text = try String(contentsOf: log, encoding: .utf8)
            if let match = text.firstMatch(of: /address=127\.0\.0\.1:(\d+)/), let port = Int(match.1) { return (process, port) }
            try await Task.sleep(for: .milliseconds(100))
        }
        process.terminate()
        throw CancellationError()
    }

    private func request(_ port: Int, _ path: String, _ body: String? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        guard let body else { return request }
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(ByteBuffer(string: body))
        return request
    }

    private func text(_ response: HTTPClientResponse) async throws -> String {
        String(buffer: try await response.body.collect(upTo: 1 << 20))
    }

    @Test("says what generate says, and on SIGTERM ends what it has begun and takes no more")
    func drain() async throws {
        let expected = try ProgramRun(["generate", "--model", small.model, "--prompt", "What is this?", "--greedy", "--maximum-new-tokens", "12"])
            .output.trimmingCharacters(in: .newlines)
        let (process, port) = try await start(["--set", "limits.drainDelaySeconds=1", "--set", "modelName=small"])
        defer { if process.isRunning { process.terminate() } }
        let messages = #""model": "small", "messages": [{"role": "user", "content": "What is this?"}], "temperature": 0"#
        let answer = try await HTTPClient.shared.execute(
            request(port, "/v1/chat/completions", "{\(messages), \"max_tokens\": 12}"), timeout: .seconds(60))
        let json = try JSONValue(parsing: try await text(answer))
        #expect(json["choices"]?.array?.first?["message"]?["content"]?.string == expected)

        let stream = try await HTTPClient.shared.execute(
            request(port, "/v1/chat/completions", "{\(messages), \"max_tokens\": 200, \"stream\": true}"), timeout: .seconds(60))
        #expect(stream.status == .ok)
        kill(process.processIdentifier, SIGTERM)
        var isDraining = false
        for _ in 0..<100 where !isDraining {
            // Once the door is closed nobody is told any more.
            guard let ready = try? await HTTPClient.shared.execute(request(port, "/ready"), timeout: .seconds(5)) else { break }
            isDraining = ready.status == .serviceUnavailable
            _ = try? await text(ready)
        }
        #expect(isDraining)
        #expect(try await text(stream).hasSuffix("data: [DONE]\n\n"))
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test("wrong settings end with their own numbers, and --dry-run shows what would be in force")
    func settings() throws {
        let model = ["serve", "model", "--model"]
        let dry = try ProgramRun(model + [small.model, "--dry-run", "--set", "serving.rows=3"])
        #expect(dry.status == 0 && dry.output.contains("rows: 3"))
        for setting in ["serving.rows=0", "serving.cacheMebibytes=-1", "host=0.0.0.0", "serving.lines=3", "pictures.allowedHosts=[a]"] {
            #expect(try ProgramRun(model + [small.model, "--set", setting]).status == 64, "\(setting)")
        }
        #expect(try ProgramRun(model + ["/nothing"]).status == 66)
        #expect(try ProgramRun(model + [small.model, "--dtype", "int8"]).status == 64)
    }
}
