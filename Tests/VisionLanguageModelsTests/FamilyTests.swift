import Conversations
import Foundation
import ImageProcessing
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// By golden: what transformers 5.23 makes of the same conversations with the same weights.
@Suite("Every family, against transformers")
struct FamilyTests {
    @Test("conversations become the recorded ids", arguments: RecordedFamily.all)
    func tokens(name: String) throws {
        let recorded = try RecordedFamily(name)
        for (row, sample) in try recorded.samples().enumerated() {
            #expect(try sample.tokens == recorded.tokens(row), "row \(row)")
        }
    }

    /// Tolerance 1e-6: both sides do the same operations in the same precision.
    @Test("pictures become the recorded pixels", arguments: RecordedFamily.withPictures)
    func pixels(name: String) throws {
        let recorded = try RecordedFamily(name)
        let processor = try recorded.processor()
        for row in 0..<2 {
            let inputs = try recorded.conversations()[row].images.map(processor.pictureInput)
            let found = try concatenated(inputs.map { try Tensor($0.values, shape: $0.shape) })
            let expected = try recorded.tensor("pixels", row)
            #expect(try distance(found, expected.reshaped(found.shape)) < 1e-6, "row \(row)")
        }
    }

    /// Tolerance 1e-4: float32 sums of at most a hundred terms in another order.
    @Test("hidden states and logits are the recorded ones, all rows in one batch", arguments: RecordedFamily.all)
    func logits(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        let inputs = try recorded.inputs(model.trunk)
        let states = try model.hiddenStates(inputs)
        for (row, length) in inputs.lengths.enumerated() {
            let found = try states.selected(0, row).sliced(0, 0..<length)
            #expect(try distance(found, recorded.tensor("hidden_states", row)) < 1e-4, "row \(row)")
            let expected = try recorded.tensor("logits", row)
            let logits = try model.logits(found.sliced(0, (length - expected.size(0))..<length))
            #expect(try distance(logits, expected) < 1e-4, "row \(row)")
        }
    }

    /// The reference's own error is that of its bfloat16 states against its float32 ones. Ours is of the same rounding in
    /// kernels of another order, so it may be somewhat larger or smaller: a quarter is allowed.
    @Test("bfloat16 is as near as the reference's own", arguments: RecordedFamily.all)
    func narrow(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model(.bfloat16)
        let inputs = try recorded.inputs(model.trunk)
        let states = try model.hiddenStates(inputs).to(.float32)
        var (ours, theirs) = (0.0, 0.0)
        for (row, length) in inputs.lengths.enumerated() {
            let exact = try recorded.tensor("hidden_states", row)
            ours += try (states.selected(0, row).sliced(0, 0..<length) - exact).squared().sum().item()
            theirs += try (recorded.tensor("bfloat16_hidden_states", row).to(.float32) - exact).squared().sum().item()
        }
        #expect(ours.squareRoot() < 1.25 * theirs.squareRoot(), "\(ours.squareRoot()), reference \(theirs.squareRoot())")
    }

    /// Only up to the first decision that the reference itself made by less than 1e-3.
    @Test("greedy tokens are the recorded ones", arguments: RecordedFamily.all)
    func greedy(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        for row in 0..<3 {
            let expected = try recorded.tensor("greedy", row).integers().map(Int32.init)
            let margins = try recorded.tensor("margins", row).floats()
            let clear = margins.prefix { $0 > 1e-3 }.count
            #expect(clear >= 5, "row \(row): \(margins)")
            var written: [[Int32]] = [[], [], []]
            for _ in 0..<clear {
                let states = try model.hiddenStates(recorded.inputs(model.trunk, rows: [row], appending: written))
                var logits = try model.logits(states.selected(0, 0).selected(0, states.size(1) - 1))
                let isHidden = (0..<logits.size(0)).map { $0 == 0 || $0 == 3 }
                logits = try logits.filled(-.infinity, where: Tensor(isHidden))
                written[row].append(Int32(try logits.argmax(dim: 0).item()))
            }
            #expect(written[row] == Array(expected.prefix(clear)), "row \(row)")
        }
    }
}

