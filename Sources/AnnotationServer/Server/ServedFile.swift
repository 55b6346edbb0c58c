import DurableFiles
import Foundation

/// A file that was made to be sent once; its folder goes with the last reference.
final class ServedFile: Sendable {
    private let folder: URL
    private let file: RandomAccessFile

    /// Lets `fill` write a file of this name in a new folder.
    init(_ name: String, _ fill: (URL) async throws -> Void) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "annotation-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let url = folder.appending(path: name)
        do {
            try await fill(url)
            file = try RandomAccessFile(url)
        } catch {
            try? FileManager.default.removeItem(at: folder)
            throw error
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var byteCount: Int { file.byteCount }

    func bytes(from start: Int, count: Int) throws -> [UInt8] { try file.bytes(from: start, count: count) }
}
