import Foundation

/// The lines of a text file by number, found once at the beginning and read when asked for.
final class LineFile {
    enum Line {
        case bytes([UInt8])
        case tooLong(byteCount: Int)
    }

    /// How many lines there are; a line feed at the end of the file begins none.
    var count: Int { starts.count - 1 }

    private let url: URL
    private let descriptor: Int32
    private let maximumBytes: Int
    /// Where each line begins, and where the last one ends.
    private var starts: [Int] = [0]

    /// Opens a regular file (never waiting for a pipe) and looks for its line feeds. Lines of more than `maximumBytes`
    /// are never read into memory.
    init(_ url: URL, maximumBytes: Int) throws(DatasetError) {
        self.url = url
        self.maximumBytes = maximumBytes
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: url.path, reason: "not a regular file")
        }
        try findLines()
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Line `number`, from 0, without its line feed.
    func line(_ number: Int) throws(DatasetError) -> Line {
        let byteCount = starts[number + 1] - starts[number]
        guard byteCount <= maximumBytes else { return .tooLong(byteCount: byteCount) }
        var bytes = try read(at: starts[number], upTo: byteCount)
        guard bytes.count == byteCount else {
            throw .unreadable(file: url.path, reason: "it became shorter while it was read")
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return .bytes(bytes)
    }

    private func findLines() throws(DatasetError) {
        var offset = 0
        while true {
            let block = try read(at: offset, upTo: 1 << 20)
            if block.isEmpty { break }
            for (index, byte) in block.enumerated() where byte == UInt8(ascii: "\n") {
                starts.append(offset + index + 1)
            }
            offset += block.count
        }
        if starts.last != offset { starts.append(offset) }
    }

    /// The bytes from `offset` on; fewer than `count` only at the end of the file.
    private func read(at offset: Int, upTo count: Int) throws(DatasetError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure() }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    private func failure() -> DatasetError {
        .unreadable(file: url.path, reason: String(cString: strerror(errno)))
    }
}
