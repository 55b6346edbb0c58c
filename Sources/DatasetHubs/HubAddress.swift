/// A data set on a hub: `hf://OWNER/NAME`, with `@REVISION` behind it where another revision than `main` is meant.
public struct HubAddress: Sendable, Hashable {
    /// `OWNER/NAME`.
    public var repository: String
    /// A branch, a tag, or the hash of a commit.
    public var revision: String

    public init(repository: String, revision: String = "main") {
        self.repository = repository
        self.revision = revision
    }

    public static let scheme = "hf://"

    /// Reads an address. The parts become parts of paths and URLs, so only letters, digits and `-_.` are taken, no part
    /// begins with a point, and a revision may have slashes.
    public init(_ text: String) throws(HubError) {
        let named = text.hasPrefix(Self.scheme) ? text.dropFirst(Self.scheme.count) : text[...]
        let pieces = named.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let path = pieces[0].hasPrefix("datasets/") ? pieces[0].dropFirst("datasets/".count) : pieces[0]
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let revision = pieces.count > 1 ? String(pieces[1]) : "main"
        let revisionParts = revision.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, (parts + revisionParts).allSatisfy(Self.isPlain) else { throw .notAnAddress(text) }
        self.init(repository: String(path), revision: revision)
    }

    static func isPlain(_ part: Substring) -> Bool {
        !part.isEmpty && part.first != "." && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }
}

extension HubAddress: CustomStringConvertible {
    public var description: String { Self.scheme + repository + (revision == "main" ? "" : "@\(revision)") }
}
