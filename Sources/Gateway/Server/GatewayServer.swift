import ChatServers
import Foundation
public import Guardrails
public import Logging
public import SafetyPolicies
import ServiceLifecycle
import UnixSignals

/// The gateway: an HTTP server between clients and an OpenAI-compatible server, through which nothing passes that was not
/// judged.
public struct GatewayServer: Sendable {
    private let config: GatewayConfig
    private let policies: PolicyHolder
    private let keyring: Keyring
    private let callerPolicies: CallerPolicies
    private let responder: GatewayResponder
    private let metrics = Metrics.gateway()
    private let peers = Peers()
    private let state = ServerState()
    private let logger: Logger

    /// Puts the parts together; nothing listens yet.
    ///
    /// - Throws: what the files that the configuration names are wrong about.
    public init(
        _ config: GatewayConfig, guardModel: any Guard, policies: PolicyHolder, logger: Logger,
        time: TimeSource = .system
    ) throws {
        self.config = config
        self.policies = policies
        self.logger = logger
        keyring = Keyring(config.keys, time: time)
        callerPolicies = try CallerPolicies(config.keys, general: policies)
        let bounded = BoundedGuard(guardModel, bounds: config.judging, time: time)
        let pictures = PictureReader(
            config: config.pictures,
            fetch: config.pictures.allowedHosts.isEmpty ? nil : RemotePictures(config.pictures).bytes)
        let reader = ChatRequestReader(limits: config.limits, pictures: pictures)
        let chat = ChatService(
            judge: Judge(bounded), upstream: UpstreamClient(config.upstream),
            regeneration: FilterAndRegenerate(config.regeneration, time: time), config: config,
            receipts: try config.receipts.file.isEmpty ? nil : ReceiptLog(config.receipts),
            audit: try config.receipts.auditFile.isEmpty ? nil : AuditLog(config.receipts.auditFile), metrics: metrics,
            time: time)
        responder = GatewayResponder(
            config: config, keyring: keyring, policies: callerPolicies,
            chat: ChatRoute(service: chat, reader: reader, peers: peers),
            moderation: ModerationRoute(service: chat, pictures: pictures), models: ModelsRoute(service: chat),
            liteLLM: LiteLLMRoute(service: chat, reader: reader), files: try StaticFiles(servesPage: config.servesPage),
            guardModel: bounded, metrics: metrics, peers: peers, state: state, time: time,
            ledger: RequestLedger(prefix: "gateway", metrics: metrics, time: time, logger: logger))
    }

    /// Serves until SIGTERM, SIGINT or the task's cancellation, then lets running requests end within the drain limit.
    ///
    /// - Parameter onReady: is told the port once the gateway listens.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let listener = ChatListener(
            host: config.host, port: config.port, tls: config.tls, limits: config.limits, peers: peers, metrics: metrics,
            slowCounter: "gateway_slow_clients_total", state: state, logger: logger)
        let watch = PolicyWatch(
            holders: [policies] + callerPolicies.own, seconds: config.policyReloadSeconds, metrics: metrics, logger: logger)
        try await listener.run(responder, beside: [watch], onReady: onReady)
    }

    /// Everything counted so far, in Prometheus' text format.
    public var metricsText: String { metrics.text(gauges: []) }
}

/// Takes up new policy files: at SIGHUP, and every few seconds.
private struct PolicyWatch: Service {
    let holders: [PolicyHolder]
    let seconds: Double
    let metrics: Metrics
    let logger: Logger

    func run() async throws {
        // note: being cancelled is how this ends, and must not end the group before its requests have
        do { try await watch() } catch is CancellationError {}
    }

    private func watch() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { reload(saysUnchanged: true) }
                }
                group.addTask {
                    guard seconds > 0 else { return }
                    while true {
                        try await Task.sleep(for: .seconds(seconds))
                        reload(saysUnchanged: false)
                    }
                }
            }
        }
    }

    private func reload(saysUnchanged: Bool) {
        for holder in holders {
            switch holder.reload() {
            case .unchanged: if saysUnchanged { logger.info("the policy file has not changed") }
            case .replaced(let policy):
                metrics.count("gateway_policy_reloads_total", [("result", "replaced")])
                logger.notice("a new policy is in force", metadata: ["policy": "\(policy.label)"])
            case .kept(let reason):
                metrics.count("gateway_policy_reloads_total", [("result", "kept")])
                logger.error(
                    "the policy file cannot be used; the old policy stays in force", metadata: ["reason": "\(reason)"])
            }
        }
    }
}
