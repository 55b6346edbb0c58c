import Foundation
import Testing
import Torch

/// A float32 vector.
func vector(_ values: Float...) throws(TorchError) -> Tensor { try Tensor(values) }

/// An int64 vector.
func ids(_ values: Int64...) throws(TorchError) -> Tensor { try Tensor(values) }

/// A bool vector.
func bools(_ values: Bool...) throws(TorchError) -> Tensor { try Tensor(values) }

/// Expects every element within `tolerance` of what was worked out by hand.
func expect(
    _ found: Tensor, near expected: [Double], within tolerance: Double = 1e-6,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let values = try found.values(as: Double.self)
    try #require(values.count == expected.count, "found \(found.signature)", sourceLocation: sourceLocation)
    for (index, (value, wanted)) in zip(values, expected).enumerated() {
        #expect(abs(value - wanted) <= tolerance, "element \(index): \(value), expected \(wanted)", sourceLocation: sourceLocation)
    }
}

/// Calls `body` with a new folder that is removed afterwards; in memory where the system has a folder for that, since some
/// tests write thousands of files.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
    let base = FileManager.default.isWritableFile(atPath: memory.path) ? memory : FileManager.default.temporaryDirectory
    let folder = base.appending(path: "torch-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}

/// SplitMix64 (Steele, Lea & Flood 2014): the same numbers in every run.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
