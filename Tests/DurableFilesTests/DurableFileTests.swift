import DurableFiles
import Foundation
import Testing

@Suite("Files that replace others as a whole")
struct DurableFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("writes what it was given, small and large pieces in order")
    func contents() throws {
        let large = [UInt8](repeating: 7, count: 300_000)
        let file = try DurableFile(replacing: folder("file"))
        try file.write("grün ")
        try file.write(large)
        try file.write([1, 2])
        try file.write([])
        try file.commit()
        let expected = Array("grün ".utf8) + large + [1, 2]
        #expect(try DurableFiles.read(folder("file"), limit: 1 << 20) == expected)
        #expect(try folder.names == ["file"])
    }

    @Test("shows the old file until it is committed")
    func replacement() throws {
        try DurableFiles.write("old", to: folder("file"))
        let file = try DurableFile(replacing: folder("file"))
        try file.write("new")
        #expect(try String(contentsOf: folder("file"), encoding: .utf8) == "old")
        try file.commit()
        #expect(try String(contentsOf: folder("file"), encoding: .utf8) == "new")
    }

    @Test("leaves nothing behind without commit")
    func abandoned() throws {
        try DurableFiles.write("old", to: folder("file"))
        do {
            let file = try DurableFile(replacing: folder("file"))
            try file.write("new")
            #expect(try folder.names.count == 2)
        }
        #expect(try folder.names == ["file"])
        #expect(try String(contentsOf: folder("file"), encoding: .utf8) == "old")
    }

    @Test("keeps the permissions of what it replaces")
    func permissions() throws {
        try DurableFiles.write("old", to: folder("file"))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder("file").path)
        try DurableFiles.write("new", to: folder("file"))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder("file").path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("replaces a symbolic link, not what it points to")
    func symbolicLink() throws {
        try DurableFiles.write("target", to: folder("target"))
        try FileManager.default.createSymbolicLink(at: folder("link"), withDestinationURL: folder("target"))
        try DurableFiles.write("new", to: folder("link"))
        #expect(try String(contentsOf: folder("target"), encoding: .utf8) == "target")
        #expect(try String(contentsOf: folder("link"), encoding: .utf8) == "new")
    }

    @Test("many writers at once leave one whole file")
    func concurrency() async throws {
        let url = folder("file")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<20 {
                group.addTask {
                    try DurableFiles.write([UInt8](repeating: UInt8(writer), count: 10_000), to: url)
                }
            }
            try await group.waitForAll()
        }
        let bytes = try DurableFiles.read(url, limit: 10_000)
        #expect(bytes.count == 10_000)
        #expect(Set(bytes).count == 1)
        #expect(try folder.names == ["file"])
    }

    @Test("says which step failed, where and why")
    func errors() throws {
        let missing = folder("missing/file")
        let error = try #require(throws: FileError.self) { try DurableFiles.write("x", to: missing) }
        #expect(error.operation == .open && error.code == ENOENT && error.isMissing)

        try FileManager.default.createDirectory(at: folder("folder"), withIntermediateDirectories: false)
        let taken = try #require(throws: FileError.self) { try DurableFiles.write("x", to: folder("folder")) }
        #expect(taken.operation == .rename)
        #expect(try folder.names == ["folder"])
    }

    @Test("prints names so that they cannot rewrite the terminal")
    func printing() {
        let error = FileError(.open, "/a\n\u{1B}[2K\u{202E}b", code: ENOENT)
        #expect(error.description == #"cannot open /a\u{A}\u{1B}[2K\u{202E}b: No such file or directory"#)
    }

    @Test("reports the free space when there is none for the file")
    func freeSpace() {
        #expect(FileError(.write, folder("file").path, code: ENOSPC).freeBytes != nil)
        #expect(FileError(.write, folder("file").path, code: EIO).freeBytes == nil)
    }
}

@Suite("Logs that grow at their end")
struct AppendableFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("appends to what is there, and cuts back")
    func appends() throws {
        let log = try AppendableFile(appendingTo: folder("log"))
        try log.append("one\n")
        try AppendableFile(appendingTo: folder("log")).append("two\n")
        try log.append("three\n")
        try log.synchronise()
        #expect(try String(contentsOf: folder("log"), encoding: .utf8) == "one\ntwo\nthree\n")
        try log.truncate(to: 4)
        try log.append("2\n")
        #expect(try String(contentsOf: folder("log"), encoding: .utf8) == "one\n2\n")
    }
}
