import Conversations
import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("The guard's heads")
struct GuardModelTests {
    private func guardModel(adapters: LoRAConfig? = nil) throws -> GuardModel {
        try GuardModel(.tiny, RandomStart(seed: 1), adapters: adapters)
    }

    private func inputs(_ trunk: Trunk, _ rows: [[Int32]] = [[1, 3, 3, 3, 3, 8, 9], [1, 12, 13]], padding: PaddingSide = .right) throws -> ModelInputs {
        let features = try trunk.visionFeatures(pictures(Tensor.randn([1, 3, 8, 8], using: RandomGenerator(seed: 9))))
        return try batch(rows, features: features, padding: padding)
    }

    @Test("are four, one row of logits for each level and category")
    func shapes() throws {
        let model = try guardModel()
        let logits = try model.logits(inputs(model.trunk))
        #expect(logits.unsafe.shape == [2] && logits.level.shape == [2, 4])
        #expect(logits.category.shape == [2, 20] && logits.refusal.shape == [2])
        let heads = model.parameters.members.filter { ModelComponent(ofParameter: $0.name) == .guardHeads }
        #expect(heads.map(\.name).sorted() == ["category", "level", "refusal", "unsafe"].flatMap {
            ["guard_heads.\($0).bias", "guard_heads.\($0).weight"]
        })
    }

    /// Tolerance 1e-5: longer rows change the order of float32 sums in the batch's matrix products.
    @Test("are read at the last real token, whichever side the padding is on")
    func padding() throws {
        let model = try guardModel()
        let right = try model.scores(inputs(model.trunk))
        let left = try model.scores(inputs(model.trunk, padding: .left))
        for (one, other) in zip(right, left) {
            #expect(abs(one.unsafe - other.unsafe) < 1e-5)
            #expect(zip(one.category, other.category).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        // The last token decides, and an earlier one too.
        let changed = try model.scores(inputs(model.trunk, [[1, 3, 3, 3, 3, 8, 10], [1, 11, 13]]))
        #expect(abs(changed[0].unsafe - right[0].unsafe) > 1e-6 && abs(changed[1].unsafe - right[1].unsafe) > 1e-6)
    }

    @Test("a logit that is not finite is an error, never a verdict", arguments: ["unsafe", "level", "category", "refusal"])
    func notFinite(head: String) throws {
        for value in [Float.nan, .infinity] {
            let model = try guardModel()
            let bias = try #require(model.parameters["guard_heads.\(head).bias"])
            try withoutGradient {
                try bias.assign(Tensor([value] + [Float](repeating: 0, count: bias.count - 1)))
            }
            #expect(throws: GuardModelError.notFinite(head: head, row: 0)) { try model.scores(inputs(model.trunk)) }
        }
    }

    @Test("probabilities by hand: σ, softmax, and a category's share of the harm")
    func probabilities() {
        var category = [Double](repeating: 0, count: 20)
        category[0] = log(19)
        var temperatures = GuardTemperatures()
        (temperatures.unsafe, temperatures.level) = (2, 0.5)
        let scores = GuardScores(unsafe: 2 * log(3), level: [0, 0.5 * log(5), 0, 0], category: category, refusal: -log(4))
        let found = scores.prediction(temperatures)
        #expect(abs(found.unsafe - 0.75) < 1e-12 && abs(found.refusal - 0.2) < 1e-12)
        #expect(zip(found.levels, [1, 5, 1, 1]).allSatisfy { abs($0 - $1 / 8) < 1e-12 })
        #expect(found.level == .minor && found.category == .animalAbuse)
        #expect(abs(found.probability(of: .animalAbuse) - 0.375) < 1e-12)
        #expect(abs(HarmCategory.allCases.reduce(0) { $0 + found.probability(of: $1) } - 0.75) < 1e-12)
    }

    @Test("of equally probable levels the worse one is taken")
    func equalLevels() {
        let scores = GuardScores(unsafe: 0, level: [1, 0, 1, 0], category: [Double](repeating: 0, count: 20), refusal: 0)
        #expect(scores.prediction(GuardTemperatures()).level == .moderate)
    }

    @Test("gradients reach the trunk and all heads")
    func gradients() throws {
        let model = try guardModel()
        try model.parameters.train { _ in true }
        let logits = try model.logits(inputs(model.trunk))
        try (logits.unsafe.sum() + logits.level.squared().sum() + logits.category.squared().sum() + logits.refusal.sum()).backward()
        for name in ["guard_heads.unsafe.weight", "guard_heads.level.bias", "guard_heads.category.weight", "guard_heads.refusal.weight",
                     "language_model.model.embed_tokens.weight"] {
            let parameter = try #require(model.parameters[name], "\(name)")
            let gradient = try #require(try parameter.gradient(), "\(name)")
            #expect(try gradient.abs().max().item() > 0, "\(name)")
        }
    }
}

