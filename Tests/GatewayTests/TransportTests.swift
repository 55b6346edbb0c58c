import ChatServers
import Conversations
import Foundation
import Gateway
import Guardrails
import NIOCore
import NIOHTTP1
import StrictJSON
import TestPeers
import Testing

@testable import enum Gateway.PublicAddress
@testable import struct Gateway.RemotePictures

/// Reliability test G13: bytes that two servers could read differently are refused, and never reach the upstream server.
@Suite("G13: framing", .serialized)
struct FramingTests {
    private static let inner =
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nxxxxx"

    static let requests: [String] = [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + inner,
        "content-length: 5\r\ncontent-length: 6\r\n\r\nxxxxxx",
        "content-length: 5, 6\r\n\r\nxxxxxx", "content-length: +5\r\n\r\nxxxxx", "content-length: -5\r\n\r\nxxxxx",
        "content-length: 0x5\r\n\r\nxxxxx",
        "content-length: 5 5\r\n\r\nxxxxx", "content-length: 99999999999999999999999\r\n\r\nx",
        "content-length: \r\n\r\nxxxxx", "content-length: 5.0\r\n\r\nxxxxx",
        "content-length : 5\r\n\r\nxxxxx", " content-length: 5\r\n\r\nxxxxx", "content-length\t: 5\r\n\r\nxxxxx",
        "content length: 5\r\n\r\nxxxxx",
        "transfer-encoding: xchunked\r\n\r\n0\r\n\r\n", "transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "transfer-encoding: identity\r\n\r\nxxxxx",
        "transfer-encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", "transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nZ\r\nxxxxx\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n-5\r\nxxxxx\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\n5\r\nxxxxxxxx\r\n0\r\n\r\n",
        "transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\nxx\r\n0\r\n\r\n",
        "x: a\r\n b\r\ncontent-length: 5\r\n\r\nxxxxx", "x: a\u{0}b\r\ncontent-length: 5\r\n\r\nxxxxx",
        "x\u{0}: b\r\ncontent-length: 5\r\n\r\nxxxxx", "x: a\rcontent-length: 5\r\n\r\nxxxxx",
        ": b\r\ncontent-length: 5\r\n\r\nxxxxx", "xxxxx\r\ncontent-length: 5\r\n\r\nxxxxx",
        "x: " + String(repeating: "a", count: 70_000) + "\r\n\r\n", String(repeating: "x: a\r\n", count: 3000) + "\r\n",
    ]

    static let lines: [String] = [
        "POST /v1/chat/completions HTTP/1.1 x\r\n",
        "POST /v1/chat/completions HTTP/9.9\r\n", "POST /v1/chat/completions\r\n",
        "\u{0}POST /v1/chat/completions HTTP/1.1\r\n", "POST /v1/chat/com\u{1}pletions HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{03}\u{01}\u{02}\u{00}",
    ]

    @Test("ambiguous framing is refused and the connection closed", arguments: requests)
    func framing(rest: String) async throws {
        try await Rig.run { rig in
            let socket = try RawSocket(port: rig.port, timeoutSeconds: 3)
            socket.send("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n" + rest)
            let (text, _) = socket.readToEnd()
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4"), "\(text.prefix(80))")
            #expect(text.components(separatedBy: "HTTP/1.1 ").count <= 2, "a second request was seen")
            #expect(rig.upstream.callCount == 0)
            #expect(try await rig.send(.GET, "/health").status == 200)
        }
    }

    @Test("so are request lines that are none", arguments: lines)
    func requestLines(line: String) async throws {
        try await Rig.run { rig in
            let socket = try RawSocket(port: rig.port, timeoutSeconds: 3)
            let body = #"{"model":"mock","messages":[{"role":"user","content":"x"}]}"#
            socket.send(
                line + "host: x\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n" + body)
            let (text, _) = socket.readToEnd()
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4") || text.hasPrefix("HTTP/1.0 4"), "\(text.prefix(80))")
            #expect(rig.upstream.callCount == 0)
        }
    }

    @Test("what a client writes into headers does not come back as a header")
    func splitting() async throws {
        try await Rig.run { rig in
            for id in ["a%0d%0aset-cookie:x", "a b", String(repeating: "x", count: 65), "é", "a;b"] {
                let answer = try await rig.send(.GET, "/v1/policy", headers: [("x-request-id", id)])
                #expect(answer.headers.first(name: "x-request-id") != id)
                #expect(answer.headers.first(name: "set-cookie") == nil)
            }
        }
    }
}

