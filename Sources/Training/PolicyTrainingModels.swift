public import Foundation
import Tokenizers
public import Torch
import TorchNN
public import VisionLanguageModels

/// The models that a policy is trained with. Critics start as copies of the score models unless others are given.
public struct PolicyTrainingModels {
    public var policy: VisionLanguageModel
    public var rewardModel: ScoreModel
    /// Needed by `fixed_multiplier` and `safe_rlhf_v`.
    public var costModel: ScoreModel?
    public var rewardCritic: ScoreModel?
    public var costCritic: ScoreModel?

    public init(
        policy: VisionLanguageModel, rewardModel: ScoreModel, costModel: ScoreModel? = nil, rewardCritic: ScoreModel? = nil,
        costCritic: ScoreModel? = nil
    ) {
        (self.policy, self.rewardModel, self.costModel) = (policy, rewardModel, costModel)
        (self.rewardCritic, self.costCritic) = (rewardCritic, costCritic)
    }
}

/// Where the models of a policy run lie.
///
/// Each score model is a model folder, or a folder of adapters and a score head (as `train reward` writes it beside a
/// model that learned by adapters), which are laid over the policy's own weights: then both stand on one trunk.
public struct PolicyTrainingFolders {
    public var policy, rewardModel: URL
    public var costModel, rewardCritic, costCritic: URL?

    public init(policy: URL, rewardModel: URL, costModel: URL? = nil, rewardCritic: URL? = nil, costCritic: URL? = nil) {
        (self.policy, self.rewardModel, self.costModel) = (policy, rewardModel, costModel)
        (self.rewardCritic, self.costCritic) = (rewardCritic, costCritic)
    }

    /// All that are given.
    public var all: [URL] { [policy, rewardModel] + [costModel, rewardCritic, costCritic].compactMap { $0 } }
}

extension PolicyTrainingModels {
    /// Loads what the configuration's algorithm uses. A reward or cost model without a score head is an error, and so is
    /// a folder with another tokenizer than the policy's: all roles read the ids that the policy wrote. A critic may start
    /// without a head.
    public init(loading folders: PolicyTrainingFolders, _ config: PolicyTrainingConfig, device: Device) throws {
        let dtype = config.dtype.dtype
        let policy = try VisionLanguageModel.load(folders.policy, dtype: dtype, device: device)
        let tokenizer = try Tokenizer(directory: folders.policy)
        func scoreModel(_ folder: URL, headSeed: UInt64? = nil) throws -> ScoreModel {
            guard AdapterFolder.isOne(folder) else {
                try tokenizer.requireSameIDs(as: Tokenizer(directory: folder), policy: folders.policy, other: folder)
                return try .load(folder, dtype: dtype, device: device, headSeed: headSeed)
            }
            guard config.policyTuning.method == .lora else {
                throw TrainingError.sharedTrunk(adapters: folder.path, policy: folders.policy.path)
            }
            return try ScoreModel(adaptersIn: folder, on: policy)
        }
        let usesCost = config.algorithm != .ppo
        self.init(
            policy: policy, rewardModel: try scoreModel(folders.rewardModel),
            costModel: try usesCost ? folders.costModel.map { try scoreModel($0) } : nil,
            rewardCritic: try folders.rewardCritic.map { try scoreModel($0, headSeed: config.seed) },
            costCritic: try config.algorithm == .safeRLHFV ? folders.costCritic.map { try scoreModel($0, headSeed: config.seed) } : nil)
    }
}

extension PolicyTrainingModels {
    /// Throws when a model cannot read what the policy reads and writes: ids, and placeholders of pictures.
    func requireSameReading() throws {
        let own = policy.config
        for (role, model) in [("reward model", rewardModel), ("cost model", costModel), ("reward critic", rewardCritic), ("cost critic", costCritic)] {
            guard let config = model?.config else { continue }
            let facts = [
                ("vocab_size", own.text.vocabularySize, config.text.vocabularySize),
                ("the id of a picture's place", own.placeholderID.map(Int.init) ?? -1, config.placeholderID.map(Int.init) ?? -1),
            ]
            if let (what, expected, found) = facts.first(where: { $0.1 != $0.2 }) {
                throw TrainingError.otherReading(role: role, difference: "\(what) is \(found), the policy's is \(expected)")
            }
        }
    }
}

extension Tokenizer {
    fileprivate func requireSameIDs(as other: Tokenizer, policy: URL, other folder: URL) throws {
        func differs(_ id: Int32) -> Bool { token(of: id) != other.token(of: id) }
        let count = Int32(clamping: max(vocabularyCount, other.vocabularyCount))
        guard let id = (0..<count).first(where: differs) else { return }
        throw TrainingError.otherReading(
            role: folder.path,
            difference: "token \(id) is \(other.token(of: id) ?? "none"), in \(policy.path) it is \(token(of: id) ?? "none")")
    }
}
