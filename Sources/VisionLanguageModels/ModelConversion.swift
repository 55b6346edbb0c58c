import DurableFiles
public import Foundation
public import GGUF
import StrictJSON
import Tokenizers
public import Torch
import TorchNN

/// Writes a model's files anew: one type for all weights, published names, shards of a chosen size. Weights pass through
/// memory one shard at a time.
public struct ModelConversion: Sendable {
    public var dtype: DType
    public var maximumShardBytes: Int

    public init(dtype: DType, maximumShardBytes: Int = 2_000_000_000) {
        (self.dtype, self.maximumShardBytes) = (dtype, maximumShardBytes)
    }

    /// Everything beside the weights that a folder may hold and that is taken over as it is.
    private static let companions = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
        "merges.txt",
        "tokenizer.model", "chat_template.jinja", "chat_template.json", "preprocessor_config.json",
        "processor_config.json",
        "generation_config.json",
    ]

    /// Converts a model folder of a family that can be read. `output` must not exist; it appears whole or not at all.
    public func convert(folder: URL, to output: URL) throws {
        let config = try ModelFamily.config(readingFrom: folder)
        let source = try ModelFolder(folder, config)
        let outline = try ModelOutline(config, namesOf: source)
        let file = folder.appending(path: ModelFamily.configFile)
        let json = try JSONValue(parsing: DurableFiles.read(file, limit: 4 << 20))
        try DurableFiles.publishDirectory(at: output) { target in
            try write(outline.parameters, of: source, to: target)
            try write(config: json, to: target)
            for name in Self.companions {
                let companion = folder.appending(path: name)
                guard FileManager.default.fileExists(atPath: companion.path) else { continue }
                try DurableFiles.write(DurableFiles.read(companion, limit: 256 << 20), to: target.appending(path: name))
            }
        }
    }

    /// Converts a GGUF file with its tokenizer and chat template. `output` must not exist; it appears whole or not at all.
    public func convert(_ file: GGUFFile, to output: URL) throws {
        let source = try LlamaGGUF(file)
        let tokenizer = try Tokenizer(file)
        try DurableFiles.publishDirectory(at: output) { target in
            try write(source.parameters, of: source, to: target)
            try write(config: source.config, to: target)
            try tokenizer.save(to: target)
        }
    }

    private func write(_ parameters: [ModelOutline.Parameter], of source: some WeightSource, to folder: URL) throws {
        let deferred = parameters.map { parameter in
            DeferredTensor(parameter.name, byteCount: parameter.count * dtype.byteCount) {
                guard let tensor = try source.tensor(named: parameter.name, shape: parameter.shape, initial: .zeros)
                else {
                    throw WeightsError(
                        origin: source.origin, problems: [.missing(name: parameter.name, shape: parameter.shape)])
                }
                guard tensor.shape == parameter.shape else {
                    throw WeightsError(
                        origin: source.origin,
                        problems: [.misshapen(name: parameter.name, found: tensor.shape, expected: parameter.shape)])
                }
                return try tensor.to(dtype)
            }
        }
        try Safetensors.writeSharded(deferred, to: folder, maximumShardBytes: maximumShardBytes)
    }

    /// The configuration as it was, with the type that the weights have now.
    private func write(config: JSONValue, to folder: URL) throws {
        var config = config.object ?? JSONObject()
        if config["torch_dtype"] != nil { config["torch_dtype"] = .string(dtype.description) }
        config["dtype"] = .string(dtype.description)
        try DurableFiles.write(
            JSONValue.object(config).serialized(pretty: true) + "\n", to: folder.appending(path: ModelFamily.configFile))
    }
}
