import ChatServers
import Guardrails
import HTTPTypes

extension WireError {
    /// What a client is told of any error. Nothing is ever "safe" because of one.
    init(_ error: any Error) {
        switch error {
        case GuardError.tooLong(let found, let limit, let unit):
            self = .tooLarge("the request has \(found) \(unit), more than the \(limit) that the guard reads whole")
        case GuardError.circuitOpen(let seconds):
            self = .busy("the guard is not available", code: "guard_unavailable", retryAfterSeconds: seconds)
        case GuardError.overloaded: self = .busy("the guard is busy", code: "guard_overloaded")
        case is GuardError: self = .busy("the guard gave no verdict", code: "guard_unavailable")
        default: self.init(general: error)
        }
    }

    static func upstream(_ message: String, code: String = "upstream_error") -> WireError {
        WireError(status: .badGateway, message: message, type: "upstream_error", code: code)
    }

    static let upstreamTimeout = WireError(
        status: .gatewayTimeout, message: "the upstream server did not answer in time", type: "upstream_error",
        code: "upstream_timeout")

    static let contentFilter = "content_filter"
}
