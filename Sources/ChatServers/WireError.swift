package import HTTPTypes
package import Hummingbird
package import StrictJSON

/// What a client is told when there is no answer: a status, and a body in OpenAI's error form. Never a word of prompts,
/// drafts or keys.
package struct WireError: Error, Equatable {
    package var status: HTTPResponse.Status
    package var message: String
    package var type: String
    package var param: String?
    package var code: String?
    package var retryAfterSeconds: Int?

    package init(
        status: HTTPResponse.Status, message: String, type: String, param: String? = nil, code: String? = nil,
        retryAfterSeconds: Int? = nil
    ) {
        (self.status, self.message, self.type) = (status, message, type)
        (self.param, self.code, self.retryAfterSeconds) = (param, code, retryAfterSeconds)
    }

    package var json: JSONValue {
        [
            "error": [
                "message": .string(message), "type": .string(type), "param": param.map(JSONValue.string) ?? .null,
                "code": code.map(JSONValue.string) ?? .null,
            ]
        ]
    }

    package static func badRequest(_ message: String, param: String? = nil, code: String = "invalid_request") -> WireError {
        WireError(status: .badRequest, message: message, type: "invalid_request_error", param: param, code: code)
    }

    package static func tooLarge(_ message: String) -> WireError {
        WireError(status: .contentTooLarge, message: message, type: "invalid_request_error", code: "request_too_large")
    }

    package static func unauthorized(_ message: String) -> WireError {
        WireError(status: .unauthorized, message: message, type: "invalid_request_error", code: "invalid_api_key")
    }

    package static func tooMany(_ message: String, retryAfterSeconds: Double) -> WireError {
        WireError(
            status: .tooManyRequests, message: message, type: "rate_limit_error", code: "rate_limit_exceeded",
            retryAfterSeconds: wholeSeconds(retryAfterSeconds))
    }

    package static func busy(_ message: String, code: String = "overloaded", retryAfterSeconds: Double = 1) -> WireError {
        WireError(
            status: .serviceUnavailable, message: message, type: "server_error", code: code,
            retryAfterSeconds: wholeSeconds(retryAfterSeconds))
    }

    package static func notFound(_ message: String) -> WireError {
        WireError(status: .notFound, message: message, type: "invalid_request_error", code: "not_found")
    }

    private static func wholeSeconds(_ seconds: Double) -> Int {
        // note: rounded up, so that a client that waits as told succeeds
        Int(exactly: min(max(seconds, 0), 86_400).rounded(.up)).map { max(1, $0) } ?? 1
    }
}

extension WireError {
    /// What a client is told of an error that every server can meet; of any other, only that the server failed.
    package init(general error: any Error) {
        switch error {
        case let error as WireError: self = error
        case let error as JSONError: self = .badRequest("the body is not JSON: \(error)", code: "invalid_json")
        case is CancellationError: self = .busy("the request was cancelled", code: "cancelled")
        default:
            self = WireError(
                status: .internalServerError, message: "the server failed", type: "server_error",
                code: "internal_error")
        }
    }

    package func response(extra: HTTPFields = [:]) -> Response {
        var headers = extra
        if let retryAfterSeconds { headers[.retryAfter] = String(retryAfterSeconds) }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return .json(json, status: status, headers: headers)
    }
}
