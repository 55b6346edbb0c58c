import StrictJSON
import Torch
import TorchNN
import VisionLanguageModels

/// A stage of training, by the command that runs it.
enum PlannedStage: String, CaseIterable {
    case sft, reward, cost, dpo, ppo
    case safeRLHFV = "safe-rlhf-v"
}

/// What a stage of training needs in memory, role by role, from `config.json` alone.
struct MemoryPlan {
    struct Settings {
        var stage = PlannedStage.safeRLHFV
        var dtype = DType.bfloat16
        /// Nil for training all of the decoder.
        var adapters: LoRAConfig?
        /// Conversations at a time.
        var rows = 8
        var promptTokens = 0
        var responseTokens = 512
        var recomputesActivations = false
    }

    struct Role {
        var name: String
        /// Bytes.
        var weights, adapters, gradients, optimizer: Int
        var total: Int { weights + adapters + gradients + optimizer }
    }

    let settings: Settings
    let roles: [Role]
    /// While responses are written: keys and values, and one token's logits; 0 in stages that write none.
    let generation: Int
    /// While a network is trained: what the backward pass keeps, and logits.
    let training: Int
    /// Parameters of the policy, and those of them that train.
    let parameterCount, trainableCount: Int

    /// The most that is needed at one time: all roles, and the larger of the two phases, which follow one another.
    var peak: Int { roles.reduce(0) { $0 + $1.total } + max(generation, training) }

    init(_ config: any ModelConfig, _ settings: Settings) throws {
        self.settings = settings
        let policy = ModelMemory(config, try ModelOutline(config), dtype: settings.dtype)
        let score = ModelMemory(config, try ModelOutline(scoreModel: config), dtype: settings.dtype)
        let planner = RolePlanner(settings: settings, policy: policy, score: score)
        roles = planner.roles
        let tokens = settings.rows * (settings.promptTokens + settings.responseTokens)
        let isPolicyTrained = ![.reward, .cost].contains(settings.stage)
        training =
            policy.activations(tokens: tokens, recomputing: settings.recomputesActivations)
            + (isPolicyTrained ? policy.logits(positions: settings.rows * settings.responseTokens, training: true) : 0)
        let writes = [.ppo, .safeRLHFV].contains(settings.stage)
        generation =
            writes
            ? policy.keyValueCache(rows: settings.rows, tokens: settings.promptTokens + settings.responseTokens)
                + policy.logits(positions: settings.rows, training: false) : 0
        parameterCount = (isPolicyTrained ? policy : score).outline.count
        trainableCount = planner.trainableCount(isPolicyTrained ? policy : score)
    }
}

/// Which networks a stage has, and what each of them holds.
private struct RolePlanner {
    let settings: MemoryPlan.Settings
    let policy, score: ModelMemory

    var roles: [MemoryPlan.Role] {
        let reference = settings.adapters == nil ? frozen("reference policy", policy) : shared("reference policy")
        let reward = [frozen("reward model", score), trained("reward critic", score)]
        switch settings.stage {
        case .sft: return [trained("policy", policy)]
        case .reward: return [trained("reward model", score)]
        case .cost: return [trained("cost model", score)]
        case .dpo: return [trained("policy", policy), reference]
        case .ppo: return [trained("policy", policy), reference] + reward
        case .safeRLHFV:
            return [trained("policy", policy), reference] + reward + [
                frozen("cost model", score), trained("cost critic", score),
            ]
        }
    }

    private func frozen(_ name: String, _ model: ModelMemory) -> MemoryPlan.Role {
        .init(name: name, weights: model.weights, adapters: 0, gradients: 0, optimizer: 0)
    }

    /// A policy with adapters is its own reference without them.
    private func shared(_ name: String) -> MemoryPlan.Role {
        .init(name: name, weights: 0, adapters: 0, gradients: 0, optimizer: 0)
    }

    /// Gradients have the weights' type. AdamW keeps two moments in float32, and float32 masters of 16-bit parameters.
    /// Adapters are the policy's; a critic starts as a copy of its score model and trains as a whole.
    private func trained(_ name: String, _ model: ModelMemory) -> MemoryPlan.Role {
        let count = trainableCount(model)
        let adapters = adapters(of: model).map(model.adapterCount) ?? 0
        let (narrow, bytes) = (settings.dtype.byteCount < 4, settings.dtype.byteCount)
        return .init(
            name: name, weights: model.weights, adapters: adapters * bytes, gradients: count * bytes,
            optimizer: count * (narrow ? 12 : 8))
    }

    private func adapters(of model: ModelMemory) -> LoRAConfig? {
        let isPolicy = model.outline.count(of: .scoreHead) == 0
        return isPolicy ? settings.adapters : nil
    }

    /// Everything but the vision tower; with adapters they alone.
    func trainableCount(_ model: ModelMemory) -> Int {
        adapters(of: model).map(model.adapterCount) ?? model.outline.count - model.outline.count(of: .visionTower)
    }
}

extension MemoryPlan: CustomStringConvertible {
    var description: String {
        var lines = [
            "stage        \(settings.stage.rawValue), \(settings.dtype), \(settings.rows) rows of \(settings.promptTokens) + "
                + "\(settings.responseTokens) tokens",
            "parameters   \(parameterCount), of which train \(trainableCount)", "",
            row(["role", "weights", "adapters", "gradients", "optimizer", "total"]),
        ]
        for role in roles {
            let numbers = [role.weights, role.adapters, role.gradients, role.optimizer, role.total]
            lines.append(row([role.name] + numbers.map(Self.gibibytes)))
        }
        lines += [
            "", "generation   \(Self.gibibytes(generation)): keys, values and logits while responses are written",
            "training     \(Self.gibibytes(training)): activations and logits that the backward pass keeps",
            "peak         \(Self.gibibytes(peak))",
        ]
        return lines.joined(separator: "\n")
    }

    private func row(_ cells: [String]) -> String {
        cells.enumerated().map { index, cell in
            let space = String(repeating: " ", count: max(1, (index == 0 ? 18 : 12) - cell.count))
            return index == 0 ? cell + space : space + cell
        }.joined()
    }

    /// With two digits after the point, and the unit.
    private static func gibibytes(_ bytes: Int) -> String {
        let hundredths = (Double(bytes) / 1_073_741_824 * 100).rounded()
        let (whole, rest) = (Int(hundredths) / 100, Int(hundredths) % 100)
        return "\(whole).\(rest < 10 ? "0" : "")\(rest) GiB"
    }

    var json: JSONValue {
        func bytes(_ count: Int) -> JSONValue { .integer(Int64(count)) }
        return [
            "stage": .string(settings.stage.rawValue), "dtype": .string(settings.dtype.description),
            "parameters": bytes(parameterCount), "trainable": bytes(trainableCount),
            "roles": .array(
                roles.map { role in
                    [
                        "name": .string(role.name), "weights": bytes(role.weights), "adapters": bytes(role.adapters),
                        "gradients": bytes(role.gradients), "optimizer": bytes(role.optimizer),
                        "total": bytes(role.total),
                    ]
                }),
            "generation": bytes(generation), "training": bytes(training), "peak": bytes(peak),
        ]
    }
}
