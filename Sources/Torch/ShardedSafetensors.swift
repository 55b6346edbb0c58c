import DurableFiles
public import Foundation
import StrictJSON

/// The weights of a model folder, in one file or in several with an index: every name once, each tensor read when asked
/// for.
///
/// The index is Hugging Face's `model.safetensors.index.json`: `weight_map` says which file holds which tensor. The files
/// must be plain names in the index's own folder, and hold what they are said to hold.
public final class ShardedSafetensors: Sendable {
    /// The file or the index that was opened.
    public let path: String
    /// All names, as in the file or the index.
    public let names: [String]
    /// Tensors that the index does not speak of, with their files. They cannot be read through here.
    public let unlisted: [(file: String, name: String)]
    private let files: [SafetensorsFile]
    /// The file of each name, by the name's bytes.
    private let owners: [[UInt8]: Int]

    /// Opens `model.safetensors` or `model.safetensors.index.json` of a folder (the first where both are), or a file of
    /// either kind. Throws `SafetensorsError` when they are not in order, when there are only pickled weights, or none.
    public init(_ url: URL, limits: SafetensorsLimits = .default) throws {
        let source = try Self.source(at: url)
        path = source.path
        if source.lastPathComponent.hasSuffix(indexSuffix) {
            let index = try ShardIndex(source, limits)
            (names, files) = (index.names, try index.open(limits))
            owners = index.owners
            unlisted = try index.check(files)
        } else {
            let file = try SafetensorsFile(source, limits: limits)
            (names, files, unlisted) = (file.names, [file], [])
            owners = Dictionary(file.names.map { (Array($0.utf8), 0) }) { first, _ in first }
        }
    }

    private static func source(at url: URL) throws -> URL {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue else { return url }
        for name in ["model.safetensors", "model" + indexSuffix] {
            let candidate = url.appendingPathComponent(name)
            if FileManager.default.fileExists(atPath: candidate.path) { return candidate }
        }
        for name in try DurableFiles.names(in: url) {
            let pickled = url.appendingPathComponent(name)
            if pickleExtensions.contains(pickled.pathExtension.lowercased()) { throw SafetensorsError.pickle(pickled.path) }
        }
        throw SafetensorsError(
            file: url.path, place: "folder", reason: "holds neither model.safetensors nor model\(indexSuffix)")
    }
}

extension ShardedSafetensors {
    public func contains(_ name: String) -> Bool { owners[Array(name.utf8)] != nil }

    /// The shape of a tensor without reading it; `nil` when there is none of that name.
    public func shape(of name: String) -> [Int]? { owners[Array(name.utf8)].flatMap { files[$0].shape(of: name) } }

    public func dtype(of name: String) -> DType? { owners[Array(name.utf8)].flatMap { files[$0].dtype(of: name) } }

    /// Reads one tensor, converted to `dtype` (`nil` keeps the file's type).
    public func tensor(_ name: String, dtype: DType? = nil, device: Device = .cpu) throws -> Tensor {
        guard let owner = owners[Array(name.utf8)] else {
            throw SafetensorsError(file: path, place: "tensor \(quoted(name))", reason: "there is none of that name")
        }
        return try files[owner].tensor(name, dtype: dtype, device: device)
    }
}

let indexSuffix = ".safetensors.index.json"

/// The contents of an index file.
private struct ShardIndex {
    let url: URL
    let names: [String]
    /// The file of each name, by the name's bytes.
    let owners: [[UInt8]: Int]
    /// Plain names, in the order in which the index first speaks of them.
    let shards: [String]

    init(_ url: URL, _ limits: SafetensorsLimits) throws {
        let json: JSONValue
        do {
            json = try JSONValue(parsing: try DurableFiles.read(url, limit: limits.maximumHeaderBytes))
        } catch let error as JSONError {
            throw SafetensorsError(file: url.path, place: "index", reason: "\(error)")
        }
        guard let map = json["weight_map"]?.object, map.count <= limits.maximumTensors else {
            throw SafetensorsError(
                file: url.path, place: "weight_map",
                reason: "expected an object of at most \(limits.maximumTensors) names, found \(json["weight_map"]?.kind ?? "none")")
        }
        var (shards, numbers, owners): ([String], [String: Int], [[UInt8]: Int]) = ([], [:], [:])
        for (name, value) in map.members {
            guard let shard = value.string, Self.isPlain(shard) else {
                throw SafetensorsError(
                    file: url.path, place: "weight_map \(quoted(name))",
                    reason: "expected the name of a .safetensors file in the same folder, found \(quoted(value.serialized()))")
            }
            let number = numbers[shard] ?? shards.count
            if number == shards.count { shards.append(shard) }
            (numbers[shard], owners[Array(name.utf8)]) = (number, number)
        }
        guard shards.count <= limits.maximumShards else {
            throw SafetensorsError(
                file: url.path, place: "weight_map", reason: "\(shards.count) files, at most \(limits.maximumShards) are read")
        }
        (self.url, names, self.shards, self.owners) = (url, map.keys, shards, owners)
    }

    /// A name that stays in its folder whatever the system does with it.
    private static func isPlain(_ name: String) -> Bool {
        name.hasSuffix(".safetensors") && name.utf8.count <= 255 && !name.hasPrefix(".")
            && name.unicodeScalars.allSatisfy { $0 != "/" && $0 != "\\" && $0.properties.generalCategory != .control }
    }

    func open(_ limits: SafetensorsLimits) throws -> [SafetensorsFile] {
        let folder = url.deletingLastPathComponent()
        return try shards.map { try SafetensorsFile(folder.appendingPathComponent($0), limits: limits) }
    }

    /// Every name must be in its file; what else is in the files is returned.
    func check(_ files: [SafetensorsFile]) throws(SafetensorsError) -> [(file: String, name: String)] {
        for name in names {
            guard let owner = owners[Array(name.utf8)], !files[owner].contains(name) else { continue }
            throw SafetensorsError(
                file: url.path, place: "weight_map \(quoted(name))", reason: "\(quoted(shards[owner])) does not hold it")
        }
        return zip(shards, files).enumerated().flatMap { number, shard in
            shard.1.names.filter { owners[Array($0.utf8)] != number }.map { (file: shard.0, name: $0) }
        }
    }
}
