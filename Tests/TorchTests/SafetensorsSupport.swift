import Foundation
import Testing
import Torch

/// A safetensors file put together by hand, right or wrong.
struct RawSafetensors {
    var header: [UInt8]
    var data: [UInt8]
    /// What the file says about the header's length; `nil` for the truth.
    var statedLength: UInt64?

    init(_ header: String, dataBytes: Int = 0) {
        (self.header, data) = (Array(header.utf8), [UInt8](repeating: 0, count: dataBytes))
    }

    var bytes: [UInt8] {
        let length = statedLength ?? UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
    }
}

/// Opens `bytes` as a file of that name in a folder of its own.
func withFile<Result>(_ bytes: [UInt8], _ name: String = "x.safetensors", _ body: (URL) throws -> Result) throws -> Result {
    var result: Result?
    try withTemporaryFolder { folder in
        let url = folder.appending(path: name)
        try Data(bytes).write(to: url)
        result = try body(url)
    }
    return try #require(result)
}

/// The error that opening `file` gives.
func refusal(
    of file: RawSafetensors, limits: SafetensorsLimits = .default, sourceLocation: SourceLocation = #_sourceLocation
) throws -> SafetensorsError {
    try withFile(file.bytes) { url in
        try #require(throws: SafetensorsError.self, sourceLocation: sourceLocation) {
            try SafetensorsFile(url, limits: limits)
        }
    }
}

/// The bits of every element.
func bits(_ tensor: Tensor) throws -> [UInt8] {
    try withTemporaryFile { url in
        try Safetensors.write([("x", tensor)], to: url)
        let bytes = [UInt8](try Data(contentsOf: url))
        return Array(bytes.suffix(tensor.count * tensor.dtype.byteCount))
    }
}

/// A file name in a folder of its own.
func withTemporaryFile<Result>(_ body: (URL) throws -> Result) throws -> Result {
    var result: Result?
    try withTemporaryFolder { result = try body($0.appending(path: "x.safetensors")) }
    return try #require(result)
}

enum SafetensorsGoldens {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens/safetensors")

    static func url(_ name: String) -> URL { folder.appending(path: name) }

    /// What `record_safetensors.py` put into `every_type.safetensors`.
    static func everyType() throws -> [(name: String, tensor: Tensor)] {
        let (floats, integers) = (try vector(0, -0.0, 1.5, -2.25, 0.5, 64), try ids(0, 1, 2, 100, 127, 7))
        return [
            ("float64", try floats.to(.float64).reshaped(2, 3)), ("float32", try floats.reshaped(3, 2)),
            ("float16", try floats.to(.float16).reshaped(1, 6)), ("bfloat16", try floats.to(.bfloat16)),
            ("int64", try integers.reshaped(2, 3)), ("int32", try integers.to(.int32).reshaped(6, 1)),
            ("int8", try integers.to(.int8).reshaped(2, 1, 3)), ("uint8", try integers.to(.uint8)),
            ("bool", try bools(true, false, true, true, false, false).reshaped(3, 2)),
            ("scalar", try Tensor([3.5] as [Float], shape: [])), ("empty", try Tensor.zeros([0, 4])),
            ("größe.weight", try Tensor.ones([2])),
        ]
    }
}
