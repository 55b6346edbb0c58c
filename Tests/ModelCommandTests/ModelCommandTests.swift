import Foundation
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("model commands", .serialized)
struct ModelCommandTests {
    let small: SmallModel

    init() throws { small = try SmallModel.shared.get() }

    private var shown: [String] { ["--model", small.model, "--image", small.picture, "--prompt", "What is this?"] }

    /// By law: two ways to the same ids, the same pixels, and one placeholder for every feature.
    @Test("encode gives the ids and pixels that logits are computed of")
    func encode() throws {
        let pixels = small.path("pixels.safetensors"), logits = small.path("logits.safetensors")
        let encoded = try ProgramRun(["model", "encode"] + shown + ["--pixels", pixels, "--json"]).json()
        let ids = try #require(encoded["input_ids"]?.integers)
        #expect(encoded["image_count"] == 1 && encoded["image_token_count"] == 4)
        #expect(encoded["pixel_values_shape"] == [1, 3, 48, 48])
        #expect(encoded["response_range"] == .array([.integer(Int64(ids.count)), .integer(Int64(ids.count))]))

        let run = try ProgramRun(["model", "logits"] + shown + ["--out", logits, "--json"])
        #expect(run.status == 0, "\(run.errors)")
        let file = try SafetensorsFile(URL(filePath: logits))
        #expect(try file.tensor("input_ids").integers() == ids)
        #expect(file.shape(of: "logits") == [1, ids.count, 320] && file.shape(of: "vision_features") == [1, 4, 8])
        let given = try SafetensorsFile(URL(filePath: pixels)).tensor("pixel_values").floats()
        #expect(try file.tensor("pixel_values").floats() == given)

        let again = small.path("again.safetensors")
        _ = try ProgramRun(["model", "logits"] + shown + ["--pixel-values", pixels, "--out", again])
        #expect(try Data(contentsOf: URL(filePath: again)) == Data(contentsOf: URL(filePath: logits)))
    }

    @Test("messages from a file are the conversation that options make")
    func messages() throws {
        let file = small.folder.appending(path: "messages.json")
        let json =
            #"[{"role": "user", "content": [{"type": "image", "path": "picture.png"}, {"type": "text", "text": "What is this?"}]}]"#
        try json.write(to: file, atomically: false, encoding: .utf8)
        let first = try ProgramRun(["model", "encode"] + shown + ["--json"]).output
        let second = try ProgramRun(["model", "encode", "--model", small.model, "--messages", file.path, "--json"])
            .output
        #expect(first == second && !first.isEmpty)
    }

    /// By law: the log-probabilities are those of the logits; those of a greedy response are also what generate says, since
    /// nothing that it may not draw is likely.
    @Test("logprobs adds up, and belongs to the response")
    func logProbs() throws {
        let json = try ProgramRun(["model", "logprobs"] + shown + ["--response", "A knife.", "--json"]).json()
        let values = try #require(json["logprobs"]?.numbers)
        let sum = try #require(json["sum"]?.number)
        #expect(abs(values.reduce(0, +) - sum) < 1e-9 && values.allSatisfy { $0 < 0 })
        let range = try #require(json["response_range"]?.integers)
        #expect(json["token_ids"]?.array?.count == values.count && range[1] - range[0] == values.count)
        let nothing = try ProgramRun(["model", "logprobs"] + shown)
        #expect(nothing.status == 64 && nothing.errors.contains("--response"))
    }

