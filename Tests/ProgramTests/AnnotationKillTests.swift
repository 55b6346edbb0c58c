import Annotation
import AsyncHTTPClient
import Conversations
import Foundation
import ImageProcessing
import NIOCore
import NIOHTTP1
import PreferenceData
import SafetyPolicies
import StrictJSON
import Synchronization
import Testing

/// By law: an answer that the server has said is stored is stored, once, whenever the server is killed.
@Suite("An annotation server that is killed", .serialized)
struct AnnotationKillTests {
    /// SAFE_RLHF_V_ANNOTATION_KILLS asks for another number.
    static let kills = ProcessInfo.processInfo.environment["SAFE_RLHF_V_ANNOTATION_KILLS"].flatMap(Int.init) ?? 20
    static let writers = 8

    @Test("has lost no acknowledged answer and doubled none, with eight writers who send again what was not acknowledged")
    func kills() async throws {
        let folder = try TemporaryFolder()
        let (project, sessions) = try await makeStore(folder)
        let port = Int.random(in: 20_000...40_000)
        let tally = Tally()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, session) in sessions.enumerated() {
                group.addTask {
                    let writer = Writer(port: port, project: project.id, session: session, number: number)
                    while !tally.hasEnded {
                        guard let (assignment, note) = await writer.answerNext(until: { tally.hasEnded }) else { continue }
                        tally.acknowledged.withLock { $0[assignment] = note }
                    }
                }
            }
            for kill in 0...Self.kills {
                let server = try Program.start(
                    ["annotate", "serve", "--store", folder("store").path, "--port", "\(port)", "--log-level", "error"])
                try await waitUntilReady(port, server)
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...600)))
                if kill == Self.kills { tally.isOver.withLock { $0 = true } }
                if kill == Self.kills { try await Task.sleep(for: .seconds(2)) }
                server.send(SIGKILL)
                _ = try server.result()
            }
            try await group.waitForAll()
        }

        // Opening checks every page, every label, and the chain of events.
        let store = try open(folder)
        let stored = try await store.labels(of: project).items.flatMap(\.answers)
        let notes = Dictionary(grouping: stored.map(\.label.note)) { $0 }
        let told = tally.acknowledged.withLock { $0 }
        #expect(told.count > Self.kills, "\(told.count) answers were acknowledged")
        for note in told.values { #expect(notes[note]?.count == 1, "\(note) is stored \(notes[note]?.count ?? 0) times") }
        #expect(notes.values.allSatisfy { $0.count == 1 })
        print("annotation: \(Self.kills) kills, \(told.count) answers acknowledged, \(stored.count) stored, none lost, none doubled")
        try store.close()
    }

    private func open(_ folder: TemporaryFolder, creating: Bool = false) throws -> AnnotationStore {
        var options = AnnotationStore.Options()
        options.passwordCost = PasswordCost(logRounds: 4, parallelism: 1)
        return try AnnotationStore(folder("store"), creating: creating, policies: PolicyHolder(SafetyPolicy.packaged()), options: options)
    }

    private func makeStore(_ folder: TemporaryFolder) async throws -> (Project, [Session]) {
        let store = try open(folder, creating: true)
        let admin = try await store.addUser(name: "admin", password: "a long password", role: .admin)
        var settings = ProjectSettings()
        (settings.overlap, settings.goldEvery) = (2, 0)
        let project = try await store.saveProject(name: "pilot", settings, by: admin.alias)
        let picture = try Image(width: 8, height: 8, pixels: Array(repeating: 90, count: 192)).encodedPNG()
        let rows = (0..<3000).map { number in
            BeaverTailsVRow(
                question: "\(number)", image: EncodedImage(bytes: picture), category: "animal_abuse", imageSeverity: 0,
                responses: Pair("a", "b"), sources: Pair("", ""), moreHelpfulResponseID: "1", areResponsesSafe: Pair("yes", "yes"),
                saferResponseID: "1", harmlessRates: Pair(0, 0), helpfulRates: Pair(0, 0))
        }
        try RowWriter.write(rows, to: folder("rows.parquet"))
        _ = try await store.importItems(BeaverTailsVDataset.load(folder("rows.parquet")), into: project, ItemImport(), actor: "program")
        var sessions: [Session] = []
        for number in 0..<Self.writers {
            let user = try await store.addUser(name: "u\(number)", password: "a long password", role: .annotator)
            try await store.setMember(user.id, of: project.id, isMember: true, by: admin)
            sessions.append(try await store.logIn(name: user.name, password: "a long password"))
        }
        try store.close()
        return (project, sessions)
    }

    private func waitUntilReady(_ port: Int, _ server: RunningProgram) async throws {
        while server.isRunning {
            let health = HTTPClientRequest(url: "http://127.0.0.1:\(port)/health")
            if (try? await HTTPClient.shared.execute(health, timeout: .seconds(5))) != nil { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the server did not start: \(try server.result().errors)")
    }
}

/// What the writers were told.
private final class Tally: Sendable {
    let acknowledged = Mutex<[Int64: String]>([:])
    let isOver = Mutex(false)

    var hasEnded: Bool { isOver.withLock { $0 } }
}

/// One annotator's browser: keeps an answer until it is acknowledged, and sends it again under the same id.
private struct Writer {
    let port: Int
    let project: Int64
    let session: Session
    let number: Int

    /// - Returns: the assignment and the note that tells its answer from all others, once acknowledged; nil when there was no item.
    func answerNext(until isOver: () -> Bool) async -> (Int64, String)? {
        guard let token = await token(), let assignment = await next(token) else {
            try? await Task.sleep(for: .milliseconds(20))
            return nil
        }
        let note = "\(number)-\(assignment)"
        let label: JSONValue = [
            "helpful_preference": "left", "safe_preference": "right", "helpful_rate_left": 2, "helpful_rate_right": 1, "harmless_rate_left": 0,
            "harmless_rate_right": 1, "is_safe_left": true, "is_safe_right": true, "severity_left": 0, "severity_right": 0,
            "category": "animal_abuse", "image_severity": 0, "note": .string(note),
        ]
        let body: JSONValue = ["client_id": .string("client-\(note)"), "base_version": 0, "label": label]
        while true {
            let answer = await send(
                "/assignments/\(assignment)/label", body.serialized(), [("content-type", "application/json"), ("x-csrf-token", token)])
            if let answer, answer.status == 200 { return (assignment, note) }
            if isOver() { return nil }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func token() async -> String? {
        await send("/", nil, []).flatMap { $0.text.firstMatch(of: /name="csrf" content="([0-9a-f]+)"/).map { String($0.1) } }
    }

    private func next(_ token: String) async -> Int64? {
        let answer = await send("/projects/\(project)/next", "csrf=\(token)", [("content-type", "application/x-www-form-urlencoded")])
        return answer?.location.flatMap { Int64($0.split(separator: "/").last ?? "") }
    }

    private func send(_ path: String, _ body: String?, _ headers: [(String, String)]) async -> (status: UInt, text: String, location: String?)? {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "cookie", value: "session=\(session.token)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
        }
        guard let response = try? await Self.client.execute(request, timeout: .seconds(20)),
            let bytes = try? await response.body.collect(upTo: 1 << 20)
        else { return nil }
        return (response.status.code, String(buffer: bytes), response.headers["location"].first)
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
