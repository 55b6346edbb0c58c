import AsyncHTTPClient
import Crypto
import DurableFiles
import Foundation
import NIOCore
import NIOHTTP1

/// Gets the content of one file: into `<blob>.incomplete`, which a later attempt goes on with, and under its name once
/// its size and checksum are what the hub promised.
struct HubDownload {
    let connection: HubConnection
    let url: URL
    let file: HubFile
    let blob: URL
    /// Held while the file is written, so that two programs do not write one file.
    let lockFile: URL
    /// What the data set is called in messages.
    let what: String

    private var incomplete: URL { blob.appendingPathExtension("incomplete") }

    /// - Returns: bytes that came over the network.
    func run(_ progress: (Int) -> Void) async throws -> Int {
        if FileManager.default.fileExists(atPath: blob.path) { return 0 }
        try DurableFiles.createDirectory(at: blob.deletingLastPathComponent())
        try DurableFiles.createDirectory(at: lockFile.deletingLastPathComponent())
        guard let lock = try FileLock(at: lockFile) else { throw HubError.busy(file: file.path, lock: lockFile.path) }
        defer { lock.release() }
        if FileManager.default.fileExists(atPath: blob.path) { return 0 }
        let received = try await receive(progress)
        try verify()
        try FileManager.default.moveItem(at: incomplete, to: blob)
        try DurableFiles.synchroniseFolder(at: blob.deletingLastPathComponent())
        return received
    }

    // MARK: Receiving

    /// Tries until everything is there, as long as attempts bring something.
    private func receive(_ progress: (Int) -> Void) async throws -> Int {
        var total = 0
        var attempt = 0
        while true {
            let before = total
            do {
                try await attemptOnce { count in
                    total += count
                    progress(count)
                }
                if haveCount == file.byteCount { return total }
                throw HubError.unexpectedAnswer(url: url.absoluteString, reason: "the answer ended after \(haveCount) of \(file.byteCount) bytes")
            } catch {
                guard Self.isPassing(error) else { throw error }
                attempt = total > before ? 1 : attempt + 1
                guard attempt < connection.settings.attempts else {
                    throw HubError.broken(url: url.absoluteString, attempts: attempt, reason: "\(error)")
                }
                let wait = connection.settings.waitSeconds * Double(1 << min(attempt - 1, 6))
                try await Task.sleep(nanoseconds: UInt64(max(wait, 0) * 1e9))
            }
        }
    }

    /// Whether trying again can help: broken connections, early ends and servers that are busy; not refusals.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case HubError.unexpectedAnswer, HubError.noConnection: true
        case HubError.refused(_, let status): status == 429 || status >= 500
        case is HubError, is FileError, is CancellationError: false
        default: true
        }
    }

    /// Bytes that came before; 0 when there are none.
    private var haveCount: Int { (try? RandomAccessFile(incomplete))?.byteCount ?? 0 }

    private func attemptOnce(_ received: (Int) -> Void) async throws {
        var start = haveCount
        if start == file.byteCount && start > 0 { return }
        if start > file.byteCount {
            try FileManager.default.removeItem(at: incomplete)
            start = 0
        }
        let response = try await connection.get(url, from: start)
        let out = try AppendableFile(appendingTo: incomplete)
        switch response.status.code {
        case 206 where start > 0:
            guard response.headers.first(name: "Content-Range")?.hasPrefix("bytes \(start)-") == true else {
                throw HubError.unexpectedAnswer(url: url.absoluteString, reason: "another range than the one asked for")
            }
        case 200:
            try out.truncate(to: 0)
            start = 0
        default: throw connection.failure(response, url, of: "\(file.path) of \(what)")
        }
        var count = start
        for try await piece in response.body {
            count += piece.readableBytes
            guard count <= file.byteCount else { throw HubError.wrongContent(file: file.path, expected: "\(file.byteCount) bytes", found: "more") }
            try out.append(Array(piece.readableBytesView))
            received(piece.readableBytes)
        }
        try out.synchronise()
    }

    // MARK: Checking

    private func verify() throws {
        let found = try digest()
        guard found != file.checksum else { return }
        try FileManager.default.removeItem(at: incomplete)
        throw HubError.wrongContent(file: file.path, expected: "the checksum \(file.checksum.name)", found: found.name)
    }

    /// Git hashes an object with its kind and size before it.
    private func digest() throws -> HubFile.Checksum {
        switch file.checksum {
        case .sha256:
            var hash = SHA256()
            try DurableFiles.readPieces(of: incomplete) { hash.update(bufferPointer: $0) }
            return .sha256(hexadecimal(hash.finalize()))
        case .gitBlob:
            var hash = Insecure.SHA1()
            hash.update(data: Array("blob \(file.byteCount)\0".utf8))
            try DurableFiles.readPieces(of: incomplete) { hash.update(bufferPointer: $0) }
            return .gitBlob(hexadecimal(hash.finalize()))
        }
    }

    private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
