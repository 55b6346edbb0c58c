import DurableFiles
import Foundation
import Testing

@testable import RunFolders

@Suite("Checkpoints")
struct CheckpointStoreTests {
    private let folder: TemporaryFolder
    private let store: CheckpointStore

    init() throws {
        folder = try TemporaryFolder()
        store = CheckpointStore(in: folder("checkpoints"), keepLast: 3)
    }

    @Test("are found whole after saving, the newest by step")
    func saving() throws {
        #expect(try store.newestValid().checkpoint == nil)
        for step in [9, 10, 100_000_000] { try store.save(step: step, fill: fillCheckpoint(step)) }
        let (checkpoint, rejected) = try store.newestValid()
        #expect(checkpoint?.step == 100_000_000 && rejected == [])
        #expect(try store.steps() == [9, 10, 100_000_000])
        #expect(store.url(9).lastPathComponent == "step-00000009")
        #expect(
            try String(contentsOf: store.url(10).appending(path: "state.json"), encoding: .utf8) == "{\"step\":10}\n")
    }

    @Test("of the same state have the same digest and the same bytes, by law")
    func digests() throws {
        let other = CheckpointStore(in: folder("other"), keepLast: 1)
        try store.save(step: 5, fill: fillCheckpoint(5))
        try other.save(step: 5, fill: fillCheckpoint(5))
        #expect(try CheckpointStore.digest(of: store.url(5)) == CheckpointStore.digest(of: other.url(5)))
        #expect(try Fingerprint.ofTree(store.url(5)) == Fingerprint.ofTree(other.url(5)))
        try store.save(step: 6, fill: fillCheckpoint(5))
        #expect(try CheckpointStore.digest(of: store.url(6)) != CheckpointStore.digest(of: store.url(5)))

        let versioned = CheckpointStore(in: folder("third"), keepLast: 1, origin: CheckpointOrigin(codeVersion: "2"))
        try versioned.save(step: 5, fill: fillCheckpoint(5))
        #expect(try CheckpointStore.digest(of: versioned.url(5)) == CheckpointStore.digest(of: store.url(5)))
        #expect(try Fingerprint.ofTree(versioned.url(5)) != Fingerprint.ofTree(store.url(5)))
    }

    @Test("say in the manifest where they come from")
    func origins() throws {
        let origin = CheckpointOrigin(run: "r", codeVersion: "1.2", acceptedChanges: ["config a: was 1, is 2"])
        let store = CheckpointStore(in: folder("c"), keepLast: 1, origin: origin)
        try store.save(step: 1, fill: fillCheckpoint(1))
        #expect(try CheckpointStore.verify(store.url(1)).manifest.origin == origin)
    }

    @Test("that fail while they are written leave what was there")
    func failing() throws {
        struct Failure: Error {}
        try store.save(step: 1, fill: fillCheckpoint(1))
        #expect(throws: Failure.self) {
            try store.save(step: 2) { folder in
                try fillCheckpoint(2)(folder)
                throw Failure()
            }
        }
        #expect(try store.newestValid().checkpoint?.step == 1)
        #expect(try DurableFiles.names(in: store.folder) == ["step-00000001"])
    }

    @Test("hold only regular files")
    func irregular() throws {
        let error = try #require(throws: RunFolderError.self) {
            try store.save(step: 1) { folder in
                try FileManager.default.createSymbolicLink(
                    at: folder.appending(path: "link"), withDestinationURL: URL(filePath: "/etc/hosts"))
            }
        }
        #expect("\(error)".contains("link: not a regular file"))
        #expect(try store.steps() == [])
    }

    @Test("that are whole are not written again, damaged ones are replaced")
    func sameStep() throws {
        try store.save(step: 1, fill: fillCheckpoint(1))
        try store.save(step: 1) { _ in Issue.record("a whole checkpoint was written again") }
        try DurableFiles.write("x", to: store.url(1).appending(path: "state.json"))
        #expect(try store.newestValid().checkpoint == nil)
        try store.save(step: 1, fill: fillCheckpoint(1))
        #expect(try store.newestValid().checkpoint?.step == 1)
    }

    @Test("after a step are discarded when a run goes back to it")
    func discarding() throws {
        let store = CheckpointStore(in: folder("c"), keepLast: 9)
        for step in 1...5 { try store.save(step: step, fill: fillCheckpoint(step)) }
        try store.discard(after: 3)
        #expect(try store.steps() == [1, 2, 3])
    }

    @Test("of folders with other names are none")
    func foreignNames() throws {
        for name in ["step-1", "step-0000000x", "step--0000001", "step-+0000001", "Step-00000001", ".unfinished-1-2-3"]
        {
            try DurableFiles.createDirectory(at: store.folder.appending(path: name))
        }
        try DurableFiles.createDirectory(at: store.url(7))
        #expect(try store.steps() == [7])
        let (checkpoint, rejected) = try store.newestValid()
        #expect(checkpoint == nil)
        #expect(rejected.count == 1 && rejected[0].contains("manifest.json: missing"))
    }
}

