import Guardrails
import HTTPTypes
import Hummingbird
import StrictJSON

/// What a client is told when there is no answer: a status, and a body in OpenAI's error form. Never a word of prompts,
/// drafts or keys.
struct WireError: Error, Equatable {
    var status: HTTPResponse.Status
    var message: String
    var type: String
    var param: String?
    var code: String?
    var retryAfterSeconds: Int?

    var json: JSONValue {
        [
            "error": [
                "message": .string(message), "type": .string(type), "param": param.map(JSONValue.string) ?? .null,
                "code": code.map(JSONValue.string) ?? .null,
            ]
        ]
    }

    static func badRequest(_ message: String, param: String? = nil, code: String = "invalid_request") -> WireError {
        WireError(status: .badRequest, message: message, type: "invalid_request_error", param: param, code: code)
    }

    static func tooLarge(_ message: String) -> WireError {
        WireError(status: .contentTooLarge, message: message, type: "invalid_request_error", code: "request_too_large")
    }

    static func unauthorized(_ message: String) -> WireError {
        WireError(status: .unauthorized, message: message, type: "invalid_request_error", code: "invalid_api_key")
    }

    static func tooMany(_ message: String, retryAfterSeconds: Double) -> WireError {
        WireError(
            status: .tooManyRequests, message: message, type: "rate_limit_error", code: "rate_limit_exceeded",
            retryAfterSeconds: wholeSeconds(retryAfterSeconds))
    }

    static func busy(_ message: String, code: String = "overloaded", retryAfterSeconds: Double = 1) -> WireError {
        WireError(
            status: .serviceUnavailable, message: message, type: "server_error", code: code,
            retryAfterSeconds: wholeSeconds(retryAfterSeconds))
    }

    static func notFound(_ message: String) -> WireError {
        WireError(status: .notFound, message: message, type: "invalid_request_error", code: "not_found")
    }

    static func upstream(_ message: String, code: String = "upstream_error") -> WireError {
        WireError(status: .badGateway, message: message, type: "upstream_error", code: code)
    }

    static let upstreamTimeout = WireError(
        status: .gatewayTimeout, message: "the upstream server did not answer in time", type: "upstream_error",
        code: "upstream_timeout")

    static let contentFilter = "content_filter"

    private static func wholeSeconds(_ seconds: Double) -> Int {
        // note: rounded up, so that a client that waits as told succeeds
        Int(exactly: min(max(seconds, 0), 86_400).rounded(.up)).map { max(1, $0) } ?? 1
    }
}

extension WireError {
    /// What a client is told of any error. Nothing is ever "safe" because of one.
    init(_ error: any Error) {
        switch error {
        case let error as WireError: self = error
        case let error as JSONError: self = .badRequest("the body is not JSON: \(error)", code: "invalid_json")
        case GuardError.tooLong(let found, let limit, let unit):
            self = .tooLarge("the request has \(found) \(unit), more than the \(limit) that the guard reads whole")
        case GuardError.circuitOpen(let seconds):
            self = .busy("the guard is not available", code: "guard_unavailable", retryAfterSeconds: seconds)
        case GuardError.overloaded: self = .busy("the guard is busy", code: "guard_overloaded")
        case is GuardError: self = .busy("the guard gave no verdict", code: "guard_unavailable")
        case is CancellationError: self = .busy("the request was cancelled", code: "cancelled")
        default:
            self = WireError(
                status: .internalServerError, message: "the gateway failed", type: "server_error",
                code: "internal_error")
        }
    }

    func response(extra: HTTPFields = [:]) -> Response {
        var headers = extra
        headers[.contentType] = "application/json"
        if let retryAfterSeconds { headers[.retryAfter] = String(retryAfterSeconds) }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: json.serializedBytes())))
    }
}
