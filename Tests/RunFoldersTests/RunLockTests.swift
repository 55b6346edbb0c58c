import DurableFiles
import Foundation
import StrictJSON
import Testing

@testable import RunFolders

@Suite("Locks of run folders")
struct RunLockTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        _ = try RunDirectory.create(at: folder("run"), config: "a: 1\n", inputs: [], environment: [:])
    }

    private func open(_ name: String = "run") throws -> RunDirectory {
        try RunDirectory.resume(at: folder(name), config: "a: 1\n", inputs: [])
    }

    /// Writes a lock file that names `process` as the holder.
    private func claim(_ process: ProcessIdentity, file: UInt64? = nil) throws {
        let url = folder("run/lock")
        let number = try FileManager.default.attributesOfItem(atPath: url.path)[.systemFileNumber] as? UInt64
        let record: JSONValue = [
            "pid": .integer(Int64(process.pid)), "start": .string(String(process.start)), "boot": .string(process.boot),
            "host": "elsewhere", "file": .string(String(file ?? number ?? 0)),
        ]
        try Data((record.serialized() + "\n").utf8).write(to: url, options: [])
    }

    @Test("let one trainer in, and name it to every other")
    func secondTrainer() throws {
        do {
            let owner = try open()
            for _ in 0..<20 {
                let error = try #require(throws: RunFolderError.self) { try open() }
                #expect("\(error)".contains("is in use by process \(getpid()) on "))
            }
            withExtendedLifetime(owner) {}
        }
        _ = try open()
    }

    @Test("of a killed process are taken over")
    func killedOwner() throws {
        let flock = "/usr/bin/flock"
        guard FileManager.default.fileExists(atPath: flock) else { return }
        for _ in 0..<5 {
            let holder = Process()
            holder.executableURL = URL(filePath: flock)
            holder.arguments = ["--no-fork", folder("run/lock").path, "sleep", "60"]
            try holder.run()
            let deadline = ContinuousClock.now + .seconds(20)
            while try FileLock(at: folder("run/lock")) != nil, ContinuousClock.now < deadline { usleep(2000) }
            #expect(throws: RunFolderError.self) { try open() }
            kill(holder.processIdentifier, SIGKILL)
            holder.waitUntilExit()
            _ = try open()
        }
    }

    @Test("that name a process which ended, or another process with its number, are taken over")
    func staleRecords() throws {
        let me = ProcessIdentity.current
        for stale in [
            ProcessIdentity(pid: try endedProcess(), start: 5, boot: me.boot),
            ProcessIdentity(pid: getppid(), start: 5, boot: me.boot),
            ProcessIdentity(pid: getppid(), start: 5, boot: "an earlier boot"), me,
        ] {
            try claim(stale)
            _ = try open()
        }
        try Data("not JSON".utf8).write(to: folder("run/lock"))
        _ = try open()
    }

    @Test("that name a living process are respected even where the kernel's lock is free")
    func livingRecord() throws {
        let holder = Process()
        holder.executableURL = URL(filePath: "/bin/sleep")
        holder.arguments = ["60"]
        try holder.run()
        defer { kill(holder.processIdentifier, SIGKILL) }
        let identity = try #require(ProcessIdentity(running: holder.processIdentifier))
        try claim(identity)
        let error = try #require(throws: RunFolderError.self) { try open() }
        #expect("\(error)".contains("is in use by process \(identity.pid) on elsewhere"))

        // The same words in a copied folder were written for another file.
        try claim(identity, file: 1)
        _ = try open()
    }

    @Test("of a folder in use do not come along with a copy of it")
    func copies() throws {
        let owner = try open()
        try FileManager.default.copyItem(at: folder("run"), to: folder("copy"))
        _ = try open("copy")
        #expect(throws: RunFolderError.self) { try open() }
        withExtendedLifetime(owner) {}
    }

    @Test("are not needed for reading")
    func reading() throws {
        let owner = try open()
        #expect(try RunFolder(reading: folder("run")).config() == "a: 1\n")
        withExtendedLifetime(owner) {}
    }
}
