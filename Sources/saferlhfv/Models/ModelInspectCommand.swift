import ArgumentParser
import DurableFiles
import Foundation
import GGUF
import StrictJSON
import Tokenizers
import Torch
import VisionLanguageModels

struct ModelInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "What a model folder or a GGUF file holds; weights are not read.",
        discussion: "Example: safe-rlhf-v model inspect --model runs/safe/model")

    @Option(help: "A model folder, or a GGUF file.")
    var model: String

    @Flag(help: "List every tensor.")
    var tensors = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let url = URL(filePath: model)
        let contents = url.isGGUF ? try ModelContents(GGUFFile(url)) : try ModelContents(folder: url)
        guard !json else { return print(contents.json(listing: tensors).serialized(pretty: true)) }
        print(contents.text)
        if tensors { for tensor in contents.tensors { print("  \(tensor.name)  \(tensor.type)  \(tensor.shape)") } }
    }
}

extension URL {
    /// Whether the path is to be read as a GGUF file.
    var isGGUF: Bool { pathExtension.lowercased() == "gguf" }
}

/// What can be said of a model without reading its weights.
struct ModelContents {
    struct StoredTensor {
        var name, type: String
        var shape: [Int]
        var count: Int { shape.reduce(1, *) }
    }

    let format, family: String
    let tensors: [StoredTensor]
    /// Why there is no tokenizer, if there is none.
    private let tokenizer: Result<Tokenizer, any Error>

    init(folder: URL) throws {
        let config = try JSONValue(parsing: DurableFiles.read(folder.appending(path: "config.json"), limit: 4 << 20))
        let files = try ShardedSafetensors(folder)
        format = "safetensors"
        family = config["model_type"]?.string ?? "unknown"
        tensors = files.names.map {
            StoredTensor(
                name: $0, type: files.dtype(of: $0)?.description ?? "unknown", shape: files.shape(of: $0) ?? [])
        }
        tokenizer = Result { try Tokenizer(directory: folder) }
    }

    init(_ file: GGUFFile) throws {
        format = "GGUF version \(file.version)"
        family = file["general.architecture"]?.string ?? "unknown"
        tensors = file.tensors.map { StoredTensor(name: $0.name, type: $0.type.name, shape: $0.shape) }
        tokenizer = Result { try Tokenizer(file) }
    }

    private var types: [(type: String, count: Int)] {
        Dictionary(grouping: tensors, by: \.type).map { (type: $0.key, count: $0.value.reduce(0) { $0 + $1.count }) }
            .sorted { ($1.count, $0.type) < ($0.count, $1.type) }
    }

    var text: String {
        var lines = [
            "format      \(format)", "family      \(family)",
            "parameters  \(tensors.reduce(0) { $0 + $1.count }) in \(tensors.count) tensors",
            "types       " + types.map { "\($0.type) \($0.count)" }.joined(separator: ", "),
        ]
        switch tokenizer {
        case .success(let tokenizer):
            let special = tokenizer.specialTokens
            lines.append("tokenizer   \(tokenizer.vocabularyCount) ids")
            for (name, token) in [
                ("bos", special.bos), ("eos", special.eos), ("padding", special.padding), ("image", special.image),
            ] {
                if let token {
                    lines.append("  \(name)\(String(repeating: " ", count: 10 - name.count))\(token.debugDescription)")
                }
            }
            lines.append("  template  \(tokenizer.chatTemplate == nil ? "none" : "yes")")
        case .failure(let error): lines.append("tokenizer   none: \(error)")
        }
        return lines.joined(separator: "\n")
    }

    func json(listing: Bool) -> JSONValue {
        var report: JSONObject = [
            "format": .string(format), "family": .string(family),
            "parameters": .integer(Int64(tensors.reduce(0) { $0 + $1.count })),
            "tensors": .integer(Int64(tensors.count)),
            "types": .object(JSONObject(types.map { ($0.type, .integer(Int64($0.count))) })),
        ]
        switch tokenizer {
        case .success(let tokenizer):
            func text(_ token: String?) -> JSONValue { token.map(JSONValue.string) ?? .null }
            let special = tokenizer.specialTokens
            report["tokenizer"] = [
                "vocabulary": .integer(Int64(tokenizer.vocabularyCount)), "bos": text(special.bos),
                "eos": text(special.eos),
                "padding": text(special.padding), "image": text(special.image),
                "chat_template": .bool(tokenizer.chatTemplate != nil),
            ]
        case .failure(let error): report["tokenizer"] = ["error": .string("\(error)")]
        }
        if listing {
            report["listing"] = .array(
                tensors.map { ["name": .string($0.name), "type": .string($0.type), "shape": JSONValue($0.shape)] })
        }
        return .object(report)
    }
}
