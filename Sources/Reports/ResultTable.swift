import Foundation
import Statistics

/// The table of all policies, for the terminal.
public struct ResultTable {
    private let story: AlignmentStory

    public init(_ story: AlignmentStory) { self.story = story }

    /// One row per policy; every cell is the value and half the width of its 95 % interval.
    public var text: String {
        let header = ["policy"] + PolicyMetric.allCases.map(\.title)
        let rows = story.policies.map { policy in
            [policy.title] + PolicyMetric.allCases.map { cell(policy.metrics[$0], $0) }
        }
        return TextTable([header] + rows).text + "\ncost limit \(decimal(story.limit, 2)); ± is half the 95 % interval"
    }

    private func cell(_ estimate: Interval?, _ metric: PolicyMetric) -> String {
        guard let estimate else { return "–" }
        return metric.text(estimate.value) + " ± " + metric.text((estimate.high - estimate.low) / 2)
    }
}

extension PolicyMetric {
    /// A value of this metric as people read it.
    func text(_ value: Double) -> String { isShare ? decimal(100 * value, 1) + " %" : decimal(value, 2) }
}

/// `value` with that many decimals, with a point, whatever the locale; a dash when it is not a number.
func decimal(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "–" }
    let scale = pow(10, Double(places))
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e15 else { return "\(value)" }
    let whole = Int(scaled)
    let digits = String(whole % Int(scale))
    let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.count) + digits
    return (value < 0 && whole > 0 ? "−" : "") + "\(whole / Int(scale))" + fraction
}
