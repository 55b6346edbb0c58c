import Conversations
public import Torch
public import TorchNN

/// A trunk with the guard's four linear heads, all read at the last real token: one forward judges.
///
/// The heads say whether there is harm, how bad it is, of which category, and whether a response merely refuses. What is
/// judged follows from where the tokens end: after the generation prompt it is the question, after the end token the
/// response. Verdicts are made of logits, never of generated words.
public final class GuardModel {
    public let trunk: Trunk
    public let parameters: Parameters
    /// What belongs to the heads besides their weights: which parts of the input they were trained on, and how their
    /// logits become probabilities.
    public var settings: GuardSettings
    private let unsafe, level, category, refusal: Linear

    /// - Parameter headSeed: starts the heads when the source has none (a language model that becomes a guard); `nil`
    ///   makes a missing head an error, for guards that are to be used and not trained.
    public init(
        _ config: some ModelConfig, _ source: any WeightSource, settings: GuardSettings = GuardSettings(),
        dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil, headSeed: UInt64? = 42
    ) throws {
        let source = try headSeed.map { try StartedHead(.guardHeads, of: source, seed: $0) } ?? source
        let weights = Weights(source, dtype: dtype, device: device, adapters: adapters)
        trunk = try Trunk(config, weights, dtype: dtype, device: device, adapters: adapters)
        let heads = weights["guard_heads"].withoutAdapters
        func head(_ name: String, _ outputs: Int) throws -> Linear {
            try Linear(config.text.hiddenSize, outputs, bias: true, heads[name], initial: .normal(0.02))
        }
        unsafe = try head("unsafe", 1)
        level = try head("level", Severity.allCases.count)
        category = try head("category", HarmCategory.allCases.count)
        refusal = try head("refusal", 1)
        parameters = try weights.finish {
            [.languageHead, .scoreHead].contains(ModelComponent(ofParameter: $0)) || LoRAConfig.isAdapter($0)
        }
        self.settings = settings
    }

    public var config: any ModelConfig { trunk.config }
    public var device: Device { trunk.device }
    public var dtype: DType { trunk.dtype }

    /// All heads at each row's last real token, whichever side the padding is on.
    public func logits(_ inputs: ModelInputs) throws -> GuardLogits {
        let states = try trunk.hiddenStates(inputs)
        let rows = try Tensor.range(inputs.lengths.count, on: device)
        let ends = try states.at(rows, inputs.lastColumns())
        return GuardLogits(
            unsafe: try unsafe(ends).squeezed(1).to(.float32), level: try level(ends).to(.float32),
            category: try category(ends).to(.float32), refusal: try refusal(ends).squeezed(1).to(.float32))
    }

    /// The same as numbers, one value per row.
    ///
    /// - Throws: `GuardModelError.notFinite` when any logit is infinite or not a number: there is no verdict then, and
    ///   none may be taken for "safe".
    public func scores(_ inputs: ModelInputs) throws -> [GuardScores] {
        try withoutGradient { try GuardScores.rows(of: logits(inputs)) }
    }
}

/// Logits of the heads for `B` rows, float32.
public struct GuardLogits {
    /// `[B]`: above 0 is harmful.
    public let unsafe: Tensor
    /// `[B, 4]`, in the order of `Severity`.
    public let level: Tensor
    /// `[B, 20]`, in the order of `HarmCategory`; says of which category harm is, if there is any.
    public let category: Tensor
    /// `[B]`: above 0 is a refusal.
    public let refusal: Tensor
}

/// Logits of the heads for one row, every one of them finite.
public struct GuardScores: Sendable, Equatable {
    public var unsafe: Double
    /// In the order of `Severity`.
    public var level: [Double]
    /// In the order of `HarmCategory`.
    public var category: [Double]
    public var refusal: Double

    public init(unsafe: Double, level: [Double], category: [Double], refusal: Double) {
        (self.unsafe, self.level, self.category, self.refusal) = (unsafe, level, category, refusal)
    }

    static func rows(of logits: GuardLogits) throws -> [GuardScores] {
        let unsafe = try logits.unsafe.values(as: Double.self)
        let level = try logits.level.rows(), category = try logits.category.rows()
        let refusal = try logits.refusal.values(as: Double.self)
        return try unsafe.indices.map { row in
            let scores = GuardScores(
                unsafe: unsafe[row], level: level[row].map(Double.init), category: category[row].map(Double.init),
                refusal: refusal[row])
            if let head = scores.headThatIsNotFinite { throw GuardModelError.notFinite(head: head, row: row) }
            return scores
        }
    }

    private var headThatIsNotFinite: String? {
        [("unsafe", [unsafe]), ("level", level), ("category", category), ("refusal", [refusal])]
            .first { !$0.1.allSatisfy(\.isFinite) }?.0
    }
}

/// Why there is no verdict, or no guard.
public enum GuardModelError: Error, Equatable, CustomStringConvertible {
    /// A logit that is infinite or not a number, in that row of the batch.
    case notFinite(head: String, row: Int)
    /// The folder has no `guard.json`.
    case noSettings(folder: String)

    public var description: String {
        switch self {
        case .notFinite(let head, let row):
            "the guard's \(head) head gave a number that is not finite for row \(row) of the batch: there is no verdict, "
                + "and the input must be treated as unsafe; check the model's weights and the picture"
        case .noSettings(let folder):
            "\(folder) has no \(GuardSettings.fileName), so it is no guard: give the model/ folder that `train guard` wrote"
        }
    }
}
