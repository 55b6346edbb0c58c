import DurableFiles
import Foundation
import Testing

@Suite("Reading files with a limit")
struct ReadingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("reads up to the limit and not a byte more", arguments: [0, 1, 99, 100])
    func limit(count: Int) throws {
        let bytes = (0..<count).map { UInt8($0) }
        try DurableFiles.write(bytes, to: folder("file"))
        #expect(try DurableFiles.read(folder("file"), limit: 100) == bytes)
        #expect(try DurableFiles.read(folder("file"), limit: count) == bytes)
        if count > 0 {
            let error = try #require(throws: FileError.self) { try DurableFiles.read(folder("file"), limit: count - 1) }
            #expect(error.code == EFBIG)
            #expect(error.description.hasSuffix("at most \(count - 1) bytes are read, found \(count)"))
        }
    }

    @Test("refuses what is not a regular file, without waiting")
    func irregular() throws {
        #expect(mkfifo(folder("pipe").path, 0o644) == 0)
        #expect(throws: FileError.self) { try DurableFiles.read(folder("pipe"), limit: 10) }
        #expect(throws: FileError.self) { try DurableFiles.read(folder.url, limit: 10) }
        #expect(throws: FileError.self) { try DurableFiles.read(URL(fileURLWithPath: "/dev/zero"), limit: 10) }
        let missing = try #require(throws: FileError.self) { try DurableFiles.read(folder("missing"), limit: 10) }
        #expect(missing.isMissing)
        #expect(throws: FileError.self) {
            try DurableFiles.read(#require(URL(string: "https://a.example/b")), limit: 10)
        }
    }

    @Test("follows links and reads names of every kind")
    func names() throws {
        for name in ["plain", "line\nbreak", "grün %20 #?", "-rf"] {
            try DurableFiles.write(name, to: folder(name))
            try FileManager.default.createSymbolicLink(at: folder("link"), withDestinationURL: folder(name))
            #expect(try DurableFiles.read(folder("link"), limit: 100) == Array(name.utf8))
            try FileManager.default.removeItem(at: folder("link"))
        }
    }

    @Test("reads a large file in pieces", arguments: [0, 1, 1 << 20, (5 << 19) + 3])
    func pieces(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) }
        try DurableFiles.write(bytes, to: folder("file"))
        var read: [UInt8] = []
        #expect(try DurableFiles.readPieces(of: folder("file")) { read += $0 } == count)
        #expect(read == bytes)
        #expect(throws: FileError.self) { try DurableFiles.readPieces(of: folder.url) { _ in } }
    }

    @Test("reads files that claim to be empty but are not")
    func growing() throws {
        guard FileManager.default.fileExists(atPath: "/proc/self/status") else { return }
        let bytes = try DurableFiles.read(URL(fileURLWithPath: "/proc/self/status"), limit: 1 << 20)
        #expect(bytes.count > 100)
        let error = #expect(throws: FileError.self) {
            try DurableFiles.read(URL(fileURLWithPath: "/proc/self/status"), limit: 50)
        }
        #expect(error?.code == EFBIG)
    }
}
