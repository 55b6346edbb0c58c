import DurableFiles
import Foundation

@testable import RunFolders

/// A folder of a test's own, removed when the test is done.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func callAsFunction(_ name: String) -> URL { url.appending(path: name) }
}

/// Writes a checkpoint of three small files, whose bytes follow from the step.
func fillCheckpoint(_ step: Int) -> (URL) throws -> Void {
    { folder in
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ step) }
        try DurableFiles.write(bytes, to: folder.appending(path: "policy.safetensors"))
        try DurableFiles.createDirectory(at: folder.appending(path: "optimizer"))
        try DurableFiles.write(Array(bytes.prefix(64)), to: folder.appending(path: "optimizer/moments.safetensors"))
        try DurableFiles.write("{\"step\":\(step)}\n", to: folder.appending(path: "state.json"))
    }
}

/// Every file below a folder, by relative path.
func files(under folder: URL) throws -> [String] { try FileTree.entries(under: folder).map(\.path) }

/// The number of a process that has ended.
func endedProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/echo")
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
}

/// A generator for test inputs, the same on every run.
struct TestRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
