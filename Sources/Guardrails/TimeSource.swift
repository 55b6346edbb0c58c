/// Where time comes from: the machine's clock, or a test's.
public struct TimeSource: Sendable {
    /// Time since some fixed moment; never goes back.
    public var now: @Sendable () -> Duration
    /// Waits; throws when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    public init(now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.now = now
        self.sleep = sleep
    }

    /// The machine's clock, which setting the time of day does not move.
    public static let system: TimeSource = {
        let clock = ContinuousClock()
        let start = clock.now
        return TimeSource(now: { start.duration(to: clock.now) }, sleep: { try await clock.sleep(for: $0) })
    }()
}

extension Duration {
    /// In seconds, as a number.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
