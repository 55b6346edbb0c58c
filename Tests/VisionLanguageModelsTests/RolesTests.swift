import Testing
import Torch
import TorchNN
import VisionLanguageModels

@Suite("Roles on one trunk")
struct RolesTests {
    private func inputs(_ trunk: Trunk) throws -> ModelInputs {
        let features = try trunk.visionFeatures(pictures(Tensor.randn([1, 3, 8, 8], using: RandomGenerator(seed: 9))))
        return try batch([[1, 3, 3, 3, 3, 8, 9], [1, 12, 13]], features: features, padding: .right)
    }

    @Test("every parameter belongs to the component that its layers are in")
    func components() throws {
        let model = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let counts = Dictionary(grouping: model.parameters.members) { ModelComponent(ofParameter: $0.name) }.mapValues(
            \.count)
        // Tower: 3 embeddings, 2 · 2 outer norms, 16 in each of 2 layers. Decoder: table, norm, 9 in each of 2 layers.
        #expect(counts == [.visionTower: 39, .projector: 4, .languageModel: 20, .languageHead: 1])
        let score = try ScoreModel(.tiny, RandomStart(seed: 1))
        #expect(
            score.parameters.members.filter { ModelComponent(ofParameter: $0.name) == .scoreHead }.map(\.name) == [
                "score_head.weight"
            ])
        #expect(!score.parameters.members.contains { ModelComponent(ofParameter: $0.name) == .languageHead })
    }

    @Test("a score model made of a shared policy has the same tensors, of a copied one its own")
    func sharing() throws {
        let policy = try VisionLanguageModel(.tiny, RandomStart(seed: 1))
        let shared = try ScoreModel(.tiny, ModelInMemory(policy.parameters, .shared))
        let copied = try ScoreModel(.tiny, ModelInMemory(policy.parameters, .copied))
        for member in shared.parameters.members where ModelComponent(ofParameter: member.name) != .scoreHead {
            #expect(policy.parameters[member.name] === member.tensor)
            #expect(policy.parameters[member.name] !== copied.parameters[member.name])
        }
        let before = try copied.endScores(inputs(copied.trunk))
        #expect(try distance(before, shared.endScores(inputs(shared.trunk))) == 0)
        let norm = try #require(policy.parameters["language_model.model.norm.weight"])
        try norm.multiply(by: 2)
        #expect(try distance(shared.endScores(inputs(shared.trunk)), before) > 0)
        #expect(try distance(copied.endScores(inputs(copied.trunk)), before) == 0)
    }

    @Test("a score is linear in the head, without a constant: twice the head, twice the score")
    func linearHead() throws {
        let model = try ScoreModel(.tiny, RandomStart(seed: 1))
        let before = try model.scores(inputs(model.trunk))
        #expect(before.shape == [2, 7])
        try #require(model.parameters["score_head.weight"]).multiply(by: 2)
        #expect(try distance(model.scores(inputs(model.trunk)), before * 2) == 0)
    }

    @Test("gradients reach exactly what trains", arguments: ModelComponent.allCases)
    func gradients(component: ModelComponent) throws {
        let model = try ScoreModel(.tiny, RandomStart(seed: 1))
        try model.parameters.train { ModelComponent(ofParameter: $0) == component }
        guard !model.parameters.trainable.isEmpty else { return }
        try model.endScores(inputs(model.trunk)).sum().backward()
        for member in model.parameters.members {
            let gradient = try member.tensor.gradient()
            guard ModelComponent(ofParameter: member.name) == component else {
                #expect(gradient == nil)
                continue
            }
            // The tower's last layer comes after the one whose output is used, and its last norm is not used at all.
            let isUsed =
                !member.name.contains("vision_model.encoder.layers.1.") && !member.name.contains("post_layernorm")
            #expect((gradient != nil) == isUsed, "\(member.name)")
            // A constant added to all keys shifts all of a query's products alike, so softmax does not see it.
            if let gradient, !member.name.hasSuffix("k_proj.bias") {
                #expect(try gradient.abs().max().item() > 0, "\(member.name)")
            }
        }
    }

    @Test("computing activations again gives the same gradients")
    func recomputing() throws {
        let gradients = try [false, true].map { recomputes in
            let model = try ScoreModel(.tiny, RandomStart(seed: 1))
            try model.parameters.train { ModelComponent(ofParameter: $0) != .visionTower }
            model.trunk.recomputesActivations = recomputes
            try model.endScores(inputs(model.trunk)).sum().backward()
            return try model.parameters.trainable.map { member in
                let gradient = try member.tensor.gradient()
                return try #require(gradient)
            }
        }
        for (left, right) in zip(gradients[0], gradients[1]) { #expect(try distance(left, right) < 1e-6) }
    }
}
