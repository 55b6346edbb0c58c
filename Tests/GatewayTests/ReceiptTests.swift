import Conversations
import Crypto
import Foundation
import Gateway
import StrictJSON
import TestPeers
import Testing

/// By hand and by law: a log of receipts cannot be changed without being seen.
@Suite("Receipts", .serialized)
struct ReceiptTests {
    private struct Folder: ~Copyable {
        let url = FileManager.default.temporaryDirectory.appending(path: "receipts-\(UUID().uuidString)")
        init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    private func write(to file: URL, key: String = "", requests: [String] = ["hi", "BEAVER-CANARY", "again"])
        async throws -> [Rig.Answer]
    {
        let answers = Answers()
        try await Rig.run { config in
            config.receipts.file = file.path
            config.receipts.signingKeyFile = key
        } body: { rig in
            for request in requests { await answers.add(try await rig.chat(request)) }
            await answers.add(try await rig.chat("hi", [("stream", true), ("n", 2)]))
        }
        return await answers.all
    }

    private actor Answers {
        var all: [Rig.Answer] = []
        func add(_ answer: Rig.Answer) { all.append(answer) }
    }

    @Test("the log holds, goes on after a restart, and names what was released")
    func chain() async throws {
        let folder = try Folder()
        let file = folder.url.appending(path: "log.jsonl")
        let answers = try await write(to: file)
        #expect(try ReceiptVerification(of: file).count == 5)
        _ = try await write(to: file, requests: [])
        let found = try ReceiptVerification(of: file)
        #expect(found.count == 7)

        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONValue(parsing: String($0))
        }
        #expect(lines[0]["outcome"] == "response")
        #expect(lines[1]["outcome"] == "refused-request")
        #expect(lines[1]["verdict"]?["level"] == "severe")
        // note: the bytes of the choice in the answer are those that were hashed
        let choice = try #require(answers[0].json["choices"]?.array?.first).serializedBytes()
        #expect(
            lines[0]["released_sha256"]?.string
                == SHA256.hash(data: choice).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())
        let events = answers[3].text.components(separatedBy: "\n\n").filter { $0.contains("\"index\":0") }.map {
            $0 + "\n\n"
        }.joined()
        #expect(
            lines.contains {
                $0["released_sha256"]?.string
                    == SHA256.hash(data: Array(events.utf8)).map {
                        String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
                    }.joined()
            })
        #expect(try ReceiptVerification(of: file, expectedHead: found.head) == found)
        #expect(throws: ReceiptError.self) {
            try ReceiptVerification(of: file, expectedHead: String(repeating: "0", count: 64))
        }
    }

    @Test("changing, dropping, doubling or exchanging a line is seen")
    func tampering() async throws {
        let folder = try Folder()
        let file = folder.url.appending(path: "log.jsonl")
        _ = try await write(to: file)
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        func holds(_ lines: [String], ending: String = "\n") throws -> Bool {
            let changed = folder.url.appending(path: "changed.jsonl")
            try (lines.joined(separator: "\n") + ending).write(to: changed, atomically: true, encoding: .utf8)
            return (try? ReceiptVerification(of: changed)) != nil
        }
        #expect(try holds(lines))
        #expect(try !holds([lines[0].replacing("\"response\"", with: "\"refused-request\"")] + lines[1...]))
        #expect(try !holds([lines[0].replacing("\"rounds\":1", with: "\"rounds\":2")] + lines[1...]))
        #expect(try !holds(Array(lines.dropFirst())))
        #expect(try !holds([lines[0], lines[2]] + lines[3...]))
        #expect(try !holds([lines[0], lines[0]] + lines[1...]))
        #expect(try !holds([lines[1], lines[0]] + lines[2...]))
        #expect(try !holds(lines, ending: ""))
        #expect(try !holds(lines + ["{}"]))
    }

    @Test("signatures are those of the key, and only of it")
    func signatures() async throws {
        let folder = try Folder()
        let file = folder.url.appending(path: "log.jsonl")
        let keys = ReceiptKeys.make()
        let keyFile = folder.url.appending(path: "key")
        try (keys.privateKey + "\n").write(to: keyFile, atomically: true, encoding: .utf8)
        _ = try await write(to: file, key: keyFile.path)
        let publicKey = Array(try #require(Data(base64Encoded: keys.publicKey)))
        #expect(try ReceiptVerification(of: file, publicKey: publicKey).signedCount == 5)
        let other = Array(try #require(Data(base64Encoded: ReceiptKeys.make().publicKey)))
        #expect(throws: ReceiptError.self) { try ReceiptVerification(of: file, publicKey: other) }
        let unsigned = folder.url.appending(path: "unsigned.jsonl")
        _ = try await write(to: unsigned)
        #expect(throws: ReceiptError.self) { try ReceiptVerification(of: unsigned, publicKey: publicKey) }
    }

    @Test("a half-written last line is dropped, and the chain goes on")
    func torn() async throws {
        let folder = try Folder()
        let file = folder.url.appending(path: "log.jsonl")
        _ = try await write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"sequence\":6,\"ti".utf8))
        try handle.close()
        _ = try await write(to: file, requests: [])
        #expect(try ReceiptVerification(of: file).count == 7)
    }
}
