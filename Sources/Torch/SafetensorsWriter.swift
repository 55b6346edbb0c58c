import CTorch
import DurableFiles
public import Foundation
import StrictJSON

/// Writing safetensors files.
public enum Safetensors {
    /// Writes a file that appears whole or not at all, replacing one of that name.
    ///
    /// The same tensors and metadata always give the same bytes, in whatever order they come: wide types first, so that
    /// every tensor lies at a multiple of its element size, then by name, as the reference library orders them. Beside the
    /// tensors only a few MiB are needed. Throws `SafetensorsError` for names, ranks or counts beyond `limits` and
    /// `FileError` when the disk refuses.
    public static func write(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to url: URL,
        limits: SafetensorsLimits = .default
    ) throws {
        let writer = try SafetensorsWriter(tensors, metadata: metadata, file: url.path, limits: limits)
        let file = try DurableFile(replacing: url)
        try writer.write(to: file)
        try file.commit()
    }
}

/// One file's tensors in the order of their bytes, and its header.
struct SafetensorsWriter {
    private let members: [(name: String, tensor: Tensor)]
    /// Length and JSON, padded with spaces to a multiple of 8.
    private let header: [UInt8]

    init(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], file: String, limits: SafetensorsLimits
    ) throws(SafetensorsError) {
        try Self.check(tensors, file, limits)
        members = tensors.sorted { Self.precedes($0, $1) }
        header = Self.header(members, metadata)
        guard header.count - 8 <= limits.maximumHeaderBytes else {
            throw SafetensorsError(
                file: file, place: "header",
                reason: "would have \(header.count - 8) bytes, at most \(limits.maximumHeaderBytes) are written")
        }
    }

    private static func check(
        _ tensors: [(name: String, tensor: Tensor)], _ file: String, _ limits: SafetensorsLimits
    ) throws(SafetensorsError) {
        guard tensors.count <= limits.maximumTensors else {
            throw SafetensorsError(
                file: file, place: "header", reason: "\(tensors.count) tensors, at most \(limits.maximumTensors) are written")
        }
        var names: Set<[UInt8]> = []
        for (name, tensor) in tensors {
            let place = "tensor \(quoted(name))"
            guard name != SafetensorsHeader.metadataKey, (1...max(limits.maximumNameBytes, 1)).contains(name.utf8.count) else {
                throw SafetensorsError(
                    file: file, place: place, reason: "a name has 1 to \(limits.maximumNameBytes) bytes and is not __metadata__")
            }
            guard names.insert(Array(name.utf8)).inserted else {
                throw SafetensorsError(file: file, place: place, reason: "the name is given twice")
            }
            guard tensor.rank <= limits.maximumRank else {
                throw SafetensorsError(
                    file: file, place: place, reason: "\(tensor.rank) dimensions, at most \(limits.maximumRank) are written")
            }
        }
    }

    private static func precedes(_ left: (name: String, tensor: Tensor), _ right: (name: String, tensor: Tensor)) -> Bool {
        let (first, second) = (left.tensor.dtype.writingOrder, right.tensor.dtype.writingOrder)
        return first == second ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : first < second
    }

    private static func header(_ members: [(name: String, tensor: Tensor)], _ metadata: [String: String]) -> [UInt8] {
        var object = JSONObject()
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            object[SafetensorsHeader.metadataKey] = .object(JSONObject(texts.map { ($0.key, .string($0.value)) }))
        }
        var end = 0
        for (name, tensor) in members {
            let begin = end
            end += tensor.byteCount
            object[name] = [
                "dtype": .string(tensor.dtype.safetensorsCode),
                "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
                "data_offsets": [.integer(Int64(begin)), .integer(Int64(end))],
            ]
        }
        var json = JSONValue.object(object).serializedBytes()
        json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
        return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
    }

    func write(to file: DurableFile) throws {
        try file.write(header)
        for (_, tensor) in members { try Self.forEachPiece(of: tensor) { try file.write($0) } }
    }

    /// Hands a tensor's bytes to `body`, row-major, in pieces of 8 MiB.
    ///
    /// One that lies in memory in another order is copied once, on its device; a device is read piece by piece.
    private static func forEachPiece(of tensor: Tensor, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let flat = try withoutGradient { () throws(TorchError) in try tensor.detached().reshaped(-1) }
        let elements = pieceBytes / tensor.dtype.byteCount
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(tensor.byteCount, pieceBytes), alignment: 64)
        defer { buffer.deallocate() }
        for start in stride(from: 0, to: tensor.count, by: elements) {
            let piece = try flat.sliced(0, start..<min(start + elements, tensor.count))
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<piece.byteCount])
            guard ct_copy_to_bytes(piece.raw, tensor.dtype.rawValue, bytes.baseAddress, bytes.count) == 0 else {
                throw TorchError.last("copy to file", [piece])
            }
            try body(UnsafeRawBufferPointer(bytes))
        }
    }

    private static let pieceBytes = 8 << 20
}

extension Tensor {
    /// Bytes of all elements.
    var byteCount: Int { count * dtype.byteCount }
}

extension DType {
    /// The order in which the reference library lays types out: wide elements first.
    fileprivate var writingOrder: Int {
        switch self {
        case .int64: 0
        case .float64: 1
        case .float32: 2
        case .int32: 3
        case .bfloat16: 4
        case .float16: 5
        case .int8: 6
        case .uint8: 7
        case .bool: 8
        }
    }
}
