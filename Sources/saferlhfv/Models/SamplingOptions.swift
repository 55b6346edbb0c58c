import ArgumentParser
import ConfigFiles
import Generation

/// How responses are drawn, as options of a command.
struct SamplingOptions: ParsableArguments {
    @Option(help: "Longest response, in tokens.")
    var maximumNewTokens = 128

    @Option(help: "0 takes the likeliest token each time.")
    var temperature = 1.0

    @Option(help: "Keep the likeliest tokens whose probabilities add up to this.")
    var topP = 1.0

    @Option(help: "Keep this many of the likeliest tokens; 0 keeps all.")
    var topK = 0

    @Option(help: "Seed of the draws.")
    var seed: UInt64 = 42

    var config: SamplingConfig {
        get throws {
            var config = SamplingConfig()
            (config.maximumNewTokens, config.temperature, config.topP, config.topK) = (maximumNewTokens, temperature, topP, topK)
            let problems = config.problems("sampling")
            guard problems.isEmpty else { throw ConfigError(origin: "the command line", problems: problems) }
            return config
        }
    }
}
