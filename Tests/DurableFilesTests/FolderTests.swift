import Foundation
import Testing

@testable import DurableFiles

@Suite("Folders that appear whole")
struct FolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("appear with all that was put into them")
    func publishing() throws {
        try DurableFiles.publishDirectory(at: folder("done")) { temporary in
            #expect(temporary.deletingLastPathComponent().path == folder.url.path)
            #expect(!FileManager.default.fileExists(atPath: folder("done").path))
            try DurableFiles.write("a", to: temporary.appendingPathComponent("a"))
            try DurableFiles.createDirectory(at: temporary.appendingPathComponent("in/ner"))
            try DurableFiles.write("b", to: temporary.appendingPathComponent("in/ner/b"))
        }
        #expect(try folder.names == ["done"])
        #expect(try String(contentsOf: folder("done/in/ner/b"), encoding: .utf8) == "b")
    }

    @Test("do not appear when filling them fails")
    func failing() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try DurableFiles.publishDirectory(at: folder("done")) { temporary in
                try DurableFiles.write("a", to: temporary.appendingPathComponent("a"))
                throw Failure()
            }
        }
        #expect(try folder.names == [])
    }

    @Test("do not take the place of what is there, also when that appears meanwhile")
    func existing() throws {
        for early in [true, false] {
            let target = folder(early ? "early" : "late")
            func occupy() throws { try DurableFiles.createDirectory(at: target) }
            if early { try occupy() }
            let error = try #require(throws: FileError.self) {
                try DurableFiles.publishDirectory(at: target) { temporary in
                    #expect(!early)
                    try DurableFiles.write("a", to: temporary.appendingPathComponent("a"))
                    try occupy()
                }
            }
            #expect(error.code == EEXIST)
            #expect(try DurableFiles.names(in: target) == [])
        }
        #expect(try folder.names == ["early", "late"])
    }

    @Test("are removed with everything in them")
    func removal() throws {
        try DurableFiles.createDirectory(at: folder("a/b/c"))
        try DurableFiles.write("x", to: folder("a/b/c/x"))
        try DurableFiles.removeDirectory(at: folder("a"))
        #expect(try folder.names == [])
        let error = try #require(throws: FileError.self) { try DurableFiles.removeDirectory(at: folder("a")) }
        #expect(error.isMissing)
    }

    @Test("what a killed process left is removed, what a running one writes is not")
    func stale() throws {
        let me = ProcessIdentity.current
        let dead = try endedProcess()
        let stale = [
            ".unfinished-\(dead)-1-a", ".unfinished-\(me.pid)-\(me.start &+ 1)-b", ".unfinished-2147483647-5-c",
        ]
        let kept = [
            ".unfinished-\(me.pid)-\(me.start)-d", ".unfinished-", ".unfinished-1", ".unfinished-x-y-z", "file",
        ]
        for name in stale + kept { try DurableFiles.createDirectory(at: folder(name)) }
        try DurableFiles.write("x", to: folder(stale[0] + "/x"))
        #expect(try DurableFiles.removeStaleTemporaries(in: folder.url) == 3)
        #expect(try folder.names == kept.sorted())
    }

    @Test("a process is alive until it ends, and its number alone does not make it so")
    func processes() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["60"]
        try process.run()
        let pid = process.processIdentifier
        let start = try #require(ProcessIdentity.startTime(of: pid))
        let identity = ProcessIdentity(pid: pid, start: start, boot: ProcessIdentity.current.boot)
        #expect(identity.isAlive)
        #expect(!ProcessIdentity(pid: pid, start: start + 1, boot: identity.boot).isAlive)
        #expect(!ProcessIdentity(pid: pid, start: start, boot: "earlier").isAlive)
        kill(pid, SIGKILL)
        process.waitUntilExit()
        #expect(!identity.isAlive)
        #expect(ProcessIdentity.current.isAlive)
    }

    @Test("a lock has one holder, and goes with it")
    func lock() throws {
        var first = try FileLock(at: folder("lock"))
        #expect(first != nil)
        #expect(try FileLock(at: folder("lock")) == nil)
        try first?.write("long text of the first holder")
        try first?.write("me")
        #expect(try String(contentsOf: folder("lock"), encoding: .utf8) == "me")
        first = nil
        let second = try #require(try FileLock(at: folder("lock")))
        second.release()
        #expect(try FileLock(at: folder("lock")) != nil)
    }

    private func endedProcess() throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/echo")
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.processIdentifier
    }
}
