/// TLS; off while both are empty.
public struct TLSConfig: Codable, Equatable, Sendable {
    /// PEM file of the certificate chain.
    public var certificateFile = ""
    /// PEM file of its private key.
    public var keyFile = ""

    public init() {}

    public var isOn: Bool { !certificateFile.isEmpty && !keyFile.isEmpty }
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

    public init() {}
}

/// Pictures in requests.
public struct PicturesConfig: Codable, Equatable, Sendable {
    public var maximumBytes = 10 << 20
    public var maximumPixels = 1 << 24
    public var maximumSide = 8192
    /// Hosts from which `https` pictures are fetched; empty: none, which is the default.
    public var allowedHosts: [String] = []
    public var fetchSeconds = 10.0

    public init() {}
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
