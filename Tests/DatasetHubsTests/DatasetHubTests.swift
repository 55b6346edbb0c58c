import DatasetHubs
import Foundation
import Testing

/// A folder that is removed with its owner.
private final class TemporaryFolder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "dataset-hubs-tests-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
}

@Suite("Data sets from a hub")
struct DatasetHubTests {
    private let temporary: TemporaryFolder
    private var folder: URL { temporary.url }
    let large = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    init() throws {
        temporary = try TemporaryFolder()
    }

    private func hub(token: String? = nil) -> StandInHub {
        StandInHub(
            ["README.md": .init(bytes: Array("---\nusage: test-only\n---\n".utf8), isLarge: false), "data/animal_abuse/train.parquet": .init(bytes: large)],
            token: token)
    }

    private func settings(_ endpoint: URL, token: String? = nil) -> HubSettings {
        var settings = HubSettings(endpoint: endpoint, token: token, cache: folder.appending(path: "hub"))
        settings.waitSeconds = 0
        settings.idleSeconds = 10
        return settings
    }

    private let address = HubAddress(repository: "team/pairs")
    private var snapshot: URL { folder.appending(path: "hub/datasets--team--pairs/snapshots/\(StandInHub.commit)") }

    private func bytes(_ url: URL) throws -> [UInt8] { Array(try Data(contentsOf: url)) }

    private func withHub(_ hub: StandInHub, token: String? = nil, _ body: @escaping @Sendable (DatasetHub) async throws -> Void) async throws {
        try await hub.run { endpoint in try await body(DatasetHub(settings(endpoint, token: token))) }
    }