@Suite("Keeping and removing checkpoints")
struct RetentionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func whole(_ store: CheckpointStore) throws -> [Int] {
        try store.steps().filter { (try? CheckpointStore.verify(store.url($0))) != nil }
    }

    @Test("keeps the last ones and those that are asked for")
    func keeping() throws {
        let store = CheckpointStore(in: folder.url, keepLast: 2)
        for step in 1...6 { try store.save(step: step, alsoKeeping: [3], fill: fillCheckpoint(step)) }
        #expect(try store.steps() == [3, 5, 6])
        #expect(CheckpointStore(in: folder.url, keepLast: 0).keepLast == 1)
    }

    @Test("never counts a damaged one among those that are kept")
    func damagedOnes() throws {
        let store = CheckpointStore(in: folder.url, keepLast: 2)
        for step in 1...2 { try store.save(step: step, fill: fillCheckpoint(step)) }
        try FileManager.default.removeItem(at: store.url(2).appending(path: "state.json"))
        try store.save(step: 3, fill: fillCheckpoint(3))
        #expect(try store.steps() == [1, 3])
    }

    @Test("holds through saves that fail at any stage, damage and leftovers, by law")
    func law() throws {
        struct Crash: Error {}
        var random = TestRandom(state: 12)
        let store = CheckpointStore(in: folder.url, keepLast: 3)
        let dead = try endedProcess()
        var saves = 0
        for step in 1...150 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0:
                // Killed while the files are written: a temporary folder stays, in part.
                let leftover = folder(".unfinished-\(dead)-1-\(step)")
                try DurableFiles.createDirectory(at: leftover)
                try DurableFiles.write("half", to: leftover.appending(path: "policy.safetensors"))
            case 1:
                // Killed between the manifest and the rename: a temporary folder stays, whole.
                let leftover = folder(".unfinished-\(dead)-2-\(step)")
                try DurableFiles.createDirectory(at: leftover)
                try fillCheckpoint(step)(leftover)
                try CheckpointManifest.describing(leftover, step: step, origin: CheckpointOrigin()).write(to: leftover)
            case 2:
                #expect(throws: Crash.self) { try store.save(step: step) { _ in throw Crash() } }
            case 3:
                // Killed while an old checkpoint is removed: it lost its name first, then some of its files.
                if let old = try whole(store).first, try whole(store).count > 3 {
                    let leftover = folder(".unfinished-\(dead)-3-\(step)")
                    try FileManager.default.moveItem(at: store.url(old), to: leftover)
                    try FileManager.default.removeItem(at: leftover.appending(path: "state.json"))
                }
            case 4:
                try store.removeLeftovers()
            default:
                try store.save(step: step, fill: fillCheckpoint(step))
                saves += 1
            }
            let count = try whole(store).count
            #expect(count >= min(saves, 3) && count <= 3, "step \(step)")
            let newest = try store.newestValid()
            #expect((newest.checkpoint != nil) == (saves > 0) && newest.rejected == [])
        }
        try store.removeLeftovers()
        #expect(try DurableFiles.names(in: folder.url) == store.steps().map { store.url($0).lastPathComponent })
        #expect(saves > 10)
    }
}
