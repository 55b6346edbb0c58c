import ServiceLifecycle
import UnixSignals

/// Tells load balancers first: on SIGTERM or SIGINT the server is "not ready", and after a delay the door closes.
package struct Drain: Service {
    private let state: ServerState
    private let delaySeconds: Double

    package init(state: ServerState, delaySeconds: Double) { (self.state, self.delaySeconds) = (state, delaySeconds) }

    package func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        await cancelWhenGracefulShutdown {
            for await _ in signals {
                state.drain()
                try? await Task.sleep(for: .seconds(delaySeconds))
                return
            }
        }
        state.drain()
    }
}
