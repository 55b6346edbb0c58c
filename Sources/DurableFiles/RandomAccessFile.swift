public import Foundation

/// An open regular file that is read at given positions.
///
/// Read, not mapped: a mapped file that somebody shortens ends the process with SIGBUS, a read one gives an error.
public final class RandomAccessFile: Sendable {
    public let path: String
    /// Bytes of the file when it was opened.
    public let byteCount: Int
    private let descriptor: Int32

    /// Opens `path`. Symbolic links are followed; a folder, pipe or device is refused without waiting for it.
    public init(_ url: URL) throws(FileError) {
        path = url.path
        guard url.isFileURL, !path.utf8.contains(0) else {
            throw FileError(.open, path, code: EINVAL, detail: "not the URL of a file")
        }
        let opened = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else { throw FileError(.open, path, code: errno) }
        do throws(FileError) {
            byteCount = try Self.regularFileSize(opened, path)
        } catch {
            close(opened)
            throw error
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    private static func regularFileSize(_ descriptor: Int32, _ path: String) throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.read, path, code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw FileError(.read, path, code: isFolder ? EISDIR : EINVAL, detail: "expected a regular file")
        }
        return Int(status.st_size)
    }

    /// Fills `buffer` from position `start` on, as far as the file goes; the number of bytes read.
    public func read(into buffer: UnsafeMutableRawBufferPointer, from start: Int) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count, let base = buffer.baseAddress {
            let count = pread(descriptor, base + filled, min(buffer.count - filled, 1 << 30), off_t(start + filled))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError(.read, path, code: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// The bytes from `start` on, at most `count` of them; fewer when the file ends before.
    public func bytes(from start: Int, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = try bytes.withUnsafeMutableBufferPointer { buffer throws(FileError) in
            try read(into: UnsafeMutableRawBufferPointer(buffer), from: start)
        }
        bytes.removeLast(count - found)
        return bytes
    }
}
