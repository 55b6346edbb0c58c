import ArgumentParser
import Foundation
import RunFolders

struct CheckpointCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Look at a run's checkpoints.",
        subcommands: [List.self, Verify.self, Digest.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The checkpoints of a run folder and whether each is whole.",
            discussion: "Example: safe-rlhf-v checkpoint list runs/safe")

        @Argument(help: "A run folder.") var folder: String

        func run() throws {
            let store = CheckpointStore(in: URL(filePath: folder).appending(path: "checkpoints"), keepLast: 1)
            for step in try store.steps() {
                let verdict = (try? CheckpointStore.verify(store.url(step))) == nil ? "damaged" : "whole"
                print("\(store.url(step).lastPathComponent)  \(verdict)")
            }
        }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read every byte of a checkpoint and compare it with its manifest.",
            discussion: "Example: safe-rlhf-v checkpoint verify runs/safe/checkpoints/step-00000060")

        @Argument(help: "A checkpoint folder.") var checkpoint: String

        func run() throws {
            let found = try CheckpointStore.verify(URL(filePath: checkpoint))
            print("whole: step \(found.step), \(found.manifest.entries.count) files")
        }
    }

    struct Digest: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "One number for all state in a checkpoint: equal exactly when two checkpoints are the same.",
            discussion: "Example: safe-rlhf-v checkpoint digest runs/safe/checkpoints/step-00000060")

        @Argument(help: "A checkpoint folder.") var checkpoint: String

        func run() throws { print(try CheckpointStore.digest(of: URL(filePath: checkpoint))) }
    }
}
