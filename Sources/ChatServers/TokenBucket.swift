package import Guardrails
import Synchronization

/// A limit on requests in the long run that allows bursts: tokens flow in at a fixed rate up to a capacity, each request
/// takes one. Time is that of a clock that nobody can set back.
package final class TokenBucket: Sendable {
    private let capacity: Double
    private let perSecond: Double
    private let time: TimeSource
    private let state: Mutex<(tokens: Double, at: Duration)>

    package init(capacity: Double, perSecond: Double, time: TimeSource) {
        (self.capacity, self.perSecond, self.time) = (capacity, perSecond, time)
        state = Mutex((capacity, time.now()))
    }

    /// Takes a token; nil when there was one, else the seconds until there will be.
    package func take() -> Double? {
        state.withLock { state in
            refill(&state)
            if state.tokens >= 1 {
                state.tokens -= 1
                return nil
            }
            return (1 - state.tokens) / perSecond
        }
    }

    /// Takes what a request cost beyond its first token; the bucket may go below zero and pays it back with time.
    package func charge(_ tokens: Double) {
        state.withLock { state in
            refill(&state)
            state.tokens -= tokens
        }
    }

    private func refill(_ state: inout (tokens: Double, at: Duration)) {
        let now = time.now()
        let elapsed = max(0, (now - state.at).inSeconds)
        state.tokens = min(capacity, state.tokens + elapsed * perSecond)
        state.at = now
    }
}
