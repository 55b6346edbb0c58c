import DurableFiles
import Foundation
import Testing

@testable import RunFolders

@Suite("Damaged checkpoints")
struct CorruptionTests {
    private let folder: TemporaryFolder
    private let store: CheckpointStore

    init() throws {
        folder = try TemporaryFolder()
        store = CheckpointStore(
            in: folder.url, keepLast: 5, origin: CheckpointOrigin(run: "this run", codeVersion: "1"))
        for step in [10, 20] { try store.save(step: step, fill: fillCheckpoint(step)) }
    }

    /// Damages the newer checkpoint; expects it to be refused and the older one to be found, and gives the sentences.
    @discardableResult
    private func refused(_ damage: () throws -> Void) throws -> String {
        let copy = folder(".copy")
        try FileManager.default.copyItem(at: store.url(20), to: copy)
        defer {
            try? FileManager.default.removeItem(at: store.url(20))
            try? FileManager.default.moveItem(at: copy, to: store.url(20))
        }
        try damage()
        let (checkpoint, rejected) = try store.newestValid()
        #expect(checkpoint?.step == 10)
        #expect(rejected.count == 1)
        return rejected.first ?? ""
    }

    @Test("any flipped bit in any file is noticed, the manifest included")
    func flips() throws {
        var random = TestRandom(state: 3)
        let names = try files(under: store.url(20))
        #expect(names == ["manifest.json", "optimizer/moments.safetensors", "policy.safetensors", "state.json"])
        for round in 0..<400 {
            let name = names[round % names.count]
            let url = store.url(20).appending(path: name)
            let sentence = try refused {
                var bytes = try [UInt8](Data(contentsOf: url))
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
                try Data(bytes).write(to: url)
            }
            #expect(sentence.contains(name))
        }
    }

    @Test("a shortened, lengthened, missing or additional file is noticed and named")
    func structure() throws {
        for name in try files(under: store.url(20)) {
            let url = store.url(20).appending(path: name)
            let bytes = try [UInt8](Data(contentsOf: url))
            for length in [0, 1, bytes.count / 2, bytes.count - 1] {
                #expect(try refused { try Data(bytes.prefix(length)).write(to: url) }.contains(name))
            }
            #expect(try refused { try Data(bytes + [0]).write(to: url) }.contains(name))
            #expect(try refused { try FileManager.default.removeItem(at: url) }.contains("\(name): missing"))
            #expect(
                try refused { try Data([1]).write(to: store.url(20).appending(path: "extra")) }
                    .contains("extra: not part of the checkpoint"))
        }
        #expect(
            try refused { try DurableFiles.createDirectory(at: store.url(20).appending(path: "folder")) }
                .contains("folder: not part of the checkpoint"))
    }

    @Test("a file that became a link to the same bytes is noticed")
    func links() throws {
        let url = store.url(20).appending(path: "state.json")
        let sentence = try refused {
            try FileManager.default.moveItem(at: url, to: folder("elsewhere"))
            try FileManager.default.createSymbolicLink(at: url, withDestinationURL: folder("elsewhere"))
        }
        #expect(sentence.contains("state.json: missing") && sentence.contains("state.json: not part"))
        try? FileManager.default.removeItem(at: folder("elsewhere"))
    }

    @Test("files and manifests of another step or another run are noticed")
    func swaps() throws {
        for name in try files(under: store.url(20)) {
            let sentence = try refused {
                try FileManager.default.removeItem(at: store.url(20).appending(path: name))
                try FileManager.default.copyItem(
                    at: store.url(10).appending(path: name), to: store.url(20).appending(path: name))
            }
            #expect(!sentence.isEmpty)
        }
        let wholeStep = try refused {
            try FileManager.default.removeItem(at: store.url(20))
            try FileManager.default.copyItem(at: store.url(10), to: store.url(20))
        }
        #expect(wholeStep.contains("it is that of step 10"))
        let other = CheckpointStore(in: folder(".other"), keepLast: 1, origin: CheckpointOrigin(run: "another"))
        try other.save(step: 20, fill: fillCheckpoint(20))
        let wholeRun = try refused {
            try FileManager.default.removeItem(at: store.url(20))
            try FileManager.default.copyItem(at: other.url(20), to: store.url(20))
        }
        #expect(wholeRun.contains("it is that of another run"))
    }

    @Test("a folder that is not there is missing, not damaged")
    func missingFolder() throws {
        let error = try #require(throws: FileError.self) { try CheckpointStore.verify(store.url(30)) }
        #expect(error.isMissing)
    }

    @Test("every difference is listed, and the folder is named")
    func listing() throws {
        let sentence = try refused {
            try FileManager.default.removeItem(at: store.url(20).appending(path: "state.json"))
            try Data([1]).write(to: store.url(20).appending(path: "policy.safetensors"))
            try Data([1]).write(to: store.url(20).appending(path: "extra"))
        }
        #expect(
            sentence == """
                the checkpoint \(store.url(20).path) is damaged:
                  policy.safetensors: 1 bytes, expected 300
                  state.json: missing
                  extra: not part of the checkpoint
                """)
    }

    @Test("without any whole checkpoint nothing is found, and each is reported, newest first")
    func nothingLeft() throws {
        for step in [10, 20] {
            try FileManager.default.removeItem(at: store.url(step).appending(path: "manifest.json"))
        }
        let (checkpoint, rejected) = try store.newestValid()
        #expect(checkpoint == nil)
        #expect(rejected.count == 2 && rejected[0].contains("step-00000020") && rejected[1].contains("step-00000010"))
    }
}