@Suite("A guard's folder")
struct GuardFolderTests {
    private var calibration: GuardCalibration {
        var temperatures = GuardTemperatures()
        (temperatures.unsafe, temperatures.level, temperatures.category, temperatures.refusal) = (1.5, 2, 0.25, 3)
        return GuardCalibration(
            temperatures: temperatures, missRate: 0.05, queryThresholds: GuardThresholds(unsafe: 0.125, categories: [:]),
            responseThresholds: GuardThresholds(unsafe: 0.25, categories: [.animalAbuse: 0.5, .sexualCrimes: 0.75]), exampleCount: 7)
    }

    @Test("loads as the same guard, with its calibration")
    func roundTrip() throws {
        let model = try GuardModel(.tiny, RandomStart(seed: 1), settings: GuardSettings(reading: .wordsOnly, calibration: calibration))
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            let read = try GuardModel.load(folder)
            #expect(read.settings == model.settings)
            #expect(read.parameters.members.map(\.name) == model.parameters.members.map(\.name))
            for (left, right) in zip(read.parameters.members, model.parameters.members) {
                #expect(try distance(left.tensor, right.tensor) == 0)
            }
        }
    }

    @Test("of a language model is no guard unless heads are started, and a missing head is an error")
    func missing() throws {
        try withTemporaryFolder { folder in
            try VisionLanguageModel(.tiny, RandomStart(seed: 1)).save(to: folder)
            #expect(throws: GuardModelError.noSettings(folder: folder.path)) { try GuardModel.load(folder) }
            let started = try GuardModel.load(folder, headSeed: 3)
            let head = try #require(started.parameters["guard_heads.level.weight"])
            let again = try GuardModel.load(folder, headSeed: 3)
            let sameHead = try #require(again.parameters["guard_heads.level.weight"])
            #expect(try distance(head, sameHead) == 0)
            try GuardSettings().write(to: folder)
            #expect(throws: WeightsError.self) { try GuardModel.load(folder) }
        }
    }

    @Test("a language model and a score model load from a guard's folder by what they share")
    func siblings() throws {
        try withTemporaryFolder { folder in
            try GuardModel(.tiny, ModelInMemory(VisionLanguageModel(.tiny, RandomStart(seed: 1)).parameters, .shared)).save(to: folder)
            #expect(throws: WeightsError.self) { try VisionLanguageModel.load(folder) }
            _ = try ScoreModel.load(folder, headSeed: 1)
        }
    }

    @Test("with adapters keeps base, heads and settings apart")
    func adapters() throws {
        var config = LoRAConfig()
        (config.rank, config.targets) = (2, ["q_proj"])
        try withTemporaryFolder { folder in
            try VisionLanguageModel(.tiny, RandomStart(seed: 1)).save(to: folder)
            let model = try GuardModel.load(folder, adapters: config, headSeed: 5)
            let generator = try RandomGenerator(seed: 3)
            for member in model.parameters.members where member.name.hasSuffix("lora_B.weight") {
                try member.tensor.assign(Tensor.randn(member.tensor.shape, using: generator))
            }
            model.settings.calibration = calibration
            let adapter = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: false)
            try model.saveAdapters(to: adapter, baseModel: folder.path)
            let read = try GuardModel.load(folder, adaptersIn: adapter)
            #expect(read.settings.calibration == calibration)
            let inputs = try batch([[1, 12, 13]], features: [], padding: .right)
            #expect(try model.scores(inputs) == read.scores(inputs))
        }
    }

    @Test("damaged settings are refused with every problem")
    func damage() throws {
        try withTemporaryFolder { folder in
            try GuardSettings(calibration: calibration).write(to: folder)
            let file = folder.appending(path: "guard.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let damages = [
                ("\"animal_abuse\",", "\"sexual_crimes\","), ("\"unsafe\": 1.5", "\"unsafe\": 0"), ("0.125", "1.5"),
                ("\"everything\"", "\"nothing\""), ("\"format\": 1", "\"format\": 2"), ("\"sexual_crimes\": 0.75", "\"rudeness\": 0.75"),
            ]
            for (found, damage) in damages {
                let damaged = text.replacing(found, with: damage, maxReplacements: 1)
                #expect(damaged != text, "\(found)")
                try Data(damaged.utf8).write(to: file)
                #expect(throws: ModelConfigError.self, "\(damage)") { try GuardSettings(readingFrom: folder) }
            }
            try Data(damages.reduce(text) { $0.replacing($1.0, with: $1.1, maxReplacements: 1) }.utf8).write(to: file)
            #expect { try GuardSettings(readingFrom: folder) } throws: { ($0 as? ModelConfigError)?.problems.count == damages.count }
        }
    }

    @Test("what a guard reads: everything, or less")
    func reading() {
        let image = EncodedImage(bytes: [1])
        let question = Message(role: .user, parts: [.image(image), .text("What?")])
        let whole = Conversation(messages: [question, Message(role: .assistant, text: "This.")])
        #expect(GuardReading.everything.seen(of: whole) == whole)
        #expect(GuardReading.withoutResponses.seen(of: whole) == Conversation(messages: [question]))
        #expect(GuardReading.picturesOnly.seen(of: whole) == Conversation(messages: [Message(role: .user, parts: [.image(image)])]))
        #expect(GuardReading.wordsOnly.seen(of: whole).images.isEmpty && GuardReading.wordsOnly.seen(of: whole).messages.map(\.text) == ["What?", "This."])
    }
}
