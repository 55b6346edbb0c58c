import Crypto
import DurableFiles
public import Foundation

/// Picture files named after their content: `<SHA-256 of the bytes>.<png|jpg|webp>`. Equal files are kept once, a name
/// says what must be inside, and two stores can be merged by copying.
public struct PictureStore: Sendable {
    public let folder: URL

    /// A store in `folder`, which is made when the first picture is added.
    public init(at folder: URL) { self.folder = folder }

    /// The store beside a file of rows: `train.jsonl` keeps its pictures in `train-pictures`.
    init(beside url: URL) {
        let name = url.deletingPathExtension().lastPathComponent
        self.init(at: url.deletingLastPathComponent().appending(path: name + "-pictures"))
    }

    /// The name that a picture has in every store; the extension of bytes that are no picture is `bin`.
    public static func name(of bytes: [UInt8]) -> String {
        digest(of: bytes) + "." + (PictureKind(bytes)?.rawValue ?? "bin")
    }

    /// Keeps the picture unless it is there, and gives its name.
    public func add(_ bytes: [UInt8]) throws -> String {
        let name = Self.name(of: bytes)
        let url = folder.appending(path: name)
        if !FileManager.default.fileExists(atPath: url.path) {
            try DurableFiles.createDirectory(at: folder)
            try DurableFiles.write(bytes, to: url)
        }
        return name
    }

    /// The files whose bytes are not those that their names promise, in order. Files of other names are passed over.
    public func damaged() throws -> [String] {
        try DurableFiles.names(in: folder).filter { name in
            let promised = name.prefix { $0 != "." }
            guard promised.count == 64, promised.allSatisfy(\.isHexDigit) else { return false }
            var hash = SHA256()
            try DurableFiles.readPieces(of: folder.appending(path: name)) { hash.update(bufferPointer: $0) }
            return hexadecimal(hash.finalize()) != promised
        }
    }

    /// SHA-256 of a file's bytes, as 64 hexadecimal digits.
    public static func digest(of bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }
}

private func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
