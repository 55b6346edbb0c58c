public import Foundation

/// Reading files with a limit, and writing files and folders that are seen whole or not at all.
public enum DurableFiles {
    /// Replaces the file at `url`, durably; see `DurableFile`.
    public static func write(_ bytes: [UInt8], to url: URL) throws(FileError) {
        let file = try DurableFile(replacing: url)
        try file.write(bytes)
        try file.commit()
    }

    /// Replaces the file at `url` by the UTF-8 bytes of `text`, durably.
    public static func write(_ text: String, to url: URL) throws(FileError) {
        try write(Array(text.utf8), to: url)
    }

    /// All bytes of a regular file of at most `limit` bytes.
    ///
    /// A folder, device or pipe is refused without waiting for it. Symbolic links are followed. A file that changes
    /// while it is read gives some mixture of its contents, but never more than `limit` bytes.
    public static func read(_ url: URL, limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = try Descriptor(opening: systemPath(url), O_RDONLY | O_NONBLOCK)
        let size = try descriptor.regularFileSize()
        guard size <= limit else { throw tooLarge(descriptor.path, limit, found: "\(size)") }

        // note: one byte more than the file has, so that one read also sees that it did not grow
        var bytes = [UInt8](repeating: 0, count: min(size, limit) + 1)
        var count = try descriptor.read(into: &bytes)
        while count == bytes.count {
            guard count <= limit else { throw tooLarge(descriptor.path, limit, found: "more") }
            bytes.append(contentsOf: repeatElement(0, count: min(count, limit - count) + 1))
            count += try descriptor.read(into: &bytes, from: count)
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// Hands the bytes of a regular file to `body`, in order and in pieces of 1 MiB (the last one shorter); the number of
    /// bytes. For files that need not fit into memory; what is refused is as in `read`.
    @discardableResult
    public static func readPieces(of url: URL, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        let descriptor = try Descriptor(opening: systemPath(url), O_RDONLY | O_NONBLOCK)
        _ = try descriptor.regularFileSize()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var total = 0
        while true {
            let count = try descriptor.read(into: &piece)
            if count == 0 { return total }
            try piece.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            total += count
        }
    }

    private static func tooLarge(_ path: String, _ limit: Int, found: String) -> FileError {
        FileError(.read, path, code: EFBIG, detail: "at most \(limit) bytes are read, found \(found)")
    }
}