/// Reliability test G5, small: slow clients are closed at their limits while others are served.
@Suite("G5: slow clients", .serialized)
struct SlowClientTests {
    @Test("slow heads, slow bodies and idle connections are closed; good clients are served meanwhile")
    func closed() async throws {
        try await Rig.run { config in
            (config.limits.headerSeconds, config.limits.bodySeconds, config.limits.idleSeconds) = (1, 1, 1)
        } body: { rig in
            let silent = try (0..<20).map { _ in try RawSocket(port: rig.port, timeoutSeconds: 6) }
            let heads = try (0..<20).map { _ in try RawSocket(port: rig.port, timeoutSeconds: 6) }
            for socket in heads { socket.send("POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nx-slow: ") }
            let bodies = try (0..<20).map { _ in try RawSocket(port: rig.port, timeoutSeconds: 6) }
            for socket in bodies {
                socket.send(
                    "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"
                )
            }
            let idle = try (0..<20).map { _ in try RawSocket(port: rig.port, timeoutSeconds: 6) }
            for socket in idle { socket.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n"); _ = socket.readSome() }
            for _ in 0..<10 {
                #expect(try await rig.chat("hi").status == 200)
                for socket in heads { socket.send("a") }
                for socket in bodies { socket.send(" ") }
                try await Task.sleep(for: .seconds(0.2))
            }
            for socket in silent + heads + bodies + idle { #expect(socket.readToEnd().isClosed) }
            #expect(rig.server.metricsText.contains("gateway_slow_clients_total{slow=\"head\"} 40"))
            #expect(rig.server.metricsText.contains("gateway_slow_clients_total{slow=\"body\"} 20"))
        }
    }
}

/// Reliability tests G1 and G2, small: nobody gets another's answer, and what is too much is refused quickly.
@Suite("G1, G2: many clients", .serialized)
struct ManyClientsTests {
    @Test("two hundred clients at once get their own answers, streamed or not")
    func noneCrossed() async throws {
        try await Rig.run(upstreamDelay: 0.05) { rig in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<200 {
                    group.addTask {
                        for round in 0..<3 {
                            let id = "client-\(client)-\(round)"
                            let answer = try await rig.chat(
                                id, (client + round).isMultiple(of: 2) ? [("stream", true)] : [],
                                headers: [("x-request-id", id)])
                            #expect(answer.status == 200)
                            let text =
                                (client + round).isMultiple(of: 2)
                                ? answer.streamed()
                                : answer.json["choices"]?.array?.first?["message"]?["content"]?.string
                            #expect(text == "You said: \(id)")
                            #expect(answer.headers.first(name: "x-request-id") == id)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(rig.upstream.callCount == 600)
        }
    }

    @Test("beyond the limit requests are refused at once with Retry-After, and afterwards all is as before")
    func overload() async throws {
        try await Rig.run(upstreamDelay: 0.3) {
            $0.limits.requests = 3
        } body: { rig in
            let statuses = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        let answer = try await rig.chat("hi")
                        return (answer.status, answer.headers.first(name: "retry-after"))
                    }
                }
                return try await group.reduce(into: [(Int, String?)]()) { $0.append($1) }
            }
            #expect(statuses.count { $0.0 == 200 } >= 3)
            #expect(statuses.contains { $0.0 == 503 })
            #expect(statuses.allSatisfy { $0.0 == 200 || $0.0 == 503 && $0.1 == "1" })
            for _ in 0..<5 { #expect(try await rig.chat("hi").status == 200) }
        }
    }
}

/// Reliability test G10: pictures are fetched only from allowed hosts with public addresses.
@Suite("G10: remote pictures")
struct RemotePictureTests {
    private func pictures(_ hosts: [String] = ["pics.example"], _ addresses: [String] = ["93.184.216.34"])
        -> RemotePictures
    {
        var config = PicturesConfig()
        config.allowedHosts = hosts
        return RemotePictures(config) { _ in try addresses.map { try SocketAddress(ipAddress: $0, port: 443) } }
    }

    @Test(
        "addresses that are not of the open network are known as such",
        arguments: [
            "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
            "169.254.169.254", "100.64.0.1", "100.127.0.1",
            "192.0.2.1", "192.0.0.8", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
            "255.255.255.255", "192.88.99.1",
            "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
            "::127.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "2001::1", "2002:7f00:1::", "100::1", "3fff::1",
        ])
    func forbidden(address: String) throws {
        let found = try SocketAddress(ipAddress: address, port: 443)
        #expect(!PublicAddress.isPublic(found))
    }

    @Test(
        "public ones too",
        arguments: [
            "8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "2a00:1450::1",
            "2001:4860::8",
        ])
    func allowed(address: String) throws {
        let found = try SocketAddress(ipAddress: address, port: 443)
        #expect(PublicAddress.isPublic(found))
    }

    @Test(
        "only plain https addresses of allowed hosts pass",
        arguments: [
            "http://pics.example/a.png", "ftp://pics.example/a", "https://other.example/a",
            "https://pics.example.evil.example/a", "https://evil.example/pics.example",
            "https://user@pics.example/a", "https://pics.example:8443/a", "https://pics.example@evil.example/",
            "https://evil.example#pics.example", "https:///pics.example", "https://pics.example\\@evil.example/",
            "file:///etc/passwd", "https://127.0.0.1/a", "https://2130706433/a", "https://[::1]/a",
            "https://pics.example /a", "gopher://pics.example", "https://0x7f.1/", "//pics.example/a",
            "https://ｐics.example/a",
        ])
    func refusedAddresses(url: String) {
        #expect(throws: WireError.self) { try pictures().allowedHost(of: url, "p") }
    }

    @Test(
        "one private address among those of a name refuses it, and nothing is dialled",
        arguments: [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], []])
    func rebinding(addresses: [String]) async throws {
        await #expect(throws: WireError.self) {
            try await pictures(["pics.example"], addresses).bytes(at: "https://pics.example/a.png", "p")
        }
    }

    @Test("hosts are compared without regard to case, and the plain one passes")
    func plain() throws {
        #expect(try pictures().allowedHost(of: "https://PICS.example/a.png?x=1", "p") == "pics.example")
    }

    @Test("with no host allowed, a remote picture is refused and nobody is asked")
    func off() async throws {
        try await Rig.run { rig in
            for url in [
                "https://example.com/a.png", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://x/y",
                "https://localhost:\(rig.port)/health",
            ] {
                let answer = try await rig.post(
                    "/v1/moderations", ["input": [["type": "image_url", "image_url": ["url": .string(url)]]]])
                #expect(answer.status == 400)
                #expect(answer.errorCode == "remote_picture_refused")
            }
        }
    }
}
