import Crypto
import DurableFiles
public import Foundation

/// SHA-256 of something, in lower-case hexadecimal: what runs and checkpoints know their inputs by.
public enum Fingerprint {
    public static func of(_ text: String) -> String { hexadecimal(SHA256.hash(data: Data(text.utf8))) }

    public static func of(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    /// Of a file's bytes, read in pieces.
    public static func ofFile(_ url: URL) throws -> (sha256: String, byteCount: Int) {
        guard let handle = FileHandle(forReadingAtPath: url.path) else {
            throw RunFolderError.unreadable(path: url.path, reason: "the file cannot be opened")
        }
        defer { try? handle.close() }
        var hash = SHA256()
        var count = 0
        while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            count += piece.count
        }
        return (hexadecimal(hash.finalize()), count)
    }

    /// Of a file, or of every file of a folder by relative name, in the order of the names.
    public static func ofTree(_ url: URL) throws -> String {
        let files = try FileTree.files(under: url)
        guard files != [""] else { return try ofFile(url).sha256 }
        return of(try files.map { "\($0) \(try ofFile(url.appending(path: $0)).sha256)" }.joined(separator: "\n"))
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The regular files below a folder.
enum FileTree {
    /// Relative paths in order; `[""]` when `url` is itself a file.
    static func files(under url: URL) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw RunFolderError.unreadable(path: url.path, reason: "there is no such file or folder")
        }
        guard isFolder.boolValue else { return [""] }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: url.appending(path: name).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}
