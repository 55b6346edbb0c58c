import DurableFiles
import Foundation
import StrictJSON
import Testing

@testable import RunFolders

@Suite("Fingerprints")
struct FingerprintTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("are SHA-256, by the standard's examples")
    func vectors() {
        #expect(Fingerprint.of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Fingerprint.of([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("of files are those of their bytes, also of files larger than a piece")
    func pieces() throws {
        let bytes = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0) }
        try DurableFiles.write(bytes, to: folder("file"))
        let (sha256, byteCount) = try Fingerprint.ofFile(folder("file"))
        #expect(sha256 == Fingerprint.of(bytes) && byteCount == bytes.count)
        #expect(try Fingerprint.ofTree(folder("file")) == sha256)
    }

    @Test("of folders follow from names and bytes alone, by law")
    func folders() throws {
        for name in ["one", "two"] {
            try DurableFiles.createDirectory(at: folder("\(name)/inner"))
            try DurableFiles.write("a", to: folder("\(name)/inner/a"))
            try DurableFiles.write("b", to: folder("\(name)/b"))
        }
        let fingerprint = try Fingerprint.ofTree(folder("one"))
        #expect(try Fingerprint.ofTree(folder("two")) == fingerprint)
        try FileManager.default.moveItem(at: folder("two/b"), to: folder("two/c"))
        #expect(try Fingerprint.ofTree(folder("two")) != fingerprint)
        try DurableFiles.write("a ", to: folder("one/inner/a"))
        #expect(try Fingerprint.ofTree(folder("one")) != fingerprint)
    }

    @Test("of inputs say path, bytes and hash, and follow links")
    func inputs() throws {
        try DurableFiles.write("abc", to: folder("real"))
        try DurableFiles.createDirectory(at: folder("data"))
        try FileManager.default.createSymbolicLink(at: folder("data/link"), withDestinationURL: folder("real"))
        let inputs = try Fingerprint.inputs([folder("real"), folder("data")])
        #expect(inputs.array?[0]["path"]?.string == folder("real").path)
        #expect(inputs.array?[0]["bytes"] == 3)
        #expect(inputs.array?[0]["sha256"]?.string == Fingerprint.of("abc"))
        #expect(inputs.array?[1]["bytes"] == 3)
        #expect(throws: FileError.self) { try Fingerprint.inputs([folder("missing")]) }
    }

    @Test("CRC-32C equals RFC 3720's examples")
    func checksums() {
        #expect(CRC32C.checksum(Array("123456789".utf8)) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    }
}
