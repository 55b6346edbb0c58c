import Foundation
import GGUF
import Testing

/// A GGUF file put together by hand, right or wrong.
struct RawGGUF {
    var magic = Array("GGUF".utf8)
    var version: UInt32 = 3
    var metadata: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var data: [UInt8] = []
    /// What the header says about the counts; nil for the truth.
    var statedTensors: UInt64?
    var statedKeys: UInt64?
    var alignment = 32

    var bytes: [UInt8] {
        var bytes = magic + little(version)
        bytes += little(statedTensors ?? UInt64(tensors.count)) + little(statedKeys ?? UInt64(metadata.count))
        bytes += metadata.flatMap { $0 } + tensors.flatMap { $0 }
        if !tensors.isEmpty { bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment) }
        return bytes + data
    }

    /// Two tensors: `a` of 2 × 3 float32 and `b` of one Q8_0 block; one key of every kind that matters.
    static var valid: RawGGUF {
        var file = RawGGUF()
        file.metadata = [
            key("general.architecture", 8, text("llama")), key("answer", 4, little(UInt32(42))),
            key("list", 9, little(UInt32(8)) + little(UInt64(2)) + text("x") + text("y")),
        ]
        file.tensors = [tensor("a", [3, 2], type: 0, offset: 0), tensor("b", [32], type: 8, offset: 32)]
        file.data = (0..<6).flatMap { little(Float($0).bitPattern) } + [UInt8](repeating: 0, count: 8)
        file.data += [0x00, 0x3C] + (0..<32).map { UInt8($0) }
        return file
    }
}

func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}
func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }
func key(_ name: String, _ type: UInt32, _ value: [UInt8]) -> [UInt8] { text(name) + little(type) + value }
func tensor(_ name: String, _ sizes: [UInt64], type: UInt32, offset: UInt64) -> [UInt8] {
    text(name) + little(UInt32(sizes.count)) + sizes.flatMap { little($0) } + little(type) + little(offset)
}

/// Opens `bytes` as a file of its own.
func withFile<Result>(_ bytes: [UInt8], _ body: (URL) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "gguf-\(UUID().uuidString).gguf")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url)
}

/// The error that opening `file` gives.
func refusal(
    of file: RawGGUF, limits: GGUFLimits = .default, sourceLocation: SourceLocation = #_sourceLocation
) throws -> GGUFError {
    try withFile(file.bytes) { url in
        try #require(throws: GGUFError.self, sourceLocation: sourceLocation) { try GGUFFile(url, limits: limits) }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draw {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