/// By law. Tolerance 1e-5: the same float32 sums, in kernels chosen by other shapes.
@Suite("Every family, by law")
struct FamilyLawTests {
    @Test("padding and the other rows of a batch are invisible", arguments: RecordedFamily.all, [PaddingSide.left, .right])
    func padding(name: String, side: PaddingSide) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        let inputs = try recorded.inputs(model.trunk, rows: [2, 1, 0], padding: side, extraColumns: 3)
        let together = try unpadded(model.hiddenStates(inputs), inputs.lengths, side)
        let alone = try concatenated(
            [2, 1, 0].map { try model.hiddenStates(recorded.inputs(model.trunk, rows: [$0])).selected(0, 0) })
        #expect(try distance(together, alone) < 1e-5)
    }

    @Test("decoding with a cache gives the states of the whole pass", arguments: RecordedFamily.all)
    func cache(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        let written: [[Int32]] = (0..<3).map { row in (0..<9).map { Int32(40 + 10 * row + $0) } }
        try withoutGradient {
            let prompts = try recorded.inputs(model.trunk, padding: .left)
            let (width, next) = (prompts.tokens.size(1), try model.trunk.nextPositions(prompts))
            let cache = model.trunk.makeCache(capacity: width + 9)
            var states = [try model.hiddenStates(prompts, cache: cache).sliced(1, (width - 1)..<width)]
            for step in 0..<9 {
                let visible = prompts.lengths.flatMap { length in (0..<(width + step + 1)).map { $0 >= width - length } }
                states.append(
                    try model.trunk.nextStates(
                        Tensor(written.map { Int64($0[step]) }, shape: [3, 1]),
                        positions: Tensor(next.map { Int64($0 + step) }, shape: [3, 1]),
                        mask: Tensor(visible, shape: [3, 1, 1, width + step + 1]), cache: cache))
            }
            let whole = try model.hiddenStates(recorded.inputs(model.trunk, padding: .left, appending: written))
            #expect(try distance(concatenated(states, dim: 1), whole.sliced(1, (width - 1)..<(width + 9))) < 1e-5)
        }
    }

    @Test("a wrong number of placeholders is refused, both counts named", arguments: RecordedFamily.withPictures)
    func counts(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        let sample = try recorded.samples()[0]
        let placeholder = try #require(model.config.placeholderID)
        let right = sample.tokens.count { $0 == placeholder }
        let inputs = try batch(
            [sample.tokens + [placeholder]], features: recorded.features(sample, model.trunk), padding: .right)
        #expect(throws: ModelInputError.placeholderCount(found: right + 1, features: right)) { try model.hiddenStates(inputs) }
    }

    @Test("pictures are refused by a language model", arguments: RecordedFamily.languageModels)
    func blind(name: String) throws {
        let recorded = try RecordedFamily(name)
        let processor = try recorded.processor()
        let image = EncodedImage(bytes: try picture(4, 4).encodedPNG())
        let conversation = Conversation(messages: [Message(role: .user, parts: [.image(image), .text("what?")])])
        #expect(throws: ProcessorError.seesNothing(pictures: 1)) {
            try processor.encode(conversation, addGenerationPrompt: true)
        }
    }

    @Test("adapters change nothing until they are trained, and are in the decoder alone", arguments: RecordedFamily.all)
    func adapters(name: String) throws {
        let recorded = try RecordedFamily(name)
        var config = LoRAConfig()
        (config.rank, config.targets) = (2, ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "out_proj", "fc1"])
        let (plain, adapted) = (try recorded.model(), try VisionLanguageModel.load(recorded.folder, adapters: config))
        let inputs = try recorded.inputs(plain.trunk)
        #expect(try distance(plain.hiddenStates(inputs), adapted.hiddenStates(inputs)) == 0)
        let adapters = adapted.parameters.members.filter { LoRAConfig.isAdapter($0.name) }
        #expect(adapters.count == 2 * 7 * 2)
        #expect(adapters.allSatisfy { ModelComponent(ofParameter: $0.name) == .languageModel })
        for member in adapters where member.name.hasSuffix("lora_B.weight") {
            try member.tensor.assign(Tensor.ones(member.tensor.shape))
        }
        #expect(try distance(plain.hiddenStates(inputs), adapted.hiddenStates(inputs)) > 1e-3)
    }

    @Test("a score model reads its head at the last real token, wherever padding is", arguments: RecordedFamily.all)
    func scores(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try ScoreModel.load(recorded.folder)
        let inputs = try recorded.inputs(model.trunk, extraColumns: 2)
        let scores = try model.scores(inputs)
        let last = try inputs.lengths.enumerated().map { row, length in
            try Float(scores.selected(0, row).selected(0, length - 1).item())
        }
        #expect(try distance(model.endScores(inputs), Tensor(last)) < 1e-5)
        #expect(try distance(model.endScores(recorded.inputs(model.trunk, padding: .left, extraColumns: 1)), Tensor(last)) < 1e-5)
    }

    @Test("gradients reach every part that trains", arguments: RecordedFamily.all)
    func gradients(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try ScoreModel.load(recorded.folder)
        try model.parameters.train { _ in true }
        // At every position, since a sliding window hides the pictures from the last one.
        try model.scores(recorded.inputs(model.trunk)).squared().sum().backward()
        let parts = Dictionary(grouping: model.parameters.members) { ModelComponent(ofParameter: $0.name) }
        let expected: Set<ModelComponent> =
            RecordedFamily.withPictures.contains(name)
            ? [.visionTower, .projector, .languageModel, .scoreHead] : [.languageModel, .scoreHead]
        #expect(Set(parts.keys) == expected)
        for (part, members) in parts {
            let reached = try members.count { try ($0.tensor.gradient()?.abs().max().item() ?? 0) > 0 }
            // CLIP has layers behind the one whose output is used; a language model's table is used by some ids only.
            #expect(2 * reached > members.count, "\(part): \(reached) of \(members.count)")
        }
    }

    @Test("a saved folder loads as the same model and processor", arguments: RecordedFamily.all)
    func roundTrip(name: String) throws {
        let recorded = try RecordedFamily(name)
        let model = try recorded.model()
        try withTemporaryFolder { folder in
            try model.save(to: folder)
            try recorded.processor().save(to: folder)
            let read = try VisionLanguageModel.load(folder)
            #expect(read.config.json == model.config.json)
            #expect(read.parameters.members.map(\.name) == model.parameters.members.map(\.name))
            for (left, right) in zip(read.parameters.members, model.parameters.members) {
                #expect(try distance(left.tensor, right.tensor) == 0)
            }
            let processor = try Processor(readingFrom: folder)
            for (conversation, sample) in zip(try recorded.conversations(), try recorded.samples()) {
                #expect(try processor.encode(conversation, addGenerationPrompt: true) == sample)
                for image in sample.images {
                    #expect(try processor.pictureInput(image) == recorded.processor().pictureInput(image))
                }
            }
        }
    }
}
