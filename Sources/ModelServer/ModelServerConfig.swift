public import ChatServers
public import ConfigFiles
public import ModelServing

/// Everything about a model server that can be set, with its defaults.
public struct ModelServerConfig: Codable, Equatable, Sendable {
    /// Address to listen on. Without keys only loopback addresses are allowed.
    public var host = "127.0.0.1"
    /// Port to listen on; 0 lets the system choose.
    public var port = 8000
    /// The name that requests give the model; empty: that of its folder.
    public var modelName = ""
    public var tls = TLSConfig()
    public var serving = ServingConfig()
    public var limits = LimitsConfig()
    /// Limits on pictures, which come as data URLs; `allowedHosts` must stay empty, nothing is fetched.
    public var pictures = PicturesConfig()
    /// Who may call. Empty: anybody who reaches the address.
    public var keys: [KeyConfig] = []
    /// Seconds without anything to tell after which a comment line keeps a stream's connection open.
    public var pingSeconds = 10.0

    public init() {}
}

extension ModelServerConfig: Checkable {
    public func problems() -> [String] {
        var problems = listeningProblems(host: host, port: port, tls: tls, hasKeys: !keys.isEmpty)
        problems += serving.problems(at: "serving") + limits.problems(at: "limits") + pictures.problems(at: "pictures")
        problems += keys.problems(at: "keys")
        if !(pingSeconds > 0) { problems.append("pingSeconds must be above 0, found \(pingSeconds)") }
        if !pictures.allowedHosts.isEmpty {
            problems.append("pictures.allowedHosts must be empty: a model server fetches nothing, the gateway can")
        }
        for (index, key) in keys.enumerated() where !key.policy.isEmpty {
            problems.append("keys[\(index)].policy must be empty: policies are the gateway's")
        }
        return problems
    }
}
