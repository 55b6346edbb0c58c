import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether the process was asked to stop (SIGTERM, Ctrl-C). Loops look at it often, save, and leave; asking twice does
/// no harm to what is being saved.
public enum InterruptFlag {
    private static let raised = Atomic<Bool>(false)

    /// From now on SIGTERM and SIGINT raise the flag instead of ending the process.
    public static func install() {
        for number in [SIGTERM, SIGINT] { signal(number) { _ in InterruptFlag.raise() } }
    }

    public static var isRaised: Bool { raised.load(ordering: .relaxed) }

    public static func raise() { raised.store(true, ordering: .relaxed) }

    /// Lowers the flag; for tests.
    public static func lower() { raised.store(false, ordering: .relaxed) }
}
