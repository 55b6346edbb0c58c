import DurableFiles
public import Foundation

/// A tensor in a GGUF file, not yet read.
public struct GGUFTensor: Sendable, Equatable {
    public let name: String
    public let type: GGUFTensorType
    /// Row-major, as the framework that trained it has it: the file lists sizes in the other order.
    public let shape: [Int]
    /// Its bytes in the file.
    public internal(set) var bytes: Range<Int>

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
}

/// An open GGUF file of version 2 or 3: its metadata and its table of tensors, checked as a whole when it is opened, and
/// its tensors' values, read when asked for.
///
/// Version 1, big-endian files and models split over several files are refused.
public final class GGUFFile: Sendable {
    public let path: String
    public let version: Int
    /// The metadata in the file's order; every key once.
    public let metadata: [(key: String, value: GGUFValue)]
    /// In the order of their bytes.
    public let tensors: [GGUFTensor]
    private let file: RandomAccessFile
    private let keys: [String: Int]
    private let names: [[UInt8]: Int]

    /// Opens a file. Throws `FileError` when it cannot be read, `GGUFError` when it is not in order.
    public init(_ url: URL, limits: GGUFLimits = .default) throws {
        file = try RandomAccessFile(url)
        let header = try GGUFHeader(file, limits)
        (path, version) = (file.path, header.version)
        (metadata, tensors) = (header.metadata, header.tensors)
        keys = Dictionary(metadata.enumerated().map { ($1.key, $0) }) { first, _ in first }
        names = Dictionary(tensors.enumerated().map { (Array($1.name.utf8), $0) }) { first, _ in first }
        if let parts = self["split.count"]?.integer, parts > 1 {
            throw GGUFError(
                file: path, place: "metadata \"split.count\"",
                reason: "the model lies in \(parts) files; join them with the gguf-split tool")
        }
    }

    /// The value of a key of the metadata; nil when there is none.
    public subscript(key: String) -> GGUFValue? { keys[key].map { metadata[$0].value } }

    /// The tensor of that name, compared by its bytes.
    public func tensor(_ name: String) -> GGUFTensor? { names[Array(name.utf8)].map { tensors[$0] } }
}

// MARK: Values

extension GGUFFile {
    /// Writes a tensor's values as float32 into `values`, reading a few MiB at a time.
    ///
    /// - Parameter values: as many as the tensor has elements.
    public func read(_ tensor: GGUFTensor, into values: UnsafeMutableBufferPointer<Float>) throws {
        guard tensor.type.isReadable else { throw unreadable(tensor) }
        guard values.count == tensor.count else {
            throw error(tensor, "has \(tensor.count) elements, room for \(values.count) was given")
        }
        let block = tensor.type.block
        let pieceBlocks = max(1, (4 << 20) / block.bytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBlocks * block.bytes, alignment: 16)
        defer { buffer.deallocate() }
        let blockCount = tensor.count / block.elements
        for first in stride(from: 0, to: blockCount, by: pieceBlocks) {
            let count = min(pieceBlocks, blockCount - first)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * block.bytes)])
            try read(tensor, at: first * block.bytes, into: piece)
            let target = values[first * block.elements..<(first + count) * block.elements]
            guard tensor.type.dequantise(UnsafeRawBufferPointer(piece), into: .init(rebasing: target)) else {
                throw unreadable(tensor)
            }
        }
    }

    /// Writes a tensor's bytes from `offset` on into `bytes`, as they are in the file.
    public func read(_ tensor: GGUFTensor, at offset: Int = 0, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard offset >= 0, offset <= tensor.bytes.count, bytes.count <= tensor.bytes.count - offset else {
            throw error(tensor, "has \(tensor.bytes.count) bytes; \(bytes.count) from \(offset) on were asked for")
        }
        let found = try file.read(into: bytes, from: tensor.bytes.lowerBound + offset)
        guard found == bytes.count else { throw error(tensor, "the file has become shorter while it was read") }
    }

    /// A tensor's values as float32, row-major.
    public func values(of tensor: GGUFTensor) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: tensor.count) { buffer, initialized in
            try read(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
            initialized = tensor.count
        }
    }

    private func unreadable(_ tensor: GGUFTensor) -> GGUFError {
        error(tensor, "\(tensor.type.name) is not read here; read are \(GGUFTensorType.readableNames)")
    }

    private func error(_ tensor: GGUFTensor, _ reason: String) -> GGUFError {
        GGUFError(file: path, place: "tensor \(quoted(tensor.name))", reason: reason)
    }
}
