public import DurableFiles
import Foundation
import StrictJSON

/// Who works in a run folder.
public struct LockOwner: Equatable, Sendable, CustomStringConvertible {
    public var process: ProcessIdentity
    /// The machine's name.
    public var host: String

    public var description: String { "process \(process.pid) on \(host)" }
}

/// The right to write into a run folder, held by one process.
///
/// The kernel's lock on the file `lock` decides; it goes when its holder ends, however it ends, so a killed run leaves
/// nothing to clear away. The file also names its holder. Where the kernel's lock cannot be relied on (some network file
/// systems), the name does: as long as that process lives on this machine, the folder is not taken over. A copy of the
/// folder has another `lock` file than the one that was locked, and is free.
final class RunLock {
    private static let maximumBytes = 4096
    private let lock: FileLock

    init(in folder: URL) throws {
        let url = folder.appending(path: "lock")
        guard let lock = try FileLock(at: url) else {
            throw RunFolderError.locked(path: folder.path, owner: RunLock.record(in: url)?.owner)
        }
        let number = try lock.fileNumber()
        if let (owner, file) = RunLock.record(in: url), file == String(number), owner.process.isAlive,
            owner.process != .current
        {
            throw RunFolderError.locked(path: folder.path, owner: owner)
        }
        self.lock = lock
        let me = ProcessIdentity.current
        let record: JSONValue = [
            "pid": .integer(Int64(me.pid)), "start": .string(String(me.start)), "boot": .string(me.boot),
            "host": .string(RunEnvironment.host), "file": .string(String(number)),
        ]
        try lock.write(record.serialized() + "\n")
    }

    deinit {
        try? lock.write("")
        lock.release()
    }

    /// What a lock file says; nil when it is empty or says nothing understandable.
    private static func record(in url: URL) -> (owner: LockOwner, file: String)? {
        guard let bytes = try? DurableFiles.read(url, limit: maximumBytes), let json = try? JSONValue(parsing: bytes),
            let pid = json["pid"]?.integer.flatMap({ Int32(exactly: $0) }),
            let start = json["start"]?.string.flatMap({ UInt64($0) }),
            let boot = json["boot"]?.string, let host = json["host"]?.string, let file = json["file"]?.string
        else { return nil }
        return (LockOwner(process: ProcessIdentity(pid: pid, start: start, boot: boot), host: host), file)
    }
}
