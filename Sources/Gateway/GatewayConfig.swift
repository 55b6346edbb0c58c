import ConfigFiles
public import Guardrails

/// Everything about a gateway that can be set, with its defaults.
public struct GatewayConfig: Codable, Equatable, Sendable {
    /// Address to listen on. Without keys only loopback addresses are allowed.
    public var host = "127.0.0.1"
    /// Port to listen on; 0 lets the system choose.
    public var port = 8080
    public var tls = TLSConfig()
    public var upstream = UpstreamConfig()
    public var judging = GuardBounds()
    public var regeneration = RegenerationConfig()
    public var streaming = StreamingConfig()
    public var limits = LimitsConfig()
    public var pictures = PicturesConfig()
    public var receipts = ReceiptsConfig()
    /// What a client is told when its request is refused: `answer` is a chat answer with the refusal text and finish
    /// reason `content_filter`, `error` is HTTP 400 in the error form.
    public var refusedRequests = RefusalShape.answer
    /// Who may call. Empty: anybody who reaches the address.
    public var keys: [KeyConfig] = []
    /// Seconds between two looks at the policy file; 0 looks only at SIGHUP.
    public var policyReloadSeconds = 2.0
    /// Whether the web page is served at `/`.
    public var servesPage = true

    public init() {}

    public enum RefusalShape: String, Codable, Sendable, CaseIterable { case answer, error }
}

/// TLS; off while both are empty.
public struct TLSConfig: Codable, Equatable, Sendable {
    /// PEM file of the certificate chain.
    public var certificateFile = ""
    /// PEM file of its private key.
    public var keyFile = ""

    public var isOn: Bool { !certificateFile.isEmpty && !keyFile.isEmpty }
}

/// The OpenAI-compatible server that answers.
public struct UpstreamConfig: Codable, Equatable, Sendable {
    /// Its address without the route: "http://127.0.0.1:8000".
    public var url = "http://127.0.0.1:8000"
    /// Environment variable with the bearer token that it wants; empty when it wants none.
    public var keyVariable = ""
    public var connectSeconds = 5.0
    /// Seconds from one byte to the next.
    public var idleSeconds = 30.0
    /// Seconds until an answer is complete.
    public var deadlineSeconds = 120.0
    /// Bytes of one answer.
    public var maximumBytes = 8 << 20
    /// Connections at once.
    public var connections = 256
}

/// How streamed answers are held back until they are judged. One token counts as four bytes of UTF-8.
public struct StreamingConfig: Codable, Equatable, Sendable {
    public enum Mode: String, Codable, Sendable, CaseIterable {
        /// Text is released when text that goes on `overlapTokens` further has been judged.
        case window
        /// Whole sentences are released once they are judged.
        case sentence
        /// The answer is released when all of it is judged.
        case hold
    }

    public var mode = Mode.window
    /// Tokens that are judged at a time.
    public var windowTokens = 64
    /// Judged tokens that stay back, so that what goes on behind them can still stop them.
    public var overlapTokens = 32
    /// Tokens before the window that are judged with it again.
    public var contextTokens = 512
    /// Seconds without anything to release after which a comment line keeps the connection open.
    public var pingSeconds = 10.0

    public init() {}
}

/// What one request, one connection and all of them may cost.
public struct LimitsConfig: Codable, Equatable, Sendable {
    public var bodyBytes = 20 << 20
    public var headerBytes = 32 << 10
    public var messages = 64
    public var images = 8
    public var textBytesPerMessage = 128 << 10
    /// Choices (`n`) of one request.
    public var choices = 8
    public var connections = 2048
    /// Requests that are worked on at once; the next one is refused at once.
    public var requests = 512
    /// Seconds until a connection has sent its first request's head.
    public var headerSeconds = 10.0
    /// Seconds until a request's body is there.
    public var bodySeconds = 30.0
    /// Seconds for which a client may read nothing of its answer.
    public var writeStallSeconds = 30.0
    /// Seconds for which a connection may do nothing between requests.
    public var idleSeconds = 75.0
    /// Seconds that requests have to end after SIGTERM.
    public var drainSeconds = 30.0
    /// Seconds between "not ready" and closing the door, for load balancers to notice.
    public var drainDelaySeconds = 0.0
}

/// Pictures in requests.
public struct PicturesConfig: Codable, Equatable, Sendable {
    public var maximumBytes = 10 << 20
    public var maximumPixels = 1 << 24
    public var maximumSide = 8192
    /// Hosts from which `https` pictures are fetched; empty: none, which is the default.
    public var allowedHosts: [String] = []
    public var fetchSeconds = 10.0
}

/// The record of what was released.
public struct ReceiptsConfig: Codable, Equatable, Sendable {
    /// File to append to; empty: none is kept.
    public var file = ""
    /// File with an Ed25519 private key (32 bytes in base64) that signs every receipt; empty: unsigned.
    public var signingKeyFile = ""
    /// File to which the judged texts themselves are appended; empty, the default: no content is kept anywhere.
    public var auditFile = ""
}

/// One key and what it may do.
public struct KeyConfig: Codable, Equatable, Sendable {
    /// The name that logs give it.
    public var name: String
    /// SHA-256 of the key, 64 hexadecimal digits. The key itself is stored nowhere.
    public var sha256: String
    /// Policy file of its own; empty: the gateway's.
    public var policy: String
    /// Requests in a minute, in the long run; 0: unlimited. A regenerated answer counts once for each round.
    public var requestsPerMinute: Double
    /// Requests at once after a pause.
    public var burst: Double
    /// Requests of this key that are worked on at once.
    public var concurrency: Int

    public init(
        name: String, sha256: String, policy: String = "", requestsPerMinute: Double = 0, burst: Double = 60,
        concurrency: Int = 128
    ) {
        (self.name, self.sha256, self.policy) = (name, sha256, policy)
        (self.requestsPerMinute, self.burst, self.concurrency) = (requestsPerMinute, burst, concurrency)
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name),
            sha256: try values.decode(String.self, forKey: .sha256),
            policy: try values.decodeIfPresent(String.self, forKey: .policy) ?? "",
            requestsPerMinute: try values.decodeIfPresent(Double.self, forKey: .requestsPerMinute) ?? 0,
            burst: try values.decodeIfPresent(Double.self, forKey: .burst) ?? 60,
            concurrency: try values.decodeIfPresent(Int.self, forKey: .concurrency) ?? 128)
    }
}
