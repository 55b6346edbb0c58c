public import Foundation

/// Where the hub is, who asks, and where files are kept.
public struct HubSettings: Sendable {
    /// `https://huggingface.co`, or what `HF_ENDPOINT` names: a mirror with the same interface.
    public var endpoint: URL
    /// Sent to the endpoint only, never to where it redirects, and never unencrypted but to this machine.
    public var token: String?
    /// The cache that is shared with the hub's own tools.
    public var cache: URL
    /// A connection that brings nothing for so long is given up, in seconds.
    public var idleSeconds: Double = 30
    /// How often a broken connection is tried again without having brought a byte.
    public var attempts = 5
    /// The wait before the second attempt, in seconds; it doubles each time.
    public var waitSeconds = 0.5

    public init(endpoint: URL, token: String?, cache: URL) {
        self.endpoint = endpoint
        self.token = token
        self.cache = cache
    }

    /// As the hub's own tools read the environment: `HF_ENDPOINT`, `HF_TOKEN` (or the file at `HF_TOKEN_PATH`, else
    /// `HF_HOME/token`), `HF_HUB_CACHE` (else `HF_HOME/hub`); `HF_HOME` is `~/.cache/huggingface` unless set.
    public init(environment: [String: String], endpoint named: String? = nil) throws(HubError) {
        let text = named ?? environment.nonempty("HF_ENDPOINT") ?? "https://huggingface.co"
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host() != nil else { throw .badEndpoint(text) }
        let home = environment.nonempty("HF_HOME").map { URL(filePath: $0) } ?? Self.cacheFolder(environment).appending(path: "huggingface")
        let cache = environment.nonempty("HF_HUB_CACHE").map { URL(filePath: $0) } ?? home.appending(path: "hub")
        self.init(endpoint: url, token: environment.nonempty("HF_TOKEN") ?? Self.storedToken(environment, home), cache: cache)
    }

    private static func cacheFolder(_ environment: [String: String]) -> URL {
        if let folder = environment.nonempty("XDG_CACHE_HOME") { return URL(filePath: folder) }
        return URL(filePath: environment.nonempty("HOME") ?? NSHomeDirectory()).appending(path: ".cache")
    }

    private static func storedToken(_ environment: [String: String], _ home: URL) -> String? {
        let file = environment.nonempty("HF_TOKEN_PATH").map { URL(filePath: $0) } ?? home.appending(path: "token")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return token.isEmpty ? nil : token
    }

    /// The token as far as it may travel on `url`.
    func token(for url: URL) -> String? {
        let isSameServer = url.scheme == endpoint.scheme && url.host() == endpoint.host() && url.port == endpoint.port
        let isProtected = url.scheme == "https" || ["localhost", "127.0.0.1", "::1"].contains(url.host())
        return isSameServer && isProtected ? token : nil
    }
}

extension [String: String] {
    fileprivate func nonempty(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }
}
