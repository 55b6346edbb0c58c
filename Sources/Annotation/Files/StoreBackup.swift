import DurableFiles
public import Foundation
import GRDB

extension AnnotationStore {
    /// Writes a copy of the store to a new folder while work goes on: the database as it is at one moment, then the pictures, which
    /// never change. The folder appears whole or not at all, and is a store itself.
    public func backUp(to folder: URL) async throws {
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw AnnotationError.invalid("\(folder.path) is there already")
        }
        // note: copying takes seconds, which belong on no thread that serves requests
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try DurableFiles.publishDirectory(at: folder, fill: self.fill) })
            }
        }
    }

    private func fill(_ folder: URL) throws {
        let copy = Self.file(in: folder)
        try database.writeWithoutTransaction { db in try db.execute(sql: "VACUUM INTO ?", arguments: [copy.path]) }
        for hash in try Self.finish(copy) {
            let target = PictureFolder(folder: folder.appending(path: "pictures")).url(hash)
            try DurableFiles.createDirectory(at: target.deletingLastPathComponent())
            try DurableFiles.write(try pictures.bytes(hash), to: target)
        }
    }

    /// Gives the copy, which has a rollback journal, the log that a store has; checks it; says which pictures it names.
    private static func finish(_ copy: URL) throws -> [String] {
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        let queue = try DatabaseQueue(path: copy.path, configuration: configuration)
        try StoreCheck.run(queue, path: copy.path)
        let hashes = try queue.read { db in try String.fetchAll(db, sql: "SELECT DISTINCT picture FROM item ORDER BY picture") }
        try queue.close()
        return hashes
    }
}
