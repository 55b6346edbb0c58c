import DurableFiles
import Foundation

/// The lines of a log that may be longer than memory, and whose last line may have been cut short by a crash.
enum LogLines {
    /// A longer line is handed on cut, so that it cannot be understood.
    private static let maximumBytes = 16 << 20

    /// Hands each line to `body` without its end; `isWhole` is false for what follows the last line's end.
    static func read(_ url: URL, _ body: (_ line: [UInt8], _ isWhole: Bool) throws -> Void) throws {
        var line: [UInt8] = []
        try DurableFiles.readPieces(of: url) { piece in
            var rest = piece
            while let end = lineEnd(in: rest) {
                append(rest[..<end], to: &line)
                try body(line, true)
                line.removeAll(keepingCapacity: true)
                rest = UnsafeRawBufferPointer(rebasing: rest[(end + 1)...])
            }
            append(rest[...], to: &line)
        }
        if !line.isEmpty { try body(line, false) }
    }

    private static func lineEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress, let end = memchr(start, Int32(UInt8(ascii: "\n")), bytes.count) else {
            return nil
        }
        return UnsafeRawPointer(end) - start
    }

    private static func append(_ bytes: Slice<UnsafeRawBufferPointer>, to line: inout [UInt8]) {
        line.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes.prefix(max(0, maximumBytes - line.count))))
    }
}