    @Test("verify passes what logits wrote, and tells a changed number by its place")
    func verify() throws {
        let golden = small.folder.appending(path: "golden.safetensors")
        _ = try ProgramRun(["model", "logits"] + shown + ["--out", golden.path])
        let arguments = ["model", "verify", "--model", small.model, "--golden"]
        #expect(try ProgramRun(arguments + [golden.path]).status == 0)

        let file = try SafetensorsFile(golden)
        let logits = try file.tensor("logits")
        var values = try logits.floats()
        values[320 * 2 + 7] += 0.5
        let changed = small.folder.appending(path: "changed.safetensors")
        try Safetensors.write(
            try file.names.map { ($0, $0 == "logits" ? try Tensor(values, shape: logits.shape) : try file.tensor($0)) },
            to: changed)
        let run = try ProgramRun(arguments + [changed.path, "--json"])
        #expect(run.status == 65)
        let difference = try #require(run.json()["differences"]?.array?.last)
        #expect(difference["name"] == "logits" && difference["at"] == [2, 7])
        #expect(abs(try #require(difference["largest"]?.number) - 0.5) < 1e-6)
        #expect(try ProgramRun(arguments + [changed.path, "--tolerance", "0.6"]).status == 0)

        try Safetensors.write([("input_ids", try Tensor([1, 2] as [Int64]))], to: changed)
        let incomplete = try ProgramRun(arguments + [changed.path])
        #expect(incomplete.status == 65 && incomplete.errors.contains("\"logits\""))
    }

    @Test("generate writes one line of JSON an answer, and the same seed the same answers")
    func generate() throws {
        let input = small.folder.appending(path: "input.jsonl")
        let lines =
            #"{"messages": [{"role": "user", "content": "Hi"}]}"# + "\n"
            + #"{"messages": [{"role": "user", "content": [{"type": "image", "path": "picture.png"}, {"type": "text", "text": "?"}]}]}"#
        try lines.write(to: input, atomically: false, encoding: .utf8)
        let arguments = [
            "generate", "--model", small.model, "--input", input.path, "--maximum-new-tokens", "4", "--json",
        ]
        let first = try ProgramRun(arguments + ["--seed", "7"])
        #expect(first.status == 0, "\(first.errors)")
        let answers = try first.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        #expect(answers.count == 2)
        for answer in answers {
            #expect(answer["token_ids"]?.array?.count == answer["logprobs"]?.array?.count)
            #expect(
                ["length", "stop"].contains(try #require(answer["finish_reason"]?.string))
                    && answer["text"]?.string != nil)
        }
        #expect(try ProgramRun(arguments + ["--seed", "7"]).output == first.output)
        #expect(try ProgramRun(arguments + ["--seed", "8"]).output != first.output)
        let greedy = try ProgramRun(arguments + ["--greedy", "--seed", "7"]).output
        #expect(try ProgramRun(arguments + ["--greedy", "--seed", "8"]).output == greedy)
    }

