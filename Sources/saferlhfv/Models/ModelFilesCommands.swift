import ArgumentParser
import ConfigFiles
import DurableFiles
import Foundation
import GGUF
import StrictJSON
import Torch
import TorchNN
import VisionLanguageModels

struct ModelConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a model folder or a GGUF file anew: one type of weights, sharded safetensors.",
        discussion:
            "Example: safe-rlhf-v model convert --model SmolLM2-135M-Instruct.Q4_1.gguf --dtype bfloat16 --output smollm2"
    )

    @Option(help: "A model folder, or a GGUF file.")
    var model: String

    @Option(help: "The folder to write; must not exist.")
    var output: String

    @Option(help: "float32, bfloat16 or float16.")
    var dtype = "bfloat16"

    @Option(help: "Largest file of weights, in bytes.")
    var shardBytes = 2_000_000_000

    func validate() throws {
        guard shardBytes > 0 else { throw ValidationError("--shard-bytes is a number above 0, found \(shardBytes)") }
    }

    func run() throws {
        let conversion = ModelConversion(dtype: try DType(option: dtype, "--dtype"), maximumShardBytes: shardBytes)
        let (source, target) = (URL(filePath: model), URL(filePath: output))
        if source.isGGUF {
            try conversion.convert(GGUFFile(source), to: target)
        } else {
            try conversion.convert(folder: source, to: target)
        }
        print("wrote \(output)")
    }
}

struct ModelMergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Fold a LoRA adapter into its model, and show that the logits stay; exit code 65 when they do not.",
        discussion:
            "Example: safe-rlhf-v model merge --model runs/sft/model --adapter runs/safe/adapter --output runs/safe/merged"
    )

    @OptionGroup var options: ModelOptions

    @Option(help: "The adapter's folder, in PEFT's layout.")
    var adapter: String

    @Option(help: "The folder to write; must not exist.")
    var output: String

    @Option(help: "The largest difference of a logit that passes.")
    var tolerance = 1e-3

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let opened = OpenedModel(
            model: try .load(
                options.folder, adaptersIn: URL(filePath: adapter), dtype: options.resolvedType(),
                device: options.resolvedDevice()),
            processor: try Processor(readingFrom: options.folder))
        let probe = opened.probe
        let before = try opened.logits(probe, [])
        try opened.model.mergeAdapters()
        let difference = try Difference("logits", found: opened.logits(probe, []), recorded: before)
        let passes = difference.largest <= tolerance
        if json {
            print(
                (["passes": .bool(passes), "tolerance": .number(tolerance), "difference": difference.json] as JSONValue)
                    .serialized())
        } else {
            print("merged against adapted, \(difference)")
        }
        guard passes else { throw ExitCode(ExitStatus.badData.rawValue) }
        try DurableFiles.publishDirectory(at: URL(filePath: output)) { folder in
            try opened.model.save(to: folder)
            try opened.processor.save(to: folder)
        }
        if !json { print("wrote \(output)") }
    }
}

extension OpenedModel {
    /// A row of ids spread over the whole vocabulary, without placeholders of pictures.
    var probe: [Int32] {
        let vocabulary = model.config.text.vocabularySize
        let count = min(64, model.config.text.maximumPositions)
        return (0..<count).map { Int32(clamping: $0 * vocabulary / count) }.filter { $0 != model.config.placeholderID }
    }
}
