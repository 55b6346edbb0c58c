import Annotation
import AsyncHTTPClient
import Conversations
import Foundation
import ImageProcessing
import Logging
import NIOHTTP1
import PreferenceData
import SafetyPolicies
import StrictJSON
import TestPeers

@testable import AnnotationServer

/// An annotation server that runs for the time of one test, on a store of its own, with people in every role.
struct Rig: Sendable {
    let port: Int
    let store: AnnotationStore
    let project: Project
    let people: [String: Session]

    static let password = "a long password"

    /// Two projects: "pilot", where annotator, colleague and reviewer are, and "other", where stranger is.
    static func run(items: Int = 3, _ body: @escaping @Sendable (Rig) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "annotation-server-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var options = AnnotationStore.Options()
        options.passwordCost = PasswordCost(logRounds: 4, parallelism: 1)
        let store = try AnnotationStore(
            folder.appending(path: "store"), creating: true, policies: PolicyHolder(SafetyPolicy.packaged()), options: options)
        let admin = try await store.addUser(name: "admin", password: password, role: .admin)
        var settings = ProjectSettings()
        settings.goldEvery = 0
        let project = try await store.saveProject(name: "pilot", settings, by: admin.alias)
        let other = try await store.saveProject(name: "other", settings, by: admin.alias)
        let file = folder.appending(path: "rows.parquet")
        try RowWriter.write((0..<items).map(row), to: file)
        for project in [project, other] {
            _ = try await store.importItems(BeaverTailsVDataset.load(file), into: project, ItemImport(), actor: "program")
        }
        var people = ["admin": try await store.logIn(name: "admin", password: password)]
        for (name, role, place) in [
            ("annotator", UserRole.annotator, project), ("colleague", .annotator, project), ("reviewer", .reviewer, project),
            ("stranger", .reviewer, other),
        ] {
            let user = try await store.addUser(name: name, password: password, role: role)
            try await store.setMember(user.id, of: place.id, isMember: true, by: admin)
            people[name] = try await store.logIn(name: name, password: password)
        }
        let server = try AnnotationServer({ var config = AnnotationServerConfig(); config.port = 0; return config }(), store: store, logger: .silent)
        try await HTTPPeer.serving(server.run) { [people] port in
            try await body(Rig(port: port, store: store, project: project, people: people))
        }
        try store.close()
    }

    static func row(_ number: Int) -> BeaverTailsVRow {
        let picture = (try? Image(width: 8, height: 8, pixels: Array(repeating: 90, count: 192)).encodedPNG()) ?? []
        return BeaverTailsVRow(
            question: "What is <b>this</b> & \(number)?", image: EncodedImage(bytes: picture, path: "a.png"), category: "animal_abuse",
            imageSeverity: 1, responses: Pair("first", "second"), sources: Pair("model-a", "model-b"), moreHelpfulResponseID: "1",
            areResponsesSafe: Pair("yes", "no"), saferResponseID: "1", harmlessRates: Pair(1, -2), helpfulRates: Pair(3, 1))
    }

    static let label: JSONValue = [
        "helpful_preference": "left", "safe_preference": "left", "helpful_rate_left": 3, "helpful_rate_right": 1, "harmless_rate_left": 1,
        "harmless_rate_right": -2, "is_safe_left": true, "is_safe_right": false, "severity_left": 0, "severity_right": 2,
        "category": "animal_abuse", "image_severity": 1, "note": "",
    ]

    static func body(_ base: Int64 = 0, id: String = UUID().uuidString, label: JSONValue = Rig.label) -> JSONValue {
        ["client_id": .string(id), "base_version": .integer(base), "label": label, "confirm": true]
    }

    // MARK: - Asking

    typealias Answer = HTTPAnswer

    func send(_ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = []) async throws -> Answer {
        try await HTTPPeer(port: port, client: Self.client).send(method, path, body.map { Array($0.utf8) }, headers: headers)
    }

    /// As a browser does where somebody is logged in.
    func get(_ path: String, as name: String?) async throws -> Answer { try await send(.GET, path, headers: cookie(name)) }

    func post(_ path: String, _ fields: [String: String] = [:], as name: String?, csrf: String? = nil) async throws -> Answer {
        var fields = fields
        fields["csrf"] = try await (csrf == nil ? token(name) : csrf)
        let body = fields.map { "\($0.key)=\($0.value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
        return try await send(.POST, path, body, headers: cookie(name) + [("content-type", "application/x-www-form-urlencoded")])
    }

    func postJSON(_ path: String, _ body: JSONValue, as name: String?) async throws -> Answer {
        let headers = cookie(name) + [("content-type", "application/json"), ("x-csrf-token", try await token(name))]
        return try await send(.POST, path, body.serialized(), headers: headers)
    }

    /// The token of somebody's forms, as their pages have it.
    func token(_ name: String?) async throws -> String {
        guard let name else { return "none" }
        let page = try await get("/", as: name).text
        return page.firstMatch(of: /name="csrf" content="([0-9a-f]+)"/).map { String($0.1) } ?? "none"
    }

    func cookie(_ name: String?) -> [(String, String)] {
        name.flatMap { people[$0] }.map { [("cookie", "session=\($0.token)")] } ?? []
    }

    /// Opens the next item; the number of the assignment.
    func next(as name: String, in project: Int64? = nil) async throws -> Int64 {
        let answer = try await post("/projects/\(project ?? self.project.id)/next", as: name)
        return Int64(answer.headers["location"].first?.split(separator: "/").last ?? "") ?? 0
    }

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
