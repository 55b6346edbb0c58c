import DurableFiles
import Foundation
import StrictJSON
import Testing

@testable import RunFolders

private let config = """
    seed: 7
    lagrange:
      costLimit: -0.5
      bound: 20.0
    targets: [q, v]

    """
private let inputs: JSONValue = [
    ["path": "/data/a", "bytes": 3, "sha256": "aa"], ["path": "/data/b", "bytes": 4, "sha256": "bb"],
]
private let environment: JSONValue = ["code_version": "1.0", "threads": 1]

@Suite("Run folders")
struct RunDirectoryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func create(_ name: String = "run") throws -> RunDirectory {
        try RunDirectory.create(at: folder(name), config: config, inputs: inputs, environment: environment)
    }

    private func resume(
        _ config: String = config, _ inputs: JSONValue = inputs, accepting: Bool = false
    ) throws -> RunDirectory {
        try RunDirectory.resume(at: folder("run"), config: config, inputs: inputs, acceptingChanges: accepting)
    }

    @Test("hold what the run was given")
    func contents() throws {
        _ = try create("a/b/run")
        let run = try RunFolder(reading: folder("a/b/run"))
        #expect(try run.config() == config)
        #expect(try run.inputs() == inputs)
        #expect(try run.environment() == environment)
        #expect(run.metrics.lastPathComponent == "metrics.jsonl" && run.report.lastPathComponent == "report.html")
    }

    @Test("are not begun where a run or anything else is")
    func occupied() throws {
        _ = try create()
        #expect(throws: RunFolderError.exists(path: folder("run").path)) { try create() }
        try DurableFiles.createDirectory(at: folder("home"))
        try DurableFiles.write("x", to: folder("home/thesis.tex"))
        #expect(throws: RunFolderError.notEmpty(path: folder("home").path, found: "thesis.tex")) { try create("home") }
        #expect(try DurableFiles.names(in: folder("home")) == ["thesis.tex"])
    }

    @Test("that were killed before they had a configuration can be begun again")
    func halfBegun() throws {
        _ = try create()
        try FileManager.default.removeItem(at: folder("run/config.yaml"))
        try DurableFiles.createDirectory(at: folder("run/.unfinished-\(endedProcess())-1-a"))
        _ = try create()
        #expect(try DurableFiles.names(in: folder("run")).contains("config.yaml"))
        #expect(try !DurableFiles.names(in: folder("run")).contains { $0.hasPrefix(".unfinished") })
    }

    @Test("are resumed with the same configuration and inputs, wherever those lie now")
    func resuming() throws {
        try create().checkpoints(keepLast: 1).save(step: 3, fill: fillCheckpoint(3))
        let moved: JSONValue = [
            ["path": "/new/a", "bytes": 3, "sha256": "aa"], ["path": "/new/b", "bytes": 4, "sha256": "bb"],
        ]
        let run = try resume(config, moved)
        #expect(try run.checkpoints(keepLast: 1).newestValid().checkpoint?.step == 3)
        #expect(try run.folder.starts().count == 2)
        #expect(throws: RunFolderError.notARun(path: folder("no").path, missing: "config.yaml")) {
            try RunDirectory.resume(at: folder("no"), config: config, inputs: inputs)
        }
    }

    @Test(
        "name every field that differs, by its path",
        arguments: [
            ("seed: 7", "seed: 8", "config seed: was 7, is 8"),
            ("bound: 20.0", "bound: 5.0", "config lagrange.bound: was 20.0, is 5.0"),
            ("  bound: 20.0\n", "", "config lagrange.bound: was 20.0, is gone"),
            ("seed: 7\n", "seed: 7\nextra: 1\n", "config extra: is new, 1"),
            ("targets: [q, v]", "targets: [q]", "config targets: was [q, v], is [q]"),
        ])
    func changedConfig(old: String, new: String, sentence: String) throws {
        _ = try create()
        let changed = config.replacingOccurrences(of: old, with: new)
        #expect(changed != config)
        #expect(throws: RunFolderError.changed(path: folder("run").path, differences: [sentence])) {
            try resume(changed)
        }
        #expect(try RunFolder(reading: folder("run")).config() == config)
    }

    @Test("name every input that differs")
    func changedInputs() throws {
        _ = try create()
        let changed: JSONValue = [
            ["path": "/data/a", "bytes": 3, "sha256": "aa"], ["path": "/data/b", "bytes": 4, "sha256": "cc"],
        ]
        let sentence = #"input 1: was {"bytes":4,"sha256":"bb"}, is {"bytes":4,"sha256":"cc"}"#
        #expect(throws: RunFolderError.changed(path: folder("run").path, differences: [sentence])) {
            try resume(config, changed)
        }
        let fewer: JSONValue = [["path": "/data/a", "bytes": 3, "sha256": "aa"]]
        #expect(throws: RunFolderError.self) { try resume(config, fewer) }
    }

    @Test("take changes on request, record them, and still accept their older checkpoints")
    func acceptedChanges() throws {
        try create().checkpoints(keepLast: 5).save(step: 1, fill: fillCheckpoint(1))
        let changed = config.replacingOccurrences(of: "bound: 20.0", with: "bound: 5.0")
        do {
            let run = try resume(changed, accepting: true)
            #expect(try run.folder.config() == changed)
            let checkpoints = run.checkpoints(keepLast: 5)
            #expect(try checkpoints.newestValid().checkpoint?.step == 1)
            try checkpoints.save(step: 2, fill: fillCheckpoint(2))
        }
        let (checkpoint, rejected) = try resume(changed).checkpoints(keepLast: 5).newestValid()
        #expect(checkpoint?.step == 2 && rejected == [])
        #expect(checkpoint?.manifest.origin.acceptedChanges == ["config lagrange.bound: was 20.0, is 5.0"])
        #expect(checkpoint?.manifest.origin.codeVersion == "1.0")
    }

    @Test("do not take the checkpoints of another run")
    func otherRuns() throws {
        let run = try create()
        let other = try RunDirectory.create(
            at: folder("other"), config: config + "more: 1\n", inputs: inputs, environment: environment)
        try run.checkpoints(keepLast: 1).save(step: 1, fill: fillCheckpoint(1))
        try other.checkpoints(keepLast: 1).save(step: 2, fill: fillCheckpoint(2))
        try FileManager.default.copyItem(
            at: other.checkpoints(keepLast: 1).url(2), to: run.checkpoints(keepLast: 1).url(2))
        let (checkpoint, rejected) = try run.checkpoints(keepLast: 1).newestValid()
        #expect(checkpoint?.step == 1 && rejected.count == 1)
    }

    @Test("lose what an interrupted save left when they are resumed")
    func leftovers() throws {
        try create().checkpoints(keepLast: 1).save(step: 1, fill: fillCheckpoint(1))
        try DurableFiles.createDirectory(at: folder("run/checkpoints/.unfinished-\(endedProcess())-1-a/x"))
        _ = try resume()
        #expect(try DurableFiles.names(in: folder("run/checkpoints")) == ["step-00000001"])
    }

    @Test("describe the machine they ran on")
    func environments() {
        let environment = RunEnvironment.describe(codeVersion: "1.0", ["device": "cpu", "processors": 2])
        #expect(
            environment["code_version"] == "1.0" && environment["device"] == "cpu" && environment["processors"] == 2)
        #expect(environment["system"]?.string?.isEmpty == false && environment["memory_bytes"]?.integer ?? 0 > 0)
    }
}