    /// By law: the written folder is the model; float16 holds what a fresh model of deviation 0.02 has to 1e-3.
    @Test("convert writes a folder that loads, with the same numbers")
    func convert() throws {
        let output = small.path("converted"), golden = small.path("before.safetensors")
        _ = try ProgramRun(["model", "logits"] + shown + ["--out", golden])
        let run = try ProgramRun([
            "model", "convert", "--model", small.model, "--dtype", "float16", "--shard-bytes", "20000", "--output",
            output,
        ])
        #expect(run.status == 0, "\(run.errors)")
        #expect(FileManager.default.fileExists(atPath: output + "/model.safetensors.index.json"))
        let contents = try ProgramRun(["model", "inspect", "--model", output, "--json"]).json()
        #expect(contents["types"]?.object?.keys == ["float16"] && contents["family"] == "llava")
        #expect(
            try ProgramRun(["model", "verify", "--model", output, "--golden", golden, "--tolerance", "0.02"]).status
                == 0)
        #expect(try ProgramRun(["model", "convert", "--model", small.model, "--output", output]).status == 74)
    }

    @Test("convert and inspect read GGUF files")
    func gguf() throws {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens/gguf/llama.gguf").path
        let contents = try ProgramRun(["model", "inspect", "--model", file, "--json", "--tensors"]).json()
        #expect(contents["parameters"] == 35424 && contents["listing"]?.array?.count == 21)
        #expect(contents["tokenizer"]?["chat_template"] == true)
        let run = try ProgramRun(["model", "convert", "--model", file, "--output", small.path("from-gguf")])
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            try ProgramRun(["model", "inspect", "--model", small.path("from-gguf"), "--json"]).json()["parameters"]
                == 35424)
        let broken = small.folder.appending(path: "broken.gguf")
        try Data("GGUF".utf8).write(to: broken)
        #expect(try ProgramRun(["model", "inspect", "--model", broken.path]).status == 65)
    }

    /// By law: y = (W + B·A)·x is y = W·x + B·A·x; float32 sums in another order differ by less than 1e-3.
    @Test("merge keeps the logits, and refuses what does not")
    func merge() throws {
        let start = URL(filePath: small.model)
        var adapters = LoRAConfig()
        (adapters.rank, adapters.targets) = (2, ["q_proj", "down_proj"])
        let model = try VisionLanguageModel.load(start, adapters: adapters)
        let generator = try RandomGenerator(seed: 5)
        for member in model.parameters.members where member.name.hasSuffix("lora_B.weight") {
            try member.tensor.assign(Tensor.randn(member.tensor.shape, using: generator) * 0.3)
        }
        let adapter = small.folder.appending(path: "adapter")
        try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: false)
        try model.saveAdapters(to: adapter, baseModel: small.model)

        let arguments = ["model", "merge", "--model", small.model, "--adapter", adapter.path, "--json", "--output"]
        let run = try ProgramRun(arguments + [small.path("merged")])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try run.json()["passes"] == true)
        let merged = try VisionLanguageModel.load(URL(filePath: small.path("merged")))
        let name = "language_model.model.layers.0.self_attn.q_proj.weight"
        let plain = try VisionLanguageModel.load(start)
        let moved = try (#require(merged.parameters[name]) - #require(plain.parameters[name])).norm().item()
        #expect(moved > 0.1)
        let refused = try ProgramRun(arguments + [small.path("refused"), "--tolerance", "0", "--dtype", "bfloat16"])
        #expect(refused.status == 65 && !FileManager.default.fileExists(atPath: small.path("refused")))
    }

    @Test(
        "wrong command lines and missing files end with their own numbers",
        arguments: [
            (["model", "encode", "--model", "M"], 64),
            (["model", "encode", "--model", "M", "--prompt", "a", "--messages", "b"], 64),
            (["model", "encode", "--model", "/nothing", "--prompt", "a"], 66),
            (["model", "inspect", "--model", "/nothing"], 66),
            (
                ["model", "logits", "--model", "M", "--prompt", "a", "--out", "/tmp/x.safetensors", "--dtype", "int8"],
                64
            ),
            (
                [
                    "model", "logits", "--model", "M", "--prompt", "a", "--image", "/nothing", "--out",
                    "/tmp/x.safetensors",
                ], 66
            ),
            (["model", "verify", "--model", "M", "--golden", "/nothing"], 66), (["generate", "--model", "M"], 64),
            (["generate", "--model", "M", "--prompt", "a", "--input", "b"], 64),
            (["model", "convert", "--model", "M"], 64),
            (["doctor", "--model", "/nothing"], 66), (["doctor", "--model", "M", "--rows", "0"], 64),
        ] as [([String], Int32)])
    func refusals(arguments: [String], status: Int32) throws {
        let run = try ProgramRun(arguments.map { $0 == "M" ? small.model : $0 })
        #expect(run.status == status, "\(arguments.joined(separator: " ")): \(run.errors)")
        #expect(!run.errors.isEmpty)
    }

    @Test(
        "messages that are not in order are told by their place",
        arguments: [
            ("{}", "expected a list"), (#"[{"role": "cook", "content": ""}]"#, "messages[0].role"),
            (#"[{"role": "user", "content": 1}]"#, "messages[0].content"),
            (#"[{"role": "user", "content": "", "name": "x"}]"#, "messages[0].name"),
            (#"[{"role": "user", "content": [{"type": "sound"}]}]"#, "messages[0].content[0]"),
            (#"[{"role": "user", "content": [{"type": "image"}]}]"#, "no picture of --image"), ("[", "line 1"),
        ])
    func messageErrors(text: String, words: String) throws {
        let file = small.folder.appending(path: "wrong-\(UUID().uuidString).json")
        try text.write(to: file, atomically: false, encoding: .utf8)
        let run = try ProgramRun(["model", "encode", "--model", small.model, "--messages", file.path])
        #expect(run.status == 65 && run.errors.contains(words), "\(run.errors)")
    }
}
