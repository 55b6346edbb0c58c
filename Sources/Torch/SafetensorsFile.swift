import CTorch
import DurableFiles
public import Foundation

/// An open safetensors file: its table of contents, checked as a whole when it is opened, and its tensors, read when asked
/// for.
///
/// Only the header is kept in memory. A tensor's bytes go from the file straight into the tensor. A file that somebody
/// shortens or replaces meanwhile gives an error or the old bytes, never a crash.
public final class SafetensorsFile: Sendable {
    public let path: String
    private let file: RandomAccessFile
    private let header: SafetensorsHeader
    /// Where the data begins.
    private let dataStart: Int

    /// Opens a file. Throws `FileError` when it cannot be read, `SafetensorsError` when it is not in order.
    public init(_ url: URL, limits: SafetensorsLimits = .default) throws {
        path = url.path
        guard !pickleExtensions.contains(url.pathExtension.lowercased()) else { throw SafetensorsError.pickle(path) }
        file = try RandomAccessFile(url)
        let json = try Self.headerBytes(of: file, limits)
        dataStart = 8 + json.count
        header = try SafetensorsHeader(json, dataByteCount: file.byteCount - dataStart, file: path, limits: limits)
    }

    private static func headerBytes(of file: RandomAccessFile, _ limits: SafetensorsLimits) throws -> [UInt8] {
        let start = try file.bytes(from: 0, count: 8)
        guard start.count == 8 else {
            throw SafetensorsError(
                file: file.path, place: "file", reason: "has \(file.byteCount) bytes, too few for the header's length")
        }
        let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(clamping: limits.maximumHeaderBytes), let count = Int(exactly: length) else {
            if start.starts(with: [0x50, 0x4B]) || start.starts(with: [0x80]) { throw SafetensorsError.pickle(file.path) }
            throw SafetensorsError(
                file: file.path, place: "header",
                reason: "says it has \(length) bytes; at most \(limits.maximumHeaderBytes) are read")
        }
        guard count <= file.byteCount - 8 else {
            throw SafetensorsError(
                file: file.path, place: "header", reason: "says it has \(length) bytes, the file has \(file.byteCount)")
        }
        let json = try file.bytes(from: 8, count: count)
        guard json.count == count else { throw file.shortened(place: "header") }
        return json
    }
}

/// What PyTorch's pickled weights are called.
let pickleExtensions: Set<String> = ["bin", "pt", "pth", "ckpt", "pkl", "pickle"]

// MARK: What is in it

extension SafetensorsFile {
    /// All names, in the order of the tensors' bytes.
    public var names: [String] { header.entries.map(\.name) }

    /// The free-form texts that the writer added, such as `format`.
    public var metadata: [String: String] { header.metadata }

    public func contains(_ name: String) -> Bool { header.entry(name) != nil }

    /// The shape of a tensor without reading it; `nil` when there is none of that name.
    public func shape(of name: String) -> [Int]? { header.entry(name)?.shape }

    public func dtype(of name: String) -> DType? { header.entry(name)?.dtype }

    /// Bytes of all tensors together.
    public var dataByteCount: Int { file.byteCount - dataStart }
}

// MARK: Its tensors

extension SafetensorsFile {
    /// Reads one tensor, in memory of its own.
    ///
    /// - Parameters:
    ///   - dtype: what to convert it to; `nil` keeps the file's type.
    public func tensor(_ name: String, dtype: DType? = nil, device: Device = .cpu) throws -> Tensor {
        guard let entry = header.entry(name) else {
            throw SafetensorsError(file: path, place: "tensor \(quoted(name))", reason: "there is none of that name")
        }
        let tensor = try Tensor.filled(shape: entry.shape, dtype: entry.dtype) { memory in
            let found = try file.read(into: memory, from: dataStart + entry.bytes.lowerBound)
            guard found == memory.count else { throw file.shortened(place: "tensor \(quoted(name))") }
            try checkBooleans(entry, UnsafeRawBufferPointer(memory))
        }
        return try tensor.to(dtype ?? entry.dtype).to(device)
    }

    /// A bool that is neither 0 nor 1 means something else to every operator.
    private func checkBooleans(_ entry: SafetensorsHeader.Entry, _ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        guard entry.dtype == .bool, let bad = bytes.firstIndex(where: { $0 > 1 }) else { return }
        throw SafetensorsError(
            file: path, place: "tensor \(quoted(entry.name))",
            reason: "element \(bad) of BOOL is the byte \(bytes[bad]), expected 0 or 1")
    }
}

extension RandomAccessFile {
    fileprivate func shortened(place: String) -> SafetensorsError {
        SafetensorsError(
            file: path, place: place, reason: "the file had \(byteCount) bytes when it was opened and has become shorter")
    }
}

extension Tensor {
    /// A new CPU tensor whose memory `fill` writes, all of it.
    static func filled(
        shape: [Int], dtype: DType, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void
    ) throws -> Tensor {
        var (memory, byteCount): (UnsafeMutableRawPointer?, Int) = (nil, 0)
        let raw = ct_empty_cpu(shape.map(Int64.init), Int32(shape.count), dtype.rawValue, &memory, &byteCount)
        let tensor = try Tensor.owning(raw, "empty \(shape) \(dtype)")
        try fill(UnsafeMutableRawBufferPointer(start: memory, count: byteCount))
        return tensor
    }
}
