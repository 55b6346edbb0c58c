import Foundation

/// Names of files and folders that are not finished: `.unfinished-<pid>-<start>-<random>`.
///
/// The name says which process made it, so that what a killed process left behind can be told from work under way.
enum TemporaryName {
    private static let prefix = ".unfinished-"

    /// A name that nothing has yet, in the folder of `url`.
    static func beside(_ url: URL) -> URL {
        let owner = ProcessIdentity.current
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        return url.deletingLastPathComponent().appendingPathComponent("\(prefix)\(owner.pid)-\(owner.start)-\(random)")
    }

    /// Whether this is such a name and its process runs no more.
    static func isStale(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let parts = name.dropFirst(prefix.count).split(separator: "-")
        guard parts.count == 3, let pid = Int32(parts[0]), let start = UInt64(parts[1]) else { return false }
        return !ProcessIdentity(pid: pid, start: start, boot: ProcessIdentity.current.boot).isAlive
    }
}
