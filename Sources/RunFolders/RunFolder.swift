import DurableFiles
public import Foundation
public import StrictJSON

/// What one run was given, what it did and what came out, for reading. Writing needs the folder's lock: `RunDirectory`.
///
///     config.yaml        the resolved configuration
///     inputs.json        path, size and SHA-256 of what it read
///     environment.json   machine, versions, device, threads of the latest start
///     starts.jsonl       every start: environment, and what was changed on request
///     metrics.jsonl      one line a step
///     events/            the same for TensorBoard
///     samples.jsonl      transcripts
///     checkpoints/       step-00000042/, each with its manifest
///     model/             what was trained, as a model folder
///     report.html        for people
///     lock               names the process that works in it
public struct RunFolder: Sendable {
    /// What belongs into a run folder; a new run may begin where only these are.
    static let configName = "config.yaml"
    static let namesBeforeConfig: Set<String> = ["lock", "inputs.json", "environment.json", "starts.jsonl"]
    static let maximumRecordBytes = 16 << 20

    public let url: URL

    /// The run in a folder; throws when the folder does not hold one.
    public init(reading url: URL) throws {
        guard FileManager.default.fileExists(atPath: url.appending(path: Self.configName).path) else {
            throw RunFolderError.notARun(path: url.path, missing: Self.configName)
        }
        self.init(unchecked: url)
    }

    init(unchecked url: URL) { self.url = url }

    /// Something in the folder.
    public func file(_ name: String) -> URL { url.appending(path: name) }

    public var metrics: URL { file("metrics.jsonl") }
    public var events: URL { file("events") }
    public var samples: URL { file("samples.jsonl") }
    public var model: URL { file("model") }
    public var report: URL { file("report.html") }

    /// The resolved configuration as YAML.
    public func config() throws -> String {
        let url = file(Self.configName)
        guard let text = String(bytes: try DurableFiles.read(url, limit: Self.maximumRecordBytes), encoding: .utf8)
        else {
            throw RunFolderError.unreadable(path: url.path, reason: "not UTF-8 text")
        }
        return text
    }

    public func inputs() throws -> JSONValue { try record("inputs.json") }
    public func environment() throws -> JSONValue { try record("environment.json") }

    /// Every start so far, oldest first.
    func starts() throws -> [RunStart] {
        let url = file("starts.jsonl")
        let text = String(decoding: try DurableFiles.read(url, limit: Self.maximumRecordBytes), as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            guard let json = try? JSONValue(parsing: String(line)), let start = RunStart(json) else {
                throw RunFolderError.unreadable(path: url.path, reason: "a line is not the record of a start")
            }
            return start
        }
    }

    /// The fingerprint of configuration and inputs, by which checkpoints know the run they belong to.
    static func fingerprint(config: String, inputs: JSONValue) -> String {
        Fingerprint.of(Fingerprint.of(config) + Fingerprint.of(inputs.serialized()))
    }

    private func record(_ name: String) throws -> JSONValue {
        do {
            return try JSONValue(parsing: DurableFiles.read(file(name), limit: Self.maximumRecordBytes))
        } catch let error as JSONError {
            throw RunFolderError.unreadable(path: file(name).path, reason: "\(error)")
        }
    }
}

/// One line of `starts.jsonl`.
struct RunStart: Equatable {
    /// The run's fingerprint from this start on.
    var run: String
    var environment: JSONValue
    /// How configuration and inputs differ from the start before; empty unless that was asked for.
    var acceptedChanges: [String]

    var json: JSONValue {
        [
            "run": .string(run), "environment": environment,
            "accepted_changes": .array(acceptedChanges.map(JSONValue.string)),
        ]
    }
}

extension RunStart {
    init?(_ json: JSONValue) {
        guard let run = json["run"]?.string, let environment = json["environment"],
            let changes = json["accepted_changes"]?.array
        else { return nil }
        self.init(run: run, environment: environment, acceptedChanges: changes.compactMap(\.string))
    }
}
