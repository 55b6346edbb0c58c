import DurableFiles
public import Foundation
public import StrictJSON

/// A run folder that this process writes into; nobody else can until this is let go. What is in it: `RunFolder`.
public final class RunDirectory {
    /// The same folder, for reading.
    public let folder: RunFolder
    private let lock: RunLock
    private let starts: [RunStart]

    /// The folder itself.
    public var url: URL { folder.url }

    private init(_ folder: RunFolder, _ lock: RunLock, _ starts: [RunStart]) {
        self.folder = folder
        self.lock = lock
        self.starts = starts
    }

    /// Starts a run in a new or empty folder.
    ///
    /// - Parameters:
    ///   - config: the resolved configuration as YAML.
    ///   - inputs: what the run reads, as `Fingerprint.inputs` describes it.
    ///   - environment: versions, device, threads; its `code_version` goes into every checkpoint's manifest.
    public static func create(
        at url: URL, config: String, inputs: JSONValue, environment: JSONValue
    ) throws -> RunDirectory {
        try refuseForeign(url)
        try DurableFiles.createDirectory(at: url)
        let folder = RunFolder(unchecked: url)
        let lock = try RunLock(in: url)
        try refuseForeign(url)
        try DurableFiles.removeStaleTemporaries(in: url)

        let start = RunStart(
            run: RunFolder.fingerprint(config: config, inputs: inputs), environment: environment, acceptedChanges: [])
        try DurableFiles.write(inputs.serialized(pretty: true) + "\n", to: folder.file("inputs.json"))
        try write([start], in: folder)
        // Last, since it makes the folder a run.
        try DurableFiles.write(config, to: folder.file(RunFolder.configName))
        return RunDirectory(folder, lock, [start])
    }

    /// Goes on with a run. Its configuration and inputs must be what they were; every field that is not is named.
    ///
    /// - Parameters:
    ///   - environment: that of this start; nil when it is the same as before.
    ///   - acceptingChanges: take the differences, and record them in `starts.jsonl` and in every later manifest.
    public static func resume(
        at url: URL, config: String, inputs: JSONValue, environment: JSONValue? = nil, acceptingChanges: Bool = false
    ) throws -> RunDirectory {
        let folder = try RunFolder(reading: url)
        let lock = try RunLock(in: url)
        try DurableFiles.removeStaleTemporaries(in: url)

        let (oldConfig, oldInputs) = (try folder.config(), try folder.inputs())
        let differences =
            RunDifferences.between(config: oldConfig, config) + RunDifferences.between(inputs: oldInputs, inputs)
        guard differences.isEmpty || acceptingChanges else {
            throw RunFolderError.changed(path: url.path, differences: differences)
        }
        let before = try folder.starts()
        let start = RunStart(
            run: RunFolder.fingerprint(config: config, inputs: inputs),
            environment: try environment ?? folder.environment(), acceptedChanges: differences)
        let starts = before + [start]
        // The starts first: a checkpoint of either fingerprint is accepted, whenever this is cut short.
        try write(starts, in: folder)
        if config != oldConfig { try DurableFiles.write(config, to: folder.file(RunFolder.configName)) }
        if inputs != oldInputs {
            try DurableFiles.write(inputs.serialized(pretty: true) + "\n", to: folder.file("inputs.json"))
        }
        let run = RunDirectory(folder, lock, starts)
        try run.checkpoints(keepLast: 1).removeLeftovers()
        return run
    }

    /// Something in the folder.
    public func file(_ name: String) -> URL { folder.file(name) }

    /// The run's checkpoints. Those of other runs are not accepted.
    public func checkpoints(keepLast: Int) -> CheckpointStore {
        let origin = CheckpointOrigin(
            run: starts.last?.run ?? "", codeVersion: starts.last?.environment["code_version"]?.string ?? "",
            acceptedChanges: starts.flatMap(\.acceptedChanges))
        return CheckpointStore(
            in: file("checkpoints"), keepLast: keepLast, origin: origin, earlierRuns: Set(starts.map(\.run)))
    }

    private static func write(_ starts: [RunStart], in folder: RunFolder) throws {
        try DurableFiles.write(starts.map { $0.json.serialized() + "\n" }.joined(), to: folder.file("starts.jsonl"))
        let environment = starts.last?.environment ?? .null
        try DurableFiles.write(environment.serialized(pretty: true) + "\n", to: folder.file("environment.json"))
    }

    /// A run that was killed before it had its configuration may be begun again.
    private static func refuseForeign(_ url: URL) throws {
        guard FileTree.isFolder(url) else { return }
        let names = try DurableFiles.names(in: url)
        guard !names.contains(RunFolder.configName) else { throw RunFolderError.exists(path: url.path) }
        let foreign = names.first { !RunFolder.namesBeforeConfig.contains($0) && !$0.hasPrefix(".unfinished-") }
        if let foreign { throw RunFolderError.notEmpty(path: url.path, found: foreign) }
    }
}
