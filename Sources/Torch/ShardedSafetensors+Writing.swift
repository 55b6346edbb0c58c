import DurableFiles
public import Foundation
import StrictJSON

/// A tensor that is made when it is its turn to be written.
public struct DeferredTensor {
    public let name: String
    /// Bytes that it will have, by which files are filled.
    public let byteCount: Int
    let make: () throws -> Tensor

    public init(_ name: String, byteCount: Int, make: @escaping () throws -> Tensor) {
        (self.name, self.byteCount, self.make) = (name, byteCount, make)
    }
}

extension Safetensors {
    /// Writes a model's weights into `folder`: `model.safetensors`, or, when they have more than `maximumShardBytes`,
    /// files of at most that many bytes each (a larger tensor gets one of its own) and their index.
    ///
    /// Tensors keep their order from file to file. The index is written last, so that a folder that has one is complete.
    /// The folder must not hold weights yet; to replace a model's weights as a whole, write into a new folder with
    /// `DurableFiles.publishDirectory`.
    public static func writeSharded(
        _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = ["format": "pt"], to folder: URL,
        maximumShardBytes: Int = 5_000_000_000, limits: SafetensorsLimits = .default
    ) throws {
        try writeSharded(
            tensors.map { member in DeferredTensor(member.name, byteCount: member.tensor.byteCount) { member.tensor } },
            metadata: metadata, to: folder, maximumShardBytes: maximumShardBytes, limits: limits)
    }

    /// The same for tensors that are made when their file is written: no more than one file's are in memory at a time.
    public static func writeSharded(
        _ tensors: [DeferredTensor], metadata: [String: String] = ["format": "pt"], to folder: URL,
        maximumShardBytes: Int = 5_000_000_000, limits: SafetensorsLimits = .default
    ) throws {
        try refuseExistingWeights(in: folder)
        let shards = split(tensors, maximumShardBytes)
        var index: [(String, JSONValue)] = []
        for (number, shard) in shards.enumerated() {
            let name =
                shards.count == 1
                ? "model.safetensors" : "model-\(fiveDigits(number + 1))-of-\(fiveDigits(shards.count)).safetensors"
            let made = try shard.map { (name: $0.name, tensor: try $0.make()) }
            try write(made, metadata: metadata, to: folder.appendingPathComponent(name), limits: limits)
            index += shard.map { ($0.name, .string(name)) }
        }
        guard shards.count > 1 else { return }
        try writeIndex(index, totalBytes: tensors.reduce(0) { $0 + $1.byteCount }, folder)
    }

    private static func refuseExistingWeights(in folder: URL) throws(SafetensorsError) {
        for name in ["model.safetensors", "model" + indexSuffix] {
            guard FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) else { continue }
            throw SafetensorsError(
                file: folder.path, place: "folder", reason: "already holds \(name); write into a new folder")
        }
    }

    /// Fills one file after the other.
    private static func split(_ tensors: [DeferredTensor], _ maximumBytes: Int) -> [[DeferredTensor]] {
        var shards: [[DeferredTensor]] = [[]]
        var bytes = 0
        for member in tensors {
            if bytes + member.byteCount > maximumBytes, bytes > 0 {
                shards.append([])
                bytes = 0
            }
            shards[shards.count - 1].append(member)
            bytes += member.byteCount
        }
        return shards
    }

    private static func writeIndex(_ members: [(String, JSONValue)], totalBytes: Int, _ folder: URL) throws {
        var map = JSONObject()
        for (name, shard) in members {
            guard map[name] == nil else {
                throw SafetensorsError(
                    file: folder.path, place: "tensor \(quoted(name))", reason: "the name is given twice")
            }
            map[name] = shard
        }
        let index: JSONValue = [
            "metadata": ["total_size": .integer(Int64(totalBytes))],
            "weight_map": .object(map),
        ]
        let url = folder.appendingPathComponent("model" + indexSuffix)
        try DurableFiles.write(index.serialized(pretty: true, sortedKeys: true) + "\n", to: url)
    }

    private static func fiveDigits(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    }
}
