import DurableFiles
public import Foundation
import StrictJSON

/// The weights of a model folder: `model.safetensors`, or several files and `model.safetensors.index.json`.
public final class ShardedSafetensors {
    public let folder: URL
    private var shards: [String: SafetensorsFile] = [:]
    private let shardOfName: [String: String]

    private static let single = "model.safetensors"
    private static let index = "model.safetensors.index.json"

    public init(_ folder: URL) throws {
        self.folder = folder
        let indexURL = folder.appending(path: Self.index)
        if FileManager.default.fileExists(atPath: indexURL.path) {
            shardOfName = try Self.readIndex(indexURL)
        } else {
            let url = folder.appending(path: Self.single)
            guard FileManager.default.fileExists(atPath: url.path) else { throw Self.missingWeights(folder) }
            let file = try SafetensorsFile(url)
            shards[Self.single] = file
            shardOfName = Dictionary(uniqueKeysWithValues: file.names.map { ($0, Self.single) })
        }
        for name in Set(shardOfName.values) where shards[name] == nil {
            shards[name] = try SafetensorsFile(folder.appending(path: name))
        }
        for (name, shard) in shardOfName where shards[shard]?.has(name) != true {
            throw SafetensorsError(file: indexURL.path, place: name, reason: "it should be in \(shard), which does not have it")
        }
    }

    public var names: [String] { Array(shardOfName.keys) }

    /// `nil` when there is none of that name.
    public func tensor(_ name: String) throws -> Tensor? {
        try shardOfName[name].flatMap { shards[$0] }?.tensor(name)
    }

    private static func readIndex(_ url: URL) throws -> [String: String] {
        let json: JSONValue
        do { json = try JSONValue(parsing: DurableFiles.read(url, limit: 64 << 20)) } catch {
            throw SafetensorsError(file: url.path, place: "index", reason: "\(error)")
        }
        guard let map = json["weight_map"]?.object else {
            throw SafetensorsError(file: url.path, place: "weight_map", reason: "it is missing or not an object")
        }
        return try Dictionary(uniqueKeysWithValues: map.members.map { name, value in
            guard let shard = value.string, !shard.contains("/"), !shard.contains("\\"), shard != "..", shard.hasSuffix(".safetensors") else {
                throw SafetensorsError(
                    file: url.path, place: name, reason: "\(value.serialized()) is not the plain name of a .safetensors file beside it")
            }
            return (name, shard)
        })
    }

    private static func missingWeights(_ folder: URL) -> SafetensorsError {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let pickles = names.filter { $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth") }
        let found = pickles.isEmpty ? "" : "; \(pickles[0]) is a pickle, which is not read: save it as safetensors where you trust it"
        return SafetensorsError(file: folder.path, place: "weights", reason: "no \(single) and no \(index)\(found)")
    }
}

extension ShardedSafetensors {
    /// Writes weights into `folder`: one file, or several of at most `shardBytes` with their index.
    public static func write(_ tensors: [(String, Tensor)], to folder: URL, shardBytes: Int = 5_000_000_000) throws {
        var groups: [[(String, Tensor)]] = [[]]
        var used = 0
        for (name, tensor) in tensors {
            let size = tensor.count * tensor.dtype.byteCount
            if used > 0 && used + size > shardBytes {
                groups.append([])
                used = 0
            }
            groups[groups.count - 1].append((name, tensor))
            used += size
        }
        guard groups.count > 1 else {
            return try Safetensors.write(tensors, metadata: ["format": "pt"], to: folder.appending(path: single))
        }
        try writeShards(groups, to: folder)
    }

    private static func writeShards(_ groups: [[(String, Tensor)]], to folder: URL) throws {
        func number(_ value: Int) -> String { String(repeating: "0", count: max(0, 5 - String(value).count)) + String(value) }
        var map: [(String, JSONValue)] = []
        for (index, group) in groups.enumerated() {
            let name = "model-\(number(index + 1))-of-\(number(groups.count)).safetensors"
            try Safetensors.write(group, metadata: ["format": "pt"], to: folder.appending(path: name))
            map += group.map { ($0.0, .string(name)) }
        }
        let total = groups.joined().reduce(0) { $0 + $1.1.count * $1.1.dtype.byteCount }
        let json: JSONValue = [
            "metadata": ["total_size": .integer(Int64(total))],
            "weight_map": .object(JSONObject(map.sorted { $0.0 < $1.0 })),
        ]
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: folder.appending(path: index))
    }
}
