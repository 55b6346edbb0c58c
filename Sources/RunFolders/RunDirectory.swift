import DurableFiles
public import Foundation
public import StrictJSON

/// A folder that tells everything about one run: what it was given, what it did, what came out.
///
///     config.yaml        the resolved configuration
///     inputs.json        path, size and SHA-256 of everything it read
///     environment.json   versions, device, threads
///     metrics.jsonl      one line per step
///     events/            the same for TensorBoard
///     checkpoints/       step-00000042/, each with its manifest
///     model/             what was trained, as a model folder
public final class RunDirectory {
    public let url: URL
    private let lock: RunLock

    private init(_ url: URL) throws {
        self.url = url
        lock = try RunLock(url)
    }

    /// Starts a run in a new or empty folder.
    public static func create(at url: URL, config: String, inputs: JSONValue, environment: JSONValue) throws -> RunDirectory {
        guard !FileManager.default.fileExists(atPath: url.appending(path: "config.yaml").path) else {
            throw RunFolderError.exists(path: url.path)
        }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let run = try RunDirectory(url)
        try DurableFiles.write(inputs.serialized(pretty: true) + "\n", to: run.file("inputs.json"))
        try DurableFiles.write(environment.serialized(pretty: true) + "\n", to: run.file("environment.json"))
        try DurableFiles.write(config, to: run.file("config.yaml"))
        return run
    }

    /// Goes on with a run: the configuration and the inputs must be what they were, field by field.
    public static func resume(at url: URL, config: String, inputs: JSONValue) throws -> RunDirectory {
        guard FileManager.default.fileExists(atPath: url.appending(path: "config.yaml").path) else {
            throw RunFolderError.notARun(path: url.path, missing: "config.yaml")
        }
        let run = try RunDirectory(url)
        let oldConfig = String(decoding: try DurableFiles.read(run.file("config.yaml"), limit: 1 << 20), as: UTF8.self)
        let oldInputs = try JSONValue(parsing: DurableFiles.read(run.file("inputs.json"), limit: 16 << 20))
        let differences = lineDifferences(oldConfig, config) + inputDifferences(oldInputs, inputs)
        guard differences.isEmpty else { throw RunFolderError.changed(path: url.path, differences: differences) }
        try run.checkpoints(keepLast: 1).removeLeftovers()
        return run
    }

    public func file(_ name: String) -> URL { url.appending(path: name) }

    public func checkpoints(keepLast: Int) -> CheckpointStore {
        CheckpointStore(in: file("checkpoints"), keepLast: keepLast)
    }
}

/// Lines of a configuration that are not the same before and after.
private func lineDifferences(_ old: String, _ new: String) -> [String] {
    let (before, after) = (old.split(separator: "\n"), new.split(separator: "\n"))
    guard before != after else { return [] }
    let removed = before.filter { !after.contains($0) }.map { "config: was \($0.trimmingCharacters(in: .whitespaces))" }
    let added = after.filter { !before.contains($0) }.map { "config: is  \($0.trimmingCharacters(in: .whitespaces))" }
    return removed + added
}

private func inputDifferences(_ old: JSONValue, _ new: JSONValue) -> [String] {
    guard let before = old.object, let after = new.object else { return old == new ? [] : ["inputs.json has another form"] }
    let names = before.members.map(\.key) + after.members.map(\.key).filter { before[$0] == nil }
    return names.filter { before[$0] != after[$0] }.map { name in
        "input \(name): was \(before[name]?.serialized() ?? "absent"), is \(after[name]?.serialized() ?? "absent")"
    }
}
