import Foundation
import Synchronization

/// Whether the process was asked to stop: SIGTERM, SIGINT (Ctrl-C), or SIGUSR1, which schedulers send ahead of time.
///
/// Whoever works long looks at it often (between steps, between tokens, while data is read), saves, and leaves. Asking
/// again changes nothing, so it cannot harm what is being saved.
public enum InterruptFlag {
    private static let raised = Atomic<Bool>(false)

    /// From now on these signals raise the flag instead of ending the process.
    public static func install() {
        // note: the first use makes the atomic; inside the handler that would not be safe
        _ = isRaised
        for number in [SIGTERM, SIGINT, SIGUSR1] { signal(number) { _ in InterruptFlag.raise() } }
        // Whoever started this process may have done so from a thread that blocks them, which is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT, SIGUSR1] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    public static var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// What the signals do.
    public static func raise() { raised.store(true, ordering: .relaxed) }

    /// Takes the request back: for a task that begins after an interrupted one in the same process.
    public static func lower() { raised.store(false, ordering: .relaxed) }
}
