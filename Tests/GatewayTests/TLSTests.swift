import ChatServers
import Conversations
import Foundation
import Gateway
import TestPeers
import Testing

/// HTTP/2 and TLS, with the machine's curl and openssl.
@Suite("TLS and HTTP/2", .serialized)
struct TLSTests {
    @Test("both protocols answer over TLS")
    func protocols() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
        guard
            try await OtherProgram.runAside(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
                    "-subj", "/CN=localhost",
                ]
            ).status == 0,
            try await OtherProgram.runAside("curl", ["--version"]).text.contains("HTTP2")
        else {
            print("SKIPPED: the test of TLS and HTTP/2 needs openssl and a curl with HTTP/2")
            return
        }
        try await Rig.run {
            ($0.tls.certificateFile, $0.tls.keyFile) = (certificate, key)
        } body: { rig in
            let body = #"{"model":"mock","messages":[{"role":"user","content":"hi"}]}"#
            for (option, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
                let answer = try await OtherProgram.runAside(
                    "curl",
                    [
                        "-sk", option, "-w", " %{http_version} %{http_code}", "-H", "content-type: application/json",
                        "-d", body, "https://127.0.0.1:\(rig.port)/v1/chat/completions",
                    ])
                #expect(answer.text.contains("You said: hi"))
                #expect(answer.text.hasSuffix(" \(version) 200"))
                let stream = try await OtherProgram.runAside(
                    "curl",
                    [
                        "-skN", option, "-H", "content-type: application/json", "-d",
                        body.replacing("\"mock\"", with: "\"mock\",\"stream\":true"),
                        "https://127.0.0.1:\(rig.port)/v1/chat/completions",
                    ])
                #expect(stream.text.hasSuffix("data: [DONE]\n\n"))
            }
        }
    }
}
