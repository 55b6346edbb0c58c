import ChatServers
import HTTPTypes

/// Where a request goes.
enum Route: Equatable, RouteTable {
    case chat, moderations, models, liteLLM, policy, health, ready, metrics
    case model(String)
    /// A file that is served as it is.
    case file(String)
    case unknown
    /// The path is known, but takes another method.
    case wrongMethod(allowed: String)

    static func table(_ path: String) -> (Route, HTTPRequest.Method)? {
        switch path {
        case "/v1/chat/completions": (.chat, .post)
        case "/v1/moderations": (.moderations, .post)
        case "/beta/litellm_basic_guardrail_api": (.liteLLM, .post)
        case "/v1/models": (.models, .get)
        case "/v1/policy": (.policy, .get)
        case "/health": (.health, .get)
        case "/ready": (.ready, .get)
        case "/metrics": (.metrics, .get)
        case "/", "/page.js", "/page.css", "/openapi.json": (.file(path), .get)
        default: model(path).map { (.model($0), .get) }
        }
    }

    private static func model(_ path: String) -> String? {
        let prefix = "/v1/models/"
        guard path.hasPrefix(prefix), path.utf8.count > prefix.utf8.count, !path.contains(".."), !path.contains("//")
        else { return nil }
        return String(path.dropFirst(prefix.count))
    }

    /// The name in metrics and logs: one of few, whatever a client sends.
    var label: String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .moderations: "/v1/moderations"
        case .models: "/v1/models"
        case .model: "/v1/models/{id}"
        case .liteLLM: "/beta/litellm_basic_guardrail_api"
        case .policy: "/v1/policy"
        case .health: "/health"
        case .ready: "/ready"
        case .metrics: "/metrics"
        case .file: "file"
        case .unknown: "unknown"
        case .wrongMethod: "wrong-method"
        }
    }
}
