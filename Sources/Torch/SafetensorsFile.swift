import CTorch
public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// An open safetensors file. The header is read and checked at once, tensors when they are asked for, straight into
/// their memory; nothing is mapped, so a file that shrinks meanwhile is an error and not a crash.
public final class SafetensorsFile {
    public let path: String
    private let file: FileHandle
    private let dataOffset: Int
    private let header: SafetensorsHeader
    private let entries: [String: SafetensorsHeader.Entry]

    public init(_ url: URL) throws {
        path = url.path
        if let advice = Self.refusedFormats[url.pathExtension] { throw SafetensorsError(file: path, place: "format", reason: advice) }
        let attributes = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard let attributes else { throw SafetensorsError(file: path, place: "file", reason: "there is no such file") }
        guard attributes[.type] as? FileAttributeType == .typeRegular, let size = (attributes[.size] as? NSNumber)?.intValue else {
            throw SafetensorsError(file: path, place: "file", reason: "it is not a regular file")
        }
        file = try FileHandle(forReadingFrom: url)
        let lengthBytes = try file.read(upToCount: 8) ?? Data()
        let length = lengthBytes.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
        guard lengthBytes.count == 8, let headerLength = Int(exactly: length), headerLength <= SafetensorsHeader.maximumBytes,
            8 + headerLength <= size
        else {
            throw SafetensorsError(
                file: path, place: "header", reason: "length \(length) in a file of \(size) bytes; at most \(SafetensorsHeader.maximumBytes) are read")
        }
        let json = try file.read(upToCount: headerLength) ?? Data()
        dataOffset = 8 + headerLength
        header = try SafetensorsHeader([UInt8](json), dataByteCount: size - dataOffset, file: path)
        entries = Dictionary(header.entries.map { ($0.name, $0) }) { first, _ in first }
    }

    deinit { try? file.close() }

    /// In the order in which they lie in the file.
    public var names: [String] { header.entries.map(\.name) }

    public var metadata: [String: String] { header.metadata }

    public func has(_ name: String) -> Bool { entries[name] != nil }

    /// The tensor of that name, on the CPU, in the file's own type.
    public func tensor(_ name: String) throws -> Tensor {
        guard let entry = entries[name] else {
            throw SafetensorsError(file: path, place: name, reason: "there is no such tensor")
        }
        var (data, count): (UnsafeMutableRawPointer?, Int) = (nil, 0)
        let raw = ct_empty_cpu(entry.shape.map(Int64.init), Int32(entry.shape.count), entry.dtype.rawValue, &data, &count)
        let tensor = try Tensor.owning(raw, "read \(name)")
        if let data { try read(into: UnsafeMutableRawBufferPointer(start: data, count: count), at: dataOffset + entry.range.lowerBound, name) }
        return tensor
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int, _ name: String) throws {
        var done = 0
        while done < buffer.count {
            let count = pread(file.fileDescriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = count < 0 ? String(cString: strerror(errno)) : "the file ended early; it changed while it was read"
                throw SafetensorsError(file: path, place: name, reason: reason)
            }
            done += count
        }
    }

    private static let refusedFormats = ["bin", "pt", "pth", "ckpt"].reduce(into: [String: String]()) { formats, name in
        formats[name] =
            "a pickle can run code when it is read, so it is not; load it where you trust it and save it again as safetensors, "
            + "for instance with model.save_pretrained(folder, safe_serialization=True) in transformers"
    }
}
