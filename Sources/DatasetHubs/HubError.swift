public import ConfigFiles

/// Why files cannot be got from a hub.
public enum HubError: Error, Sendable, Equatable {
    case notAnAddress(String)
    case badEndpoint(String)
    /// No such data set or revision, or no right to see it: hubs do not tell which.
    case notFound(String, hasToken: Bool)
    /// The data set is there, and its owner has not let this token in.
    case denied(String, hasToken: Bool)
    /// Another status than the interface describes.
    case refused(url: String, status: Int)
    /// An answer that is not what the interface describes.
    case unexpectedAnswer(url: String, reason: String)
    /// The hub cannot be reached.
    case noConnection(url: String, reason: String)
    /// The connection broke again and again; what came so far is kept and the next call goes on from there.
    case broken(url: String, attempts: Int, reason: String)
    /// What was got is not what the hub promised; it was thrown away.
    case wrongContent(file: String, expected: String, found: String)
    /// Another program is getting the same file.
    case busy(file: String, lock: String)
    /// A name that would lead out of the folder.
    case unsafePath(String)
    /// Nothing in the data set has one of the names asked for.
    case noFiles(String, patterns: [String])
}

extension HubError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAnAddress(let text):
            "\(text) is no data set's address; expected hf://OWNER/NAME or hf://OWNER/NAME@REVISION"
        case .badEndpoint(let text): "the endpoint \(text) is no http:// or https:// address; see --endpoint and HF_ENDPOINT"
        case .notFound(let what, let hasToken):
            "\(what) is not on the hub" + (hasToken ? ", or your token may not see it" : "; if it is private or gated, set HF_TOKEN")
        case .denied(let what, let hasToken):
            "\(what) may not be read: "
                + (hasToken ? "ask its owner for access on its page" : "accept its terms on its page, then set HF_TOKEN to a token of yours")
        case .refused(let url, let status): "\(url): the hub answered with status \(status)"
        case .unexpectedAnswer(let url, let reason): "\(url): the hub's answer cannot be understood: \(reason)"
        case .noConnection(let url, let reason): "\(url) cannot be reached: \(reason)"
        case .broken(let url, let attempts, let reason):
            "\(url): the connection broke \(attempts) times without a byte more, the last time with: \(reason); try again, it goes on from there"
        case .wrongContent(let file, let expected, let found):
            "\(file): expected \(expected), got \(found); the download was thrown away"
        case .busy(let file, let lock): "\(file) is being got by another program, which holds \(lock); wait for it"
        case .unsafePath(let path): "the hub names a file \(path), which would lie outside of its folder"
        case .noFiles(let what, let patterns):
            "\(what) has no files" + (patterns.isEmpty ? "" : " like \(patterns.joined(separator: ", "))")
        }
    }
}

extension HubError: ExitCoded {
    public var exitStatus: ExitStatus {
        switch self {
        case .notAnAddress, .badEndpoint: .usage
        case .notFound, .denied, .noFiles: .missingInput
        case .refused, .noConnection, .broken, .busy: .io
        case .unexpectedAnswer, .wrongContent, .unsafePath: .badData
        }
    }
}
