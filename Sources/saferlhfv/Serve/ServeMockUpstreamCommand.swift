import ArgumentParser
import Gateway
import Logging

struct ServeMockUpstreamCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-upstream",
        abstract: "Serve OpenAI's chat route without a model: it echoes, or says its answers in turn.",
        discussion: "Example: safe-rlhf-v serve mock-upstream --port 8000 --answer 'You said: {echo}'")

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on.")
    var port = 8000

    @Option(
        name: .customLong("answer"),
        help: "What it says; {echo} becomes the last user turn. Given again, answers follow in turn.")
    var answers = ["You said: {echo}"]

    @Option(help: "Seconds before it answers.")
    var delay = 0.0

    func run() async throws {
        var config = MockUpstreamConfig()
        (config.host, config.port, config.answers, config.delaySeconds) = (host, port, answers, delay)
        let logger = Log.logger("mock-upstream", level: .warning)
        try await MockUpstream(config).run(logger: logger) { [host = config.host] port in
            print("listening on \(host):\(port)")
        }
    }
}
