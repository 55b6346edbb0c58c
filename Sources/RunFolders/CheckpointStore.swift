import DurableFiles
public import Foundation

/// A checkpoint whose bytes agree with its manifest.
public struct Checkpoint: Sendable {
    public let folder: URL
    public let manifest: CheckpointManifest

    public var step: Int { manifest.step }
}

/// The checkpoints of one run: `step-00000042/` folders that appear whole or not at all.
///
/// A checkpoint is written under a temporary name, every file and folder is written to the device, then it is renamed.
/// Older ones are removed only after the newest was read back and agrees with its manifest.
public struct CheckpointStore: Sendable {
    public let folder: URL
    /// Whole checkpoints that are kept; at least 1.
    public let keepLast: Int
    /// Written into every manifest.
    let origin: CheckpointOrigin
    /// Runs whose checkpoints are accepted besides `origin.run`: the same run before a change that was asked for.
    let earlierRuns: Set<String>

    /// A store outside of a run; `RunDirectory.checkpoints` gives that of a run.
    public init(in folder: URL, keepLast: Int, origin: CheckpointOrigin = CheckpointOrigin()) {
        self.init(in: folder, keepLast: keepLast, origin: origin, earlierRuns: [])
    }

    init(in folder: URL, keepLast: Int, origin: CheckpointOrigin, earlierRuns: Set<String>) {
        self.folder = folder
        self.keepLast = max(1, keepLast)
        self.origin = origin
        self.earlierRuns = earlierRuns
    }

    /// The folder of the checkpoint of `step`, whether it exists or not.
    public func url(_ step: Int) -> URL {
        let digits = String(step)
        return folder.appending(path: "step-" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits)
    }

    /// Steps that have a checkpoint folder, oldest first, whole or not. The order is that of the steps, never of times.
    public func steps() throws -> [Int] {
        guard FileTree.isFolder(folder) else { return [] }
        return try DurableFiles.names(in: folder).compactMap { name in
            guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)) else { return nil }
            return url(step).lastPathComponent == name ? step : nil
        }.sorted()
    }

    // MARK: - Saving

    /// Publishes what `fill` writes into the folder it is given as the checkpoint of `step`, then removes old ones.
    ///
    /// A whole checkpoint of the same step stays as it is; a damaged one is replaced. When anything fails, what was there
    /// before is still there.
    ///
    /// - Parameter alsoKeeping: steps that stay beside the newest ones, such as the best.
    public func save(step: Int, alsoKeeping: Set<Int> = [], fill: (URL) throws -> Void) throws {
        try DurableFiles.createDirectory(at: folder)
        if FileTree.isFolder(url(step)) {
            if (try? verified(step)) != nil { return }
            try DurableFiles.removeDirectory(at: url(step))
        }
        try DurableFiles.publishDirectory(at: url(step)) { temporary in
            try fill(temporary)
            try CheckpointManifest.describing(temporary, step: step, origin: origin).write(to: temporary)
        }
        try removeOld(newest: step, alsoKeeping)
    }

    /// Removes every checkpoint after `step`: they belong to a course that the run has left.
    public func discard(after step: Int) throws {
        for late in try steps().reversed() where late > step { try DurableFiles.removeDirectory(at: url(late)) }
    }

    /// Removes what an interrupted save left behind.
    public func removeLeftovers() throws {
        if FileTree.isFolder(folder) { try DurableFiles.removeStaleTemporaries(in: folder) }
    }

    /// Keeps the newest `keepLast` that look whole and those of `kept`; only what is older than those goes, and nothing
    /// goes before the newest has been read back.
    private func removeOld(newest: Int, _ kept: Set<Int>) throws {
        let older = try steps().filter { $0 < newest }
        guard older.count >= keepLast else { return }
        _ = try verified(newest)
        let whole = older.filter(looksWhole).suffix(keepLast - 1)
        for step in older where !whole.contains(step) && !kept.contains(step) {
            try DurableFiles.removeDirectory(at: url(step))
        }
    }

    private func looksWhole(_ step: Int) -> Bool {
        guard let manifest = try? CheckpointManifest(readingFrom: url(step)) else { return false }
        return (try? manifest.visibleProblems(in: url(step)).isEmpty) ?? false
    }

    // MARK: - Finding

    /// The newest checkpoint that is whole, and a sentence for each newer one that is not.
    public func newestValid() throws -> (checkpoint: Checkpoint?, rejected: [String]) {
        var rejected: [String] = []
        for step in try steps().reversed() {
            do {
                return (try verified(step), rejected)
            } catch {
                rejected.append("\(error)")
            }
        }
        return (nil, rejected)
    }

    /// The checkpoint of `step`, whole, of that step, and of this run.
    private func verified(_ step: Int) throws -> Checkpoint {
        let checkpoint = try Self.verify(url(step))
        var problems: [String] = []
        if checkpoint.step != step { problems.append("manifest.json: it is that of step \(checkpoint.step)") }
        let run = checkpoint.manifest.origin.run
        if run != origin.run, !earlierRuns.contains(run) { problems.append("manifest.json: it is that of another run") }
        guard problems.isEmpty else { throw RunFolderError.damaged(path: url(step).path, problems: problems) }
        return checkpoint
    }

    /// Reads every byte of a checkpoint and compares it with the manifest; throws with every difference.
    @discardableResult
    public static func verify(_ folder: URL) throws -> Checkpoint {
        guard FileTree.isFolder(folder) else { throw FileError(.open, folder.path, code: ENOENT) }
        let manifest = try CheckpointManifest(readingFrom: folder)
        let problems = try manifest.problems(in: folder)
        guard problems.isEmpty else { throw RunFolderError.damaged(path: folder.path, problems: problems) }
        return Checkpoint(folder: folder, manifest: manifest)
    }

    /// The digest of the state in a checkpoint, after verifying it; see `CheckpointManifest.digest`.
    public static func digest(of folder: URL) throws -> String { try verify(folder).manifest.digest }
}
