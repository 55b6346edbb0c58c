import Foundation
import PreferenceData

/// Where everything of the story lies.
struct StoryFolders {
    let root: URL

    var pairs: URL { root.appending(path: "data/pairs") }
    var lessons: URL { root.appending(path: "data/lessons") }
    var conversations: URL { root.appending(path: "data/conversations") }
    var start: URL { root.appending(path: "models/start") }
    func run(_ name: String) -> URL { root.appending(path: name) }
    func model(_ name: String) -> URL { run(name).appending(path: "model") }
    var summary: URL { root.appending(path: "summary.json") }
    var report: URL { root.appending(path: "report.html") }

    /// The pairs that no training sees.
    func evaluationPairs() throws -> [PreferenceSample] {
        var samples: [PreferenceSample] = []
        try BeaverTailsVDataset.load(pairs, split: .evaluation).forEachSample { samples.append($0) }
        return samples
    }
}

/// The four ways in which the story improves its base policy.
enum StoryPolicy: String, CaseIterable {
    case ppoHelpful = "ppo_helpful"
    case ppoSafety = "ppo_safety"
    case fixedLambda = "fixed_lambda"
    case safeRLHFV = "safe_rlhf_v"

    var title: String {
        switch self {
        case .ppoHelpful: "PPO, helpful"
        case .ppoSafety: "PPO, safety"
        case .fixedLambda: "fixed λ"
        case .safeRLHFV: "Safe RLHF-V"
        }
    }
}
