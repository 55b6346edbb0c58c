import DurableFiles
import StrictJSON

/// What a revision of a data set holds, as the hub tells.
struct HubRevision: Equatable {
    /// The commit, 40 hexadecimal digits.
    var commit: String
    var files: [HubFile]

    /// Reads the answer to `api/datasets/<name>/revision/<revision>?blobs=true`.
    init(_ answer: JSONValue, url: String) throws(HubError) {
        guard let commit = answer["sha"]?.string, commit.count == 40, commit.allSatisfy(\.isHexDigit) else {
            throw .unexpectedAnswer(url: url, reason: "no commit in the member sha")
        }
        guard let siblings = answer["siblings"]?.array else {
            throw .unexpectedAnswer(url: url, reason: "no files in the member siblings")
        }
        self.commit = commit
        files = []
        for sibling in siblings { files.append(try HubFile(sibling, url: url)) }
    }
}

/// One file of a revision.
struct HubFile: Equatable {
    /// How the content is known: large files by the SHA-256 of their bytes, small ones by their Git object's SHA-1.
    enum Checksum: Equatable {
        case sha256(String)
        case gitBlob(String)

        /// The name of the content in the cache.
        var name: String {
            switch self {
            case .sha256(let digits), .gitBlob(let digits): digits
            }
        }
    }

    var path: String
    var byteCount: Int
    var checksum: Checksum

    init(_ sibling: JSONValue, url: String) throws(HubError) {
        guard let path = sibling["rfilename"]?.string else { throw .unexpectedAnswer(url: url, reason: "a file without a name") }
        guard Self.isInside(path) else { throw .unsafePath(path) }
        let large = sibling["lfs"]
        guard let byteCount = large?["size"]?.integer ?? sibling["size"]?.integer, byteCount >= 0 else {
            throw .unexpectedAnswer(url: url, reason: "no size of \(path)")
        }
        self.path = path
        self.byteCount = byteCount
        if let digits = large?["sha256"]?.string, Self.isDigest(digits, 64) {
            checksum = .sha256(digits.lowercased())
        } else if let digits = sibling["blobId"]?.string, Self.isDigest(digits, 40) {
            checksum = .gitBlob(digits.lowercased())
        } else {
            throw .unexpectedAnswer(url: url, reason: "no checksum of \(path)")
        }
    }

    private static func isDigest(_ text: String, _ count: Int) -> Bool {
        text.utf8.count == count && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    /// A relative path of plain parts: it becomes a path on this machine.
    private static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isClean = !path.unicodeScalars.contains { $0.value < 0x20 || $0 == "\\" || $0.value == 0x7F }
        return isClean && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}
