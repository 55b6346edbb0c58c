package import Hummingbird
import HummingbirdCore
package import Logging
package import ServiceLifecycle

/// Listens and serves until SIGTERM, SIGINT or the task's cancellation, then lets running requests end within the drain limit.
package struct ChatListener: Sendable {
    private let address: BindAddress
    private let tls: TLSConfig
    private let limits: LimitsConfig
    private let peers: Peers
    private let metrics: Metrics
    private let slowCounter: String
    private let state: ServerState
    private let logger: Logger

    /// - Parameters:
    ///   - slowCounter: the metric that counts connections closed because of a slow client.
    ///   - logger: the server's own says nothing of requests below warnings.
    package init(
        host: String, port: Int, tls: TLSConfig, limits: LimitsConfig, peers: Peers, metrics: Metrics, slowCounter: String,
        state: ServerState, logger: Logger
    ) {
        address = .hostname(host, port: port)
        (self.tls, self.limits, self.peers, self.metrics, self.slowCounter) = (tls, limits, peers, metrics, slowCounter)
        var quiet = logger
        quiet.logLevel = .warning
        (self.state, self.logger) = (state, quiet)
    }

    /// - Parameters:
    ///   - services: run beside the server, for as long.
    ///   - onReady: is told the port once the server listens.
    package func run<Responder: HTTPResponder>(
        _ responder: Responder, beside services: [any Service] = [], onReady: @escaping @Sendable (Int) async -> Void
    ) async throws where Responder.Context == ChannelContext {
        let application = Application(
            responder: responder,
            server: try .chatServer(tls: tls, limits: limits, peers: peers, metrics: metrics, slowCounter: slowCounter),
            configuration: ApplicationConfiguration(
                address: address, backlog: 1024, availableConnectionsDelegate: MaximumAvailableConnections(limits.connections)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: logger)
        var group = ServiceGroupConfiguration(
            services: [.init(service: application)] + services.map { .init(service: $0) } + [
                .init(
                    service: Drain(state: state, delaySeconds: limits.drainDelaySeconds),
                    successTerminationBehavior: .gracefullyShutdownGroup)
            ], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(limits.drainSeconds)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch is CancellationError {}
    }
}
