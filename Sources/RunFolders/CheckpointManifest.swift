import DurableFiles
public import Foundation
import StrictJSON

/// What a checkpoint consists of: size and SHA-256 of every file, where they come from, and a hash of the list itself.
/// A checkpoint without a manifest that agrees with its files does not count as one.
public struct CheckpointManifest: Equatable, Sendable {
    /// One file of the checkpoint.
    public struct Entry: Equatable, Sendable {
        /// Relative to the checkpoint's folder, with `/` between the parts.
        public var name: String
        public var byteCount: Int
        public var sha256: String
    }

    static let fileName = "manifest.json"
    private static let format = "safe-rlhf-v checkpoint 1"
    private static let maximumBytes = 16 << 20

    public var step: Int
    /// The run and the program that wrote it.
    public var origin: CheckpointOrigin
    /// Files in the order of their names' bytes.
    public var entries: [Entry]

    /// SHA-256 over the step and the name, size and hash of every file in order: equal exactly when two checkpoints hold
    /// the same state, whatever run or program wrote them.
    public var digest: String {
        Fingerprint.of(
            "step \(step)\n"
                + entries.map { "\($0.sha256) \($0.byteCount) \(JSONValue.string($0.name).serialized())\n" }.joined())
    }

    /// Looks at the files that are there. What is not a regular file has no place in a checkpoint.
    static func describing(_ folder: URL, step: Int, origin: CheckpointOrigin) throws -> CheckpointManifest {
        let found = try FileTree.entries(under: folder).filter { $0.path != fileName }
        let irregular = found.filter { $0.kind != .file }.map { "\($0.path): not a regular file" }
        guard irregular.isEmpty else { throw RunFolderError.damaged(path: folder.path, problems: irregular) }
        return CheckpointManifest(
            step: step, origin: origin,
            entries: try found.map { entry in
                let (sha256, byteCount) = try Fingerprint.ofFile(folder.appending(path: entry.path))
                return Entry(name: entry.path, byteCount: byteCount, sha256: sha256)
            })
    }
}

// MARK: - The file

extension CheckpointManifest {
    /// The members of the file in order, without the hash over them.
    private var members: JSONObject {
        [
            "format": .string(Self.format), "step": .integer(Int64(step)), "digest": .string(digest),
            "run": .string(origin.run), "code_version": .string(origin.codeVersion),
            "accepted_changes": .array(origin.acceptedChanges.map(JSONValue.string)),
            "files": .array(
                entries.map { entry in
                    [
                        "name": .string(entry.name), "bytes": .integer(Int64(entry.byteCount)),
                        "sha256": .string(entry.sha256),
                    ]
                }),
        ]
    }

    private var text: String {
        var members = members
        members["self_sha256"] = .string(Fingerprint.of(JSONValue.object(members).serialized()))
        return JSONValue.object(members).serialized(pretty: true) + "\n"
    }

    func write(to folder: URL) throws {
        try DurableFiles.write(text, to: folder.appending(path: Self.fileName))
    }

    /// The manifest as written. Throws when it is missing, or not byte for byte what this program writes for its content;
    /// so a changed bit in it never goes unnoticed.
    public init(readingFrom folder: URL) throws {
        func damaged(_ problem: String) -> RunFolderError {
            .damaged(path: folder.path, problems: ["\(Self.fileName): \(problem)"])
        }
        guard let bytes = try Self.bytes(in: folder) else { throw damaged("missing") }
        guard let json = try? JSONValue(parsing: bytes) else { throw damaged("not JSON") }
        guard json["format"]?.string == Self.format else {
            throw damaged("expected the format \"\(Self.format)\", found \(json["format"]?.serialized() ?? "none")")
        }
        guard let manifest = CheckpointManifest(json) else { throw damaged("its members are not those of a manifest") }
        guard Array(manifest.text.utf8) == bytes else { throw damaged("it does not agree with its own hash") }
        self = manifest
    }

    /// The bytes of the manifest; nil when there is none.
    private static func bytes(in folder: URL) throws(FileError) -> [UInt8]? {
        do {
            return try DurableFiles.read(folder.appending(path: fileName), limit: maximumBytes)
        } catch {
            guard error.isMissing else { throw error }
            return nil
        }
    }

    private init?(_ json: JSONValue) {
        guard let step = json["step"]?.integer, step >= 0, let run = json["run"]?.string,
            let codeVersion = json["code_version"]?.string, let changes = json["accepted_changes"]?.array,
            let files = json["files"]?.array
        else { return nil }
        let entries = files.compactMap { file -> Entry? in
            guard let name = file["name"]?.string, let count = file["bytes"]?.integer,
                let sha256 = file["sha256"]?.string
            else { return nil }
            return Entry(name: name, byteCount: count, sha256: sha256)
        }
        guard entries.count == files.count else { return nil }
        let origin = CheckpointOrigin(
            run: run, codeVersion: codeVersion, acceptedChanges: changes.compactMap(\.string))
        self.init(step: step, origin: origin, entries: entries)
    }
}

// MARK: - Comparing with the files

extension CheckpointManifest {
    /// Every difference between the manifest and the files; empty when the checkpoint is whole. Reads every byte.
    func problems(in folder: URL) throws -> [String] {
        try compare(with: folder) { entry, url in
            let (sha256, byteCount) = try Fingerprint.ofFile(url)
            if byteCount != entry.byteCount { return "\(byteCount) bytes, expected \(entry.byteCount)" }
            return sha256 == entry.sha256 ? nil : "its bytes changed (SHA-256 \(sha256), expected \(entry.sha256))"
        }
    }

    /// The differences that can be seen without reading the files: missing, left over, of another size.
    func visibleProblems(in folder: URL) throws -> [String] {
        try compare(with: folder) { entry, url in
            let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int
            return size == entry.byteCount ? nil : "\(size ?? 0) bytes, expected \(entry.byteCount)"
        }
    }

    private func compare(with folder: URL, _ difference: (Entry, URL) throws -> String?) throws -> [String] {
        let found = try FileTree.entries(under: folder).filter { $0.path != Self.fileName }
        let files = Set(found.filter { $0.kind == .file }.map(\.path))
        let known = Set(entries.map(\.name))
        let differences = try entries.compactMap { entry -> String? in
            guard files.contains(entry.name) else { return "\(entry.name): missing" }
            return try difference(entry, folder.appending(path: entry.name)).map { "\(entry.name): \($0)" }
        }
        let extra = found.filter { $0.kind != .file || !known.contains($0.path) }
        return differences + extra.map { "\($0.path): not part of the checkpoint" }
    }
}
