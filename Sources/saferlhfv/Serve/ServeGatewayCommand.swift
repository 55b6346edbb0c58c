import ArgumentParser
import ChatServers
import ConfigFiles
import Foundation
import Gateway
import Guardrails
import Logging
import NeuralGuards
import SafetyPolicies
import VisionLanguageModels

struct ServeGatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway",
        abstract: "Serve a gateway that judges everything between clients and an OpenAI-compatible server.",
        discussion: "Example: safe-rlhf-v serve gateway --guard stub --upstream http://127.0.0.1:8000 --port 8080")

    @OptionGroup var options: ConfigOptions
    @OptionGroup var guardOptions: GuardOptions

    @Option(help: "The safety policy file; the packaged one without it.")
    var policy: String?

    @Option(help: "Address of the OpenAI-compatible server; sets upstream.url.")
    var upstream: String?

    @OptionGroup var listening: ListeningOptions

    func run() async throws {
        let config = try resolved()
        guard !options.dryRun else { return print(try yaml(config)) }
        let logger = try listening.log.logger("gateway")
        let guardModel = try guardOptions.makeGuard()
        let policies = try PolicyHolder(file: policy.map { URL(filePath: $0) }, adjusting: guardOptions.adjustment())
        let server = try GatewayServer(config, guardModel: guardModel, policies: policies, logger: logger)
        if guardModel.identity.name == "stub" {
            logger.warning("the stub guard knows only its canary: for tests and demonstrations")
        }
        try await server.run { port in
            logger.notice(
                "listening",
                metadata: [
                    "address": "\(config.host):\(port)", "tls": "\(config.tls.isOn)",
                    "upstream": "\(config.upstream.url)",
                    "policy": "\(policies.current.label)", "guard": "\(guardModel.identity.name)",
                    "keys": "\(config.keys.count)",
                ])
        }
    }

    private func resolved() throws -> GatewayConfig {
        var config: GatewayConfig = GatewayConfig()
        if let upstream { config.upstream.url = upstream }
        listening.set(host: &config.host, port: &config.port)
        return try options.resolved(config)
    }
}

/// Which guard judges.
struct GuardOptions: ParsableArguments {
    @Option(name: .customLong("guard"), help: "`stub`, or the folder of a trained guard.")
    var guardName: String

    @Flag(help: "Take the thresholds of `guard calibrate` in place of the policies'; needs a trained guard that has them.")
    var calibrated = false

    @Option(help: "With --guard stub: the words that are unsafe.")
    var canary = "BEAVER-CANARY"

    /// What becomes of every policy before it is in force.
    func adjustment() throws -> @Sendable (SafetyPolicy) -> SafetyPolicy {
        guard calibrated else { return { $0 } }
        guard guardName != "stub" else { throw ValidationError("--calibrated needs a trained guard; the stub has no thresholds") }
        guard let calibration = try GuardSettings(readingFrom: URL(filePath: guardName)).calibration else {
            throw ConfigError(
                origin: "--calibrated", problems: ["\(guardName) has no calibration: run `guard calibrate` on it first"])
        }
        return { $0.withThresholds(of: calibration) }
    }

    func makeGuard() throws -> any Guard {
        guardName == "stub" ? StubGuard(canary: .init(text: canary)) : try NeuralGuard(URL(filePath: guardName))
    }
}
