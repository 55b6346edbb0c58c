import Foundation

/// One process on one machine since its last start: a process number alone may belong to another process later.
public struct ProcessIdentity: Codable, Hashable, Sendable {
    /// The process number.
    public var pid: Int32
    /// When the process started, in the system's own count (Linux: clock ticks since boot; Darwin: microseconds).
    public var start: UInt64
    /// The system's name for the time since its last boot.
    public var boot: String

    public init(pid: Int32, start: UInt64, boot: String) {
        self.pid = pid
        self.start = start
        self.boot = boot
    }

    /// A running process; nil when there is none of that number.
    public init?(running pid: Int32) {
        guard let start = ProcessIdentity.startTime(of: pid) else { return nil }
        self.init(pid: pid, start: start, boot: SystemBoot.identifier)
    }

    /// This process.
    public static let current = ProcessIdentity(
        pid: getpid(), start: startTime(of: getpid()) ?? 0, boot: SystemBoot.identifier)

    /// Whether the process still runs on this machine. One that has ended but was not yet waited for does not.
    public var isAlive: Bool {
        guard pid > 0, boot == SystemBoot.identifier else { return false }
        // note: a process of somebody else may not be signalled (EPERM), but it is there.
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
        switch ProcessIdentity.startTime(of: pid) {
        case .some(let found): return found == start
        case .none: return !ProcessIdentity.canReadStartTimes
        }
    }

    private static let canReadStartTimes = startTime(of: getpid()) != nil
}

#if canImport(Darwin)
    extension ProcessIdentity {
        static func startTime(of pid: Int32) -> UInt64? {
            var information = kinfo_proc()
            var size = MemoryLayout<kinfo_proc>.stride
            var name = [CTL_KERN, KERN_PROC, KERN_PROC_PID, pid]
            guard sysctl(&name, UInt32(name.count), &information, &size, nil, 0) == 0, size > 0 else { return nil }
            guard information.kp_proc.p_stat != SZOMB else { return nil }
            let start = information.kp_proc.p_un.__p_starttime
            return UInt64(start.tv_sec) * 1_000_000 + UInt64(start.tv_usec)
        }
    }

    private enum SystemBoot {
        static let identifier: String = {
            var bytes = [UInt8](repeating: 0, count: 64)
            var size = bytes.count
            guard sysctlbyname("kern.bootsessionuuid", &bytes, &size, nil, 0) == 0 else { return "" }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }()
    }
#else
    extension ProcessIdentity {
        /// Field 22 of `/proc/<pid>/stat`; nil when the process is not there or has ended (state Z or X).
        static func startTime(of pid: Int32) -> UInt64? {
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return nil }
            // The second field is the program's name in parentheses and may itself contain spaces and parentheses.
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].dropFirst().split(separator: " ")
            guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
            return UInt64(fields[19])
        }
    }

    private enum SystemBoot {
        static let identifier: String = {
            let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
            return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
        }()
    }
#endif
