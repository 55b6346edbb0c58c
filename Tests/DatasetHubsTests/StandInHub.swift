import Crypto
import DatasetHubs
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import StrictJSON
import Synchronization

/// A server that behaves like a hub: tells a revision's files, redirects large files to another path as if to a content
/// network, answers `Range`, and wants a token for what is gated. It breaks connections when told to.
final class StandInHub: Sendable {
    struct Stored: Sendable {
        var bytes: [UInt8]
        /// Kept outside of Git, so known by SHA-256 and reached by a redirect.
        var isLarge = true
    }

    /// What goes wrong.
    struct Faults: Sendable {
        /// Every content request breaks off after so many bytes.
        var breakAfter: Int?
        /// Content requests that are answered with 503 before others are answered well.
        var busyAnswers = 0
        /// Ranges are passed over: the whole file comes with 200.
        var ignoresRange = false
        /// Bytes are changed on the way.
        var spoils = false
        /// The large files' address lies on a server of another name.
        var storageHost = "127.0.0.1"
    }

    /// A request as it came.
    struct Seen: Sendable, Equatable {
        var path: String
        var range: String?
        var authorization: String?
        var host: String?
    }

    private struct State {
        var faults = Faults()
        var seen: [Seen] = []
        var files: [String: Stored]
    }

    static let commit = String(repeating: "ab", count: 20)
    let repository: String
    let token: String?
    private let state: Mutex<State>

    init(_ files: [String: Stored], repository: String = "team/pairs", token: String? = nil) {
        self.repository = repository
        self.token = token
        state = Mutex(State(files: files))
    }

    var seen: [Seen] { state.withLock { $0.seen } }
    var content: [Seen] { seen.filter { $0.path.contains("/resolve/") || $0.path.hasPrefix("/storage/") } }
    func set(_ change: (inout Faults) -> Void) { state.withLock { change(&$0.faults) } }
    func replace(_ path: String, with stored: Stored) { state.withLock { $0.files[path] = stored } }

    /// Runs `body` while the hub listens; its endpoint is given.
    func run(_ body: @escaping @Sendable (URL) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, found) = AsyncStream<Int>.makeStream()
            var logger = Logger(label: "hub") { _ in SwiftLogNoOpLogHandler() }
            logger.logLevel = .critical
            let application = Application(
                responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.answer(request) },
                configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: logger)
            group.addTask { try await application.runService() }
            let port = await ports.first { _ in true } ?? 0
            do { try await body(URL(string: "http://127.0.0.1:\(port)")!) } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
            while let _ = await group.nextResult() {}
        }
    }

    // MARK: Answers

    private func answer(_ request: Request) async throws -> Response {
        let path = request.uri.path
        let seen = Seen(
            path: path, range: request.headers[.range], authorization: request.headers[.authorization], host: request.head.authority)
        state.withLock { $0.seen.append(seen) }
        if path.hasPrefix("/storage/") { return try await content(String(path.dropFirst("/storage/".count)), request) }
        if let token, request.headers[.authorization] != "Bearer \(token)" {
            return Response(status: .unauthorized, headers: [HTTPField.Name("X-Error-Code")!: "GatedRepo"])
        }
        if path == "/api/datasets/\(repository)/revision/main" { return json(revision) }
        let prefix = "/datasets/\(repository)/resolve/\(Self.commit)/"
        guard path.hasPrefix(prefix) else { return Response(status: .notFound) }
        let name = String(path.dropFirst(prefix.count))
        guard let stored = state.withLock({ $0.files[name] }) else { return Response(status: .notFound) }
        guard stored.isLarge else { return try await content(name, request) }
        let host = state.withLock { $0.faults.storageHost }
        let port = request.head.authority?.split(separator: ":").last ?? ""
        return Response(status: .found, headers: [.location: "http://\(host):\(port)/storage/\(name)"])
    }

    private var revision: JSONValue {
        let files = state.withLock { $0.files }
        let siblings = files.sorted { $0.key < $1.key }.map { path, stored -> JSONValue in
            let size = JSONValue.integer(Int64(stored.bytes.count))
            var sibling: JSONObject = ["rfilename": .string(path), "size": size, "blobId": .string(Self.gitBlob(stored.bytes))]
            if stored.isLarge { sibling["lfs"] = ["sha256": .string(Self.sha256(stored.bytes)), "size": size, "pointerSize": 130] }
            return .object(sibling)
        }
        return ["id": .string(repository), "sha": .string(Self.commit), "siblings": .array(siblings)]
    }

    private func content(_ name: String, _ request: Request) async throws -> Response {
        let (faults, stored) = state.withLock { state in
            let faults = state.faults
            state.faults.busyAnswers = max(0, state.faults.busyAnswers - 1)
            return (faults, state.files[name])
        }
        guard var bytes = stored?.bytes else { return Response(status: .notFound) }
        if faults.busyAnswers > 0 { return Response(status: .serviceUnavailable) }
        if faults.spoils, !bytes.isEmpty { bytes[bytes.count / 2] ^= 1 }
        var start = 0
        if !faults.ignoresRange, let range = request.headers[.range], let number = Int(range.dropFirst("bytes=".count).dropLast()) {
            guard number < bytes.count else { return Response(status: .rangeNotSatisfiable) }
            start = number
        }
        var headers: HTTPFields = [.contentLength: String(bytes.count - start)]
        if start > 0 { headers[.contentRange] = "bytes \(start)-\(bytes.count - 1)/\(bytes.count)" }
        let rest = Array(bytes[start...])
        let body = ResponseBody { writer in
            guard let limit = faults.breakAfter, limit < rest.count else {
                try await writer.write(ByteBuffer(bytes: rest))
                return try await writer.finish(nil)
            }
            try await writer.write(ByteBuffer(bytes: rest[..<limit]))
            try await Task.sleep(for: .milliseconds(20))
            throw Broken()
        }
        return Response(status: start > 0 ? .partialContent : .ok, headers: headers, body: body)
    }

    private struct Broken: Error {}

    private func json(_ value: JSONValue) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: value.serializedBytes())))
    }

    static func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    static func gitBlob(_ bytes: [UInt8]) -> String { hexadecimal(Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes)) }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
