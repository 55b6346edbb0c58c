import Crypto
import DurableFiles
public import Foundation
public import StrictJSON

/// SHA-256 in lower-case hexadecimal: what runs and checkpoints know their files by.
public enum Fingerprint {
    /// Of the UTF-8 bytes of `text`.
    public static func of(_ text: String) -> String { of(Array(text.utf8)) }

    public static func of(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    /// Of a file's bytes, read in pieces. Only regular files.
    public static func ofFile(_ url: URL) throws -> (sha256: String, byteCount: Int) {
        var hash = SHA256()
        let count = try DurableFiles.readPieces(of: url) { hash.update(bufferPointer: $0) }
        return (hexadecimal(hash.finalize()), count)
    }

    /// Of a file's bytes; or of all files of a folder, their names and bytes, wherever the folder lies.
    public static func ofTree(_ url: URL) throws -> String { try tree(url).sha256 }

    /// What `inputs.json` says of the files and folders that a run reads: path, bytes and SHA-256 of each, in order.
    public static func inputs(_ urls: [URL]) throws -> JSONValue {
        .array(
            try urls.map { url in
                let (sha256, byteCount) = try tree(url)
                return ["path": .string(url.path), "bytes": .integer(Int64(byteCount)), "sha256": .string(sha256)]
            })
    }

    private static func tree(_ url: URL) throws -> (sha256: String, byteCount: Int) {
        guard FileTree.isFolder(url) else { return try ofFile(url) }
        let files = try FileTree.entries(under: url, followingLinks: true).map { entry in
            let (sha256, byteCount) = try ofFile(url.appending(path: entry.path))
            return (line: "\(sha256) \(JSONValue.string(entry.path).serialized())\n", byteCount: byteCount)
        }
        return (of(files.map(\.line).joined()), files.reduce(0) { $0 + $1.byteCount })
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