    @Test("files are got once, checked, and laid out as the hub's own tools do")
    func cacheLayout() async throws {
        let hub = hub()
        try await withHub(hub) { client in
            #expect(client.cache.snapshot(of: address) == nil)
            let got = try await client.get(address)
            #expect(got.folder.path == snapshot.path && got.fileCount == 2 && got.receivedCount == large.count + 25)
            let again = try await client.get(address)
            #expect(again.receivedCount == 0 && again.byteCount == large.count + 25)
            #expect(client.cache.snapshot(of: address)?.path == snapshot.path)
        }
        #expect(try bytes(snapshot.appending(path: "data/animal_abuse/train.parquet")) == large)
        let repository = folder.appending(path: "hub/datasets--team--pairs")
        #expect(try String(contentsOf: repository.appending(path: "refs/main"), encoding: .utf8) == StandInHub.commit)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: snapshot.appending(path: "data/animal_abuse/train.parquet").path)
                == "../../../../blobs/\(StandInHub.sha256(large))")
        #expect(FileManager.default.fileExists(atPath: repository.appending(path: "blobs/\(StandInHub.gitBlob(Array("---\nusage: test-only\n---\n".utf8)))").path))
        #expect(hub.content.count == 3, "one request for the small file, a redirect and an answer for the large one")
        try DatasetHub.copy(snapshot, to: folder.appending(path: "plain"))
        #expect(try bytes(folder.appending(path: "plain/data/animal_abuse/train.parquet")) == large)
    }

    @Test("a broken connection is gone on with where it broke, in one call")
    func resume() async throws {
        let hub = hub()
        hub.set { $0.breakAfter = 70_000 }
        try await withHub(hub) { client in
            let got = try await client.get(address)
            #expect(got.receivedCount == large.count + 25, "no byte came twice")
        }
        #expect(try bytes(snapshot.appending(path: "data/animal_abuse/train.parquet")) == large)
        let ranges = hub.content.filter { $0.path.hasPrefix("/storage/") }.map(\.range)
        #expect(ranges == [nil, "bytes=70000-", "bytes=140000-", "bytes=210000-", "bytes=280000-"])
    }

    @Test("what a call that gave up has brought is kept for the next one")
    func resumeLater() async throws {
        let hub = hub()
        hub.set { $0.breakAfter = 0 }
        try await withHub(hub) { client in
            let error = await #expect(throws: HubError.self) { try await client.get(address, patterns: ["*.parquet"]) }
            #expect("\(error.map(String.init(describing:)) ?? "")".contains("broke 5 times"))
            // 100,000 bytes of an earlier call.
            let blobs = folder.appending(path: "hub/datasets--team--pairs/blobs")
            try Data(large[..<100_000]).write(to: blobs.appending(path: "\(StandInHub.sha256(large)).incomplete"))
            hub.set { $0.breakAfter = nil }
            #expect(try await client.get(address, patterns: ["*.parquet"]).receivedCount == large.count - 100_000)
        }
        #expect(try bytes(snapshot.appending(path: "data/animal_abuse/train.parquet")) == large)
    }

    @Test("a server that passes over ranges sends all again, and busy ones are asked again")
    func stubbornServers() async throws {
        let hub = hub()
        hub.set { ($0.ignoresRange, $0.busyAnswers) = (true, 3) }
        try await withHub(hub) { client in
            let blobs = folder.appending(path: "hub/datasets--team--pairs/blobs")
            try FileManager.default.createDirectory(at: blobs, withIntermediateDirectories: true)
            try Data([1, 2, 3]).write(to: blobs.appending(path: "\(StandInHub.sha256(large)).incomplete"))
            _ = try await client.get(address)
        }
        #expect(try bytes(snapshot.appending(path: "data/animal_abuse/train.parquet")) == large)
    }

    @Test("content that is not what was promised is thrown away and never seen under its name", arguments: [true, false])
    func wrongContent(isLarge: Bool) async throws {
        let hub = hub()
        hub.set { $0.spoils = true }
        try await withHub(hub) { client in
            let error = await #expect(throws: HubError.self) { try await client.get(address, patterns: isLarge ? ["data/*"] : ["README.md"]) }
            guard case .wrongContent = try #require(error) else { throw try #require(error) }
            hub.set { $0.spoils = false }
            _ = try await client.get(address)
        }
        #expect(try bytes(snapshot.appending(path: "data/animal_abuse/train.parquet")) == large)
    }

    @Test("the token goes to the hub, and not to where it redirects")
    func token() async throws {
        let hub = hub(token: "hf_secret")
        hub.set { $0.storageHost = "localhost" }
        try await withHub(hub, token: "hf_secret") { client in _ = try await client.get(address) }
        #expect(hub.seen.filter { $0.path.hasPrefix("/storage/") }.map(\.authorization) == [nil])
        #expect(hub.seen.filter { !$0.path.hasPrefix("/storage/") }.allSatisfy { $0.authorization == "Bearer hf_secret" })
        let error = await #expect(throws: HubError.self) { try await withHub(hub) { _ = try await $0.get(address) } }
        #expect(error == .denied("hf://team/pairs", hasToken: false))
    }

    @Test("what is not there is told")
    func missing() async throws {
        let hub = hub()
        try await withHub(hub) { client in
            await #expect(throws: HubError.notFound("hf://team/pairs@v2", hasToken: false)) { try await client.get(HubAddress("hf://team/pairs@v2")) }
            await #expect(throws: HubError.noFiles("hf://team/pairs", patterns: ["*.csv"])) { try await client.get(address, patterns: ["*.csv"]) }
        }
        let nobody = DatasetHub(settings(try #require(URL(string: "http://127.0.0.1:1"))))
        let error = await #expect(throws: HubError.self) { try await nobody.get(address) }
        guard case .noConnection = try #require(error) else { throw try #require(error) }
    }

    @Test("a file's name never leads out of the cache", arguments: ["../x", "/etc/x", "a/../../x", "a//b", "a\\..\\b", "", "a/.", "x\u{0}"])
    func paths(name: String) async throws {
        let hub = StandInHub([name: .init(bytes: [1])])
        try await withHub(hub) { client in
            await #expect(throws: HubError.unsafePath(name)) { try await client.get(address) }
        }
        #expect(hub.content.isEmpty)
    }

    @Test("addresses", arguments: ["hf://a", "hf://a/b/c", "hf://../b", "hf://a/.b", "hf://a/b@", "hf://a/b@../c", "hf://a b/c", "hf://a/b?c"])
    func badAddresses(text: String) { #expect(throws: HubError.notAnAddress(text)) { try HubAddress(text) } }

    @Test("the environment is read as the hub's own tools read it")
    func environment() throws {
        let plain = try HubSettings(environment: ["HOME": "/home/x"])
        #expect(plain.endpoint.absoluteString == "https://huggingface.co" && plain.cache.path == "/home/x/.cache/huggingface/hub" && plain.token == nil)
        try Data("hf_file\n".utf8).write(to: folder.appending(path: "token"))
        let home = try HubSettings(environment: ["HF_HOME": folder.path, "HF_ENDPOINT": "https://mirror.example"])
        #expect(home.token == "hf_file" && home.cache.path == folder.appending(path: "hub").path && home.endpoint.host() == "mirror.example")
        let named = try HubSettings(environment: ["HF_TOKEN": "hf_x", "HF_HUB_CACHE": "/c", "HF_HOME": folder.path], endpoint: "http://other")
        #expect(named.token == "hf_x" && named.cache.path == "/c" && named.endpoint.host() == "other")
        #expect(throws: HubError.self) { try HubSettings(environment: ["HF_ENDPOINT": "file:///x"]) }
        #expect(try HubAddress("hf://datasets/a/b@feature/x") == HubAddress(repository: "a/b", revision: "feature/x"))
    }
}
