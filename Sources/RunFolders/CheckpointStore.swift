import DurableFiles
public import Foundation

/// The checkpoints of one run: `step-00000042/` folders that appear whole or not at all.
///
/// A checkpoint is written under a temporary name, every file and folder is flushed, then it is renamed. Older ones are
/// deleted only after the newest was read back and agrees with its manifest.
public struct CheckpointStore: Sendable {
    public let folder: URL
    /// Checkpoints that are kept; at least 1.
    public let keepLast: Int

    public init(in folder: URL, keepLast: Int) {
        (self.folder, self.keepLast) = (folder, max(1, keepLast))
    }

    /// Publishes what `fill` writes into the folder it is given as the checkpoint of `step`. An existing checkpoint of
    /// the same step is left as it is.
    public func save(step: Int, fill: (URL) throws -> Void) throws {
        let target = url(step)
        guard !FileManager.default.fileExists(atPath: target.path) else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try DurableFiles.publishDirectory(at: target) { temporary in
            try fill(temporary)
            try CheckpointManifest.describe(temporary, step: step).write(to: temporary)
        }
        try deleteOld(newest: step)
    }

    /// Steps that have a checkpoint folder, oldest first, whole or not.
    public func steps() throws -> [Int] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).compactMap(Self.step(named:)).sorted()
    }

    /// The newest checkpoint that is whole, and a sentence for each newer one that is not.
    public func newestValid() throws -> (checkpoint: Checkpoint?, rejected: [String]) {
        var rejected: [String] = []
        for step in try steps().reversed() {
            do {
                return (try Self.verify(url(step)), rejected)
            } catch {
                rejected.append("\(error)")
            }
        }
        return (nil, rejected)
    }

    /// Reads every byte of a checkpoint and compares it with the manifest.
    @discardableResult
    public static func verify(_ folder: URL) throws -> Checkpoint {
        let manifest = try CheckpointManifest(readingFrom: folder)
        let problems = try manifest.problems(in: folder)
        guard problems.isEmpty else { throw RunFolderError.damaged(path: folder.path, problems: problems) }
        return Checkpoint(folder: folder, manifest: manifest)
    }

    /// Removes what an interrupted save left behind.
    public func removeLeftovers() throws { try DurableFiles.removeStaleTemporaries(in: folder) }

    public func url(_ step: Int) -> URL {
        let digits = String(step)
        return folder.appending(path: "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits)
    }

    private static func step(named name: String) -> Int? {
        name.hasPrefix("step-") ? Int(name.dropFirst(5)) : nil
    }

    private func deleteOld(newest: Int) throws {
        let old = try steps().filter { $0 < newest }.dropLast(keepLast - 1)
        guard !old.isEmpty else { return }
        try Self.verify(url(newest))
        for step in old { try FileManager.default.removeItem(at: url(step)) }
    }
}

/// A checkpoint whose bytes agree with its manifest.
public struct Checkpoint: Sendable {
    public let folder: URL
    public let manifest: CheckpointManifest

    public var step: Int { manifest.step }
}
