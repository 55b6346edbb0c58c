public import Annotation
import DurableFiles
import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import ServiceLifecycle
import UnixSignals

public struct AnnotationServerConfig: Sendable {
    public var host = "127.0.0.1"
    public var port = 8090
    /// Cookies go over HTTPS only: for a server behind a proxy that ends TLS.
    public var usesSecureCookies = false
    /// Seconds that running requests have to end once the server is asked to stop.
    public var drainSeconds = 10

    public init() {}
}

/// The pages for annotators, reviewers and admins, and the routes behind them.
public struct AnnotationServer: Sendable {
    private let config: AnnotationServerConfig
    private let responder: AnnotationResponder
    private let logger: Logger

    public init(_ config: AnnotationServerConfig, store: AnnotationStore, logger: Logger) throws {
        self.config = config
        self.logger = logger
        let files = try ["annotate.js", "annotate.css"].map { name in
            (name, try DurableFiles.read(Bundle.module.bundleURL.appending(path: "ServedFiles/" + name), limit: 1 << 20))
        }
        responder = AnnotationResponder(
            store: store, config: config, files: Dictionary(files) { first, _ in first }, logger: logger)
    }

    /// Serves until SIGTERM, SIGINT or the task's cancellation.
    ///
    /// - Parameter onReady: is told the port once the server listens.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        var quiet = logger
        quiet.logLevel = .warning
        let application = Application(
            responder: responder, server: .http1(),
            configuration: ApplicationConfiguration(address: .hostname(config.host, port: config.port)),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: quiet)
        var services = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        services.maximumGracefulShutdownDuration = .seconds(config.drainSeconds)
        do {
            try await ServiceGroup(configuration: services).run()
        } catch is CancellationError {}
    }
}
