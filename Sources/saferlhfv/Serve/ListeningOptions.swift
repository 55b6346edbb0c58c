import ArgumentParser
import Logging

/// Where a server listens, and what it logs.
struct ListeningOptions: ParsableArguments {
    @Option(help: "Address to listen on; sets host.")
    var host: String?

    @Option(help: "Port to listen on; sets port.")
    var port: Int?

    @OptionGroup var log: LogOptions

    /// Sets what was given.
    func set(host: inout String, port: inout Int) {
        if let given = self.host { host = given }
        if let given = self.port { port = given }
    }
}

/// How much a server logs.
struct LogOptions: ParsableArguments {
    @Option(help: "Least level of the log: debug, info, notice, warning, error.")
    var logLevel = "info"

    func logger(_ label: String) throws -> Logger {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw ValidationError(
                "--log-level is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")), found \(logLevel)"
            )
        }
        return Log.logger(label, level: level)
    }
}

/// Log lines for people and for collectors: key=value on standard error, never content.
enum Log {
    static func logger(_ label: String, level: Logger.Level) -> Logger {
        var logger = Logger(label: label) { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = level
        return logger
    }
}
