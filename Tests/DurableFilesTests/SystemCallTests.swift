import Foundation
import Testing

@testable import DurableFiles

@Suite("System calls that do only part of the work")
struct SystemCallTests {
    /// Answers of a `write` that takes at most 3 bytes, after being interrupted every other time.
    private final class ReluctantSink {
        var bytes: [UInt8] = []
        private var calls = 0

        func write(_ start: UnsafeRawPointer, _ count: Int) -> Int {
            calls += 1
            if calls % 2 == 1 {
                errno = EINTR
                return -1
            }
            bytes += UnsafeRawBufferPointer(start: start, count: min(count, 3))
            return min(count, 3)
        }
    }

    @Test("writes go on after an interruption and after a short write")
    func shortWrites() throws {
        let sink = ReluctantSink()
        let bytes = (0..<100).map { UInt8($0) }
        try bytes.withUnsafeBytes { try writeFully($0, to: "sink", write: sink.write) }
        #expect(sink.bytes == bytes)
    }

    @Test("an error in the middle says how much was written", arguments: [ENOSPC, EIO, EDQUOT])
    func failure(code: Int32) throws {
        var remaining = 7
        let error = try #require(throws: FileError.self) {
            try [UInt8](repeating: 1, count: 10).withUnsafeBytes { bytes in
                try writeFully(bytes, to: "/sink") { _, count in
                    guard remaining > 0 else {
                        errno = code
                        return -1
                    }
                    let taken = min(count, remaining)
                    remaining -= taken
                    return taken
                }
            }
        }
        #expect(error.operation == .write && error.code == code && error.path == "/sink")
        #expect(error.detail == "7 of 10 bytes were written")
        #expect((error.freeBytes != nil) == (code != EIO))
    }

    @Test("a device that takes nothing is an error, not an endless loop")
    func nothingTaken() throws {
        let error = try #require(throws: FileError.self) {
            try [UInt8](repeating: 1, count: 10).withUnsafeBytes { try writeFully($0, to: "/sink") { _, _ in 0 } }
        }
        #expect(error.code == EIO)
    }

    @Test("a full device is reported by the write that fills it")
    func fullDevice() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let device = try AppendableFile(appendingTo: URL(fileURLWithPath: "/dev/full"))
        let error = try #require(throws: FileError.self) { try device.append("x") }
        #expect(error.code == ENOSPC)
    }
}
