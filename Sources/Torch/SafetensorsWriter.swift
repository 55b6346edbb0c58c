import CTorch
import DurableFiles
public import Foundation
import StrictJSON

/// Writing weights in the safetensors format.
public enum Safetensors {
    /// Writes the tensors in the order given; the same tensors give the same bytes. The file appears whole or not at all.
    public static func write(_ tensors: [(String, Tensor)], metadata: [String: String] = [:], to url: URL) throws {
        let file = try DurableFile(replacing: url)
        try file.write(header(tensors, metadata, url))
        for (_, tensor) in tensors {
            let bytes = try tensor.bytes()
            try bytes.withUnsafeBytes { try file.write($0) }
        }
        try file.commit()
    }

    private static func header(_ tensors: [(String, Tensor)], _ metadata: [String: String], _ url: URL) throws -> [UInt8] {
        let codes = Dictionary(uniqueKeysWithValues: SafetensorsHeader.dtypes.map { ($1, $0) })
        var members: [(String, JSONValue)] = []
        if !metadata.isEmpty {
            members.append(("__metadata__", .object(JSONObject(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))))
        }
        var (offset, names) = (0, Set<String>())
        for (name, tensor) in tensors {
            guard names.insert(name).inserted else { throw SafetensorsError(file: url.path, place: name, reason: "it is given twice") }
            let end = offset + tensor.count * tensor.dtype.byteCount
            members.append((name, [
                "dtype": .string(codes[tensor.dtype] ?? "F32"), "shape": .array(tensor.shape.map { .integer(Int64($0)) }),
                "data_offsets": .array([.integer(Int64(offset)), .integer(Int64(end))]),
            ]))
            offset = end
        }
        var json = Array(JSONValue.object(JSONObject(members)).serialized().utf8)
        json += [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        let length = UInt64(json.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
    }
}

extension Tensor {
    /// The elements' own bytes, row-major.
    fileprivate func bytes() throws(TorchError) -> [UInt8] {
        let size = count * dtype.byteCount
        var status: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            status = ct_copy_to_bytes(raw, dtype.rawValue, buffer.baseAddress, size)
            initialized = status == 0 ? size : 0
        }
        guard status == 0 else { throw TorchError.last("write", [self]) }
        return bytes
    }
}
