import ChatServers
import Guardrails
public import Logging
public import ModelServing

/// An OpenAI-compatible server for one of our own checkpoints.
public struct ModelServer: Sendable {
    private let config: ModelServerConfig
    private let responder: ModelResponder
    private let metrics: Metrics
    private let peers = Peers()
    private let state = ServerState()
    private let logger: Logger

    /// Puts the parts together; nothing listens yet.
    ///
    /// - Parameter modelName: the name that requests give the model.
    public init(_ config: ModelServerConfig, scheduler: ModelScheduler, modelName: String, logger: Logger) {
        (self.config, self.logger, metrics) = (config, logger, .model())
        let reader = ChatParametersReader(
            modelName: modelName, limits: config.limits, pictures: PictureReader(config: config.pictures))
        let chat = ChatRoute(
            scheduler: scheduler, reader: reader, metrics: metrics, peers: peers, time: .system,
            pingSeconds: config.pingSeconds)
        responder = ModelResponder(
            config: config, scheduler: scheduler, modelName: modelName, keyring: Keyring(config.keys, time: .system),
            chat: chat, metrics: metrics, peers: peers, state: state,
            ledger: RequestLedger(prefix: "model", metrics: metrics, time: .system, logger: logger))
    }

    /// Serves until SIGTERM, SIGINT or the task's cancellation, then lets running requests end within the drain limit.
    ///
    /// - Parameter onReady: is told the port once the server listens.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let listener = ChatListener(
            host: config.host, port: config.port, tls: config.tls, limits: config.limits, peers: peers, metrics: metrics,
            slowCounter: "model_slow_clients_total", state: state, logger: logger)
        try await listener.run(responder, onReady: onReady)
    }
}

extension Metrics {
    /// What a model server counts.
    static func model() -> Metrics {
        Metrics([
            .counter("model_requests_total", "Requests by route and HTTP status."),
            .counter("model_prompt_tokens_total", "Tokens of prompts, pictures included."),
            .counter("model_response_tokens_total", "Tokens of complete responses."),
            .counter("model_clients_gone_total", "Requests whose client left before the answer."),
            .counter("model_slow_clients_total", "Connections closed because of a slow client, by what was slow."),
            .histogram("model_request_seconds", "Seconds from a request's head to its answer's head, or its end, by route."),
            .histogram("model_first_text_seconds", "Seconds from a request's place in the queue to its first text."),
        ])
    }
}
