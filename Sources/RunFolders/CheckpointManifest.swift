import DurableFiles
public import Foundation
import StrictJSON

/// What a checkpoint consists of: size and SHA-256 of every file, and of the list itself. A checkpoint without a
/// manifest that agrees with its files does not count as one.
public struct CheckpointManifest: Equatable, Sendable {
    public struct Entry: Equatable, Sendable {
        public var name: String
        public var byteCount: Int
        public var sha256: String
    }

    static let fileName = "manifest.json"

    public var step: Int
    /// Files in the order of their names.
    public var entries: [Entry]

    /// SHA-256 over step, names, sizes and hashes: equal exactly when two checkpoints hold the same bytes.
    public var digest: String {
        Fingerprint.of(
            "step \(step)\n" + entries.map { "\($0.name) \($0.byteCount) \($0.sha256)" }.joined(separator: "\n"))
    }

    /// Looks at the files that are there.
    static func describe(_ folder: URL, step: Int) throws -> CheckpointManifest {
        let names = try FileTree.files(under: folder).filter { $0 != fileName }
        return CheckpointManifest(step: step, entries: try names.map { name in
            let file = try Fingerprint.ofFile(folder.appending(path: name))
            return Entry(name: name, byteCount: file.byteCount, sha256: file.sha256)
        })
    }
}

extension CheckpointManifest {
    func write(to folder: URL) throws {
        let files = entries.map { entry in
            JSONValue.object(JSONObject([
                ("name", .string(entry.name)), ("bytes", .integer(Int64(entry.byteCount))), ("sha256", .string(entry.sha256)),
            ]))
        }
        let manifest = JSONValue.object(JSONObject([
            ("step", .integer(Int64(step))), ("files", .array(files)), ("digest", .string(digest)),
        ]))
        try DurableFiles.write(manifest.serialized(pretty: true) + "\n", to: folder.appending(path: Self.fileName))
    }

    /// The manifest as written. Throws when it is missing, malformed, or does not agree with its own digest.
    public init(readingFrom folder: URL) throws {
        let url = folder.appending(path: Self.fileName)
        let json = try JSONValue(parsing: DurableFiles.read(url, limit: 16 << 20))
        let entries = json["files"]?.array?.compactMap { file -> Entry? in
            guard let name = file["name"]?.string, let count = file["bytes"]?.integer, let sha256 = file["sha256"]?.string
            else { return nil }
            return Entry(name: name, byteCount: count, sha256: sha256)
        }
        guard let step = json["step"]?.integer, let entries, entries.count == json["files"]?.array?.count else {
            throw RunFolderError.damaged(path: folder.path, problems: ["manifest.json has not the fields step and files"])
        }
        self.init(step: step, entries: entries)
        guard json["digest"]?.string == digest else {
            throw RunFolderError.damaged(path: folder.path, problems: ["manifest.json does not agree with its own digest"])
        }
    }

    /// Every difference between this manifest and the files; empty when the checkpoint is whole.
    func problems(in folder: URL) throws -> [String] {
        let present = try Self.describe(folder, step: step).entries
        let found = Dictionary(present.map { ($0.name, $0) }) { first, _ in first }
        let known = Set(entries.map(\.name))
        let differences = entries.compactMap { entry -> String? in
            guard let file = found[entry.name] else { return "\(entry.name): missing" }
            guard file.byteCount == entry.byteCount else {
                return "\(entry.name): \(file.byteCount) bytes, expected \(entry.byteCount)"
            }
            return file.sha256 == entry.sha256 ? nil : "\(entry.name): its bytes changed (SHA-256 differs)"
        }
        return differences + present.filter { !known.contains($0.name) }.map { "\($0.name): not part of the checkpoint" }
    }
}
