public import ChatServers
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

/// The record of what was released.
public struct ReceiptsConfig: Codable, Equatable, Sendable {
    /// File to append to; empty: none is kept.
    public var file = ""
    /// File with an Ed25519 private key (32 bytes in base64) that signs every receipt; empty: unsigned.
    public var signingKeyFile = ""
    /// File to which the judged texts themselves are appended; empty, the default: no content is kept anywhere.
    public var auditFile = ""
}
