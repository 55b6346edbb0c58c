import ArgumentParser
import ChatServers
import ConfigFiles
import Foundation
import Logging
import ModelServer
import ModelServing

struct ServeModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Serve a model behind OpenAI's chat route, many requests at once.",
        discussion: "Example: safe-rlhf-v serve model --model runs/safe/model --port 8000")

    @OptionGroup var options: ConfigOptions
    @OptionGroup var model: ModelOptions

    @OptionGroup var listening: ListeningOptions

    func run() async throws {
        let config = try resolved()
        guard !options.dryRun else { return print(try yaml(config)) }
        let logger = try listening.log.logger("model-server")
        let folder = try URL(modelFolder: model.model)
        let scheduler = try ModelScheduler(
            folder, config.serving, dtype: model.resolvedType(), device: model.resolvedDevice())
        let name = config.modelName.isEmpty ? folder.standardizedFileURL.lastPathComponent : config.modelName
        let server = ModelServer(config, scheduler: scheduler, modelName: name, logger: logger)
        try await server.run { port in
            logger.notice(
                "listening",
                metadata: [
                    "address": "\(config.host):\(port)", "tls": "\(config.tls.isOn)", "model": "\(name)",
                    "context": "\(scheduler.contextTokens)", "rows": "\(config.serving.rows)",
                    "keys": "\(config.keys.count)",
                ])
        }
    }

    private func resolved() throws -> ModelServerConfig {
        var config = ModelServerConfig()
        listening.set(host: &config.host, port: &config.port)
        return try options.resolved(config)
    }
}
