import AsyncHTTPClient
import DurableFiles
public import Foundation
import NIOCore
import NIOHTTP1
import StrictJSON

/// A hub of data sets, spoken to over its HTTP API, with its cache on this machine.
public struct DatasetHub: Sendable {
    public let settings: HubSettings
    private let connection: HubConnection

    public init(_ settings: HubSettings) {
        self.settings = settings
        connection = HubConnection(settings)
    }

    public var cache: HubCache { HubCache(settings.cache) }

    /// What was got.
    public struct Snapshot: Sendable, Equatable {
        /// The folder with the files under their names.
        public var folder: URL
        public var commit: String
        public var fileCount: Int
        /// Bytes of the files, and those of them that came over the network this time.
        public var byteCount, receivedCount: Int
    }

    /// Progress of a download: the file, and how many bytes of all files are there.
    public typealias Progress = @Sendable (_ file: String, _ done: Int, _ total: Int) -> Void

    /// Gets the files of a revision that are not in the cache yet, each checked against its checksum. Broken downloads are
    /// gone on with, in this call and in later ones.
    ///
    /// - Parameter patterns: shell patterns of the paths wanted (`data/*/train.parquet`; `*` stands for slashes too); all
    ///   files when empty.
    public func get(_ address: HubAddress, patterns: [String] = [], progress: Progress = { _, _, _ in }) async throws -> Snapshot {
        let revision = try await revision(of: address)
        let files = revision.files.filter { file in patterns.isEmpty || patterns.contains { fnmatch($0, file.path, 0) == 0 } }
        guard !files.isEmpty else { throw HubError.noFiles("\(address)", patterns: patterns) }
        let total = files.reduce(0) { $0 + $1.byteCount }
        var (done, received) = (0, 0)
        for file in files {
            let before = done
            progress(file.path, done, total)
            received += try await download(file, of: address, commit: revision.commit).run { count in
                done += count
                progress(file.path, done, total)
            }
            done = before + file.byteCount
            try cache.link(file, of: address, commit: revision.commit)
        }
        try cache.remember(revision.commit, of: address)
        return Snapshot(
            folder: cache.snapshot(of: address, commit: revision.commit), commit: revision.commit, fileCount: files.count,
            byteCount: total, receivedCount: received)
    }

    private func download(_ file: HubFile, of address: HubAddress, commit: String) -> HubDownload {
        HubDownload(
            connection: connection, url: url("datasets/\(address.repository)/resolve/\(commit)/\(file.path)"), file: file,
            blob: cache.blob(file, of: address), lockFile: cache.lock(file, of: address), what: "\(address)")
    }

    private func revision(of address: HubAddress) async throws -> HubRevision {
        let plain = address.revision.split(separator: "/").joined(separator: "%2F")
        let text = settings.endpoint.absoluteString.trimmingSuffix("/") + "/api/datasets/\(address.repository)/revision/\(plain)?blobs=true"
        guard let url = URL(string: text) else { throw HubError.badEndpoint(text) }
        let response = try await connection.get(url)
        guard response.status == .ok else { throw connection.failure(response, url, of: "\(address)") }
        let body = try await response.body.collect(upTo: Self.maximumAnswerBytes)
        let answer: JSONValue
        do throws(JSONError) {
            answer = try JSONValue(parsing: Array(body.readableBytesView))
        } catch {
            throw HubError.unexpectedAnswer(url: text, reason: "\(error)")
        }
        return try HubRevision(answer, url: text)
    }

    /// A list of files larger than this is refused: 64 MiB are some 200,000 files.
    private static let maximumAnswerBytes = 64 << 20

    private func url(_ path: String) -> URL { settings.endpoint.appending(path: path) }
}

extension DatasetHub {
    /// Copies a snapshot's files to a folder of plain files, for data sets whose rows name picture files: links out of
    /// the folder, as the cache has them, are not followed when rows are read. The folder must not exist yet.
    public static func copy(_ snapshot: URL, to folder: URL) throws {
        try DurableFiles.createDirectory(at: folder.deletingLastPathComponent())
        try DurableFiles.publishDirectory(at: folder) { temporary in
            let names = FileManager.default.enumerator(atPath: snapshot.path)?.compactMap { $0 as? String } ?? []
            for name in names {
                let source = snapshot.appending(path: name).resolvingSymlinksInPath()
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: source.path, isDirectory: &isFolder), !isFolder.boolValue else { continue }
                let target = temporary.appending(path: name)
                try DurableFiles.createDirectory(at: target.deletingLastPathComponent())
                try FileManager.default.copyItem(at: source, to: target)
            }
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String { hasSuffix(suffix) ? String(dropLast(suffix.count)) : self }
}
