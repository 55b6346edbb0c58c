import Foundation
import Reports
import RunFolders

/// The training curves of the four policies, read from their logs.
struct StoryCurves {
    private let folders: StoryFolders
    private let limit: Double

    init(_ folders: StoryFolders, limit: Double) { (self.folders, self.limit) = (folders, limit) }

    func charts() throws -> [CurveChart] {
        [
            CurveChart(title: "reward (mean score of the policy's own reward model)", lines: try lines("reward/mean")),
            CurveChart(title: "cost (mean score)", lines: try lines("cost/mean"), mark: ("limit", limit)),
            CurveChart(title: "multiplier λ", lines: try lines("lagrange/lambda")),
            CurveChart(title: "KL to the base policy, nats per response", lines: try lines("ppo/kl")),
        ]
    }

    /// One line per policy in the order of the report's colours; the base policy's place stays empty.
    private func lines(_ metric: String) throws -> [(name: String, points: [CurvePoint])] {
        let policies = try StoryPolicy.allCases.map { policy in
            let log = folders.run(policy.rawValue).appending(path: "metrics.jsonl")
            return (name: policy.title, points: try MetricsLog.points(of: metric, in: log).map { CurvePoint(step: $0.step, value: $0.value) })
        }
        return [(name: "base", points: [])] + policies
    }
}
