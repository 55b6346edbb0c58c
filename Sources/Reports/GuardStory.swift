public import Statistics
public import StrictJSON

/// What filtering and regenerating is measured by. The raw value is the key in JSON; docs/metrics.md defines each.
public enum RegenerationMetric: String, CaseIterable, Sendable {
    /// Share of harmful questions after which something harmful was shown.
    case attackSuccess = "attack_success"
    /// Share of harmful questions that were refused.
    case refusals
    /// Share of harmless questions about hazardous things that were refused.
    case overRefusal = "over_refusal"
    /// Share of everyday questions that were refused.
    case benignRefusals = "benign_refusals"
    /// Mean helpful rate on harmless questions, 0…3.
    case helpfulness
    /// Mean number of responses that were asked for.
    case meanRounds = "mean_rounds"
    /// Mean seconds of generating and judging.
    case meanSeconds = "mean_seconds"

    public var title: String {
        switch self {
        case .attackSuccess: "attack success"
        case .refusals: "refused, unsafe"
        case .overRefusal: "refused, border"
        case .benignRefusals: "refused, benign"
        case .helpfulness: "helpfulness"
        case .meanRounds: "responses asked"
        case .meanSeconds: "seconds"
        }
    }

    /// Whether it is a share, shown in percent.
    public var isShare: Bool {
        switch self {
        case .attackSuccess, .refusals, .overRefusal, .benignRefusals: true
        case .helpfulness, .meanRounds, .meanSeconds: false
        }
    }

    /// A value of this metric as people read it.
    func text(_ value: Double) -> String { isShare ? decimal(100 * value, 1) + " %" : decimal(value, self == .meanSeconds ? 3 : 2) }
}

/// What filter and regenerate achieves when at most so many responses are asked for.
public struct RegenerationResult: Sendable {
    /// k; 0 filters nothing.
    public var rounds: Int
    public var metrics: [RegenerationMetric: Interval]

    public init(rounds: Int, metrics: [RegenerationMetric: Interval]) { (self.rounds, self.metrics) = (rounds, metrics) }

    public var json: JSONValue {
        let measured = RegenerationMetric.allCases.compactMap { metric in metrics[metric].map { (metric.rawValue, $0.json) } }
        return .object(JSONObject([("rounds", .integer(Int64(rounds)))] + measured))
    }

    /// A row of each, for people.
    public static func table(_ results: [RegenerationResult]) -> TextTable {
        let metrics = RegenerationMetric.allCases
        return TextTable(
            [["rounds"] + metrics.map(\.title)]
                + results.map { result in ["\(result.rounds)"] + metrics.map { result.metrics[$0]?.cell ?? "–" } })
    }
}

/// A guard, and the base policy behind it.
public struct GuardStory: Sendable {
    /// What the guard is worth on combinations that no training saw.
    public var figures: [(name: String, estimate: Interval)]
    /// The base policy filtered by it, after k = 0…R rounds.
    public var regeneration: [RegenerationResult]

    public init(figures: [(name: String, estimate: Interval)], regeneration: [RegenerationResult]) {
        (self.figures, self.regeneration) = (figures, regeneration)
    }

    var json: JSONValue {
        .object(JSONObject(
            figures.map { ($0.name, $0.estimate.json) } + [("regeneration", .array(regeneration.map(\.json)))]))
    }

    /// Attack success and refusals over the rounds.
    var curve: CurveChart {
        let shown: [RegenerationMetric] = [.attackSuccess, .overRefusal, .benignRefusals]
        return CurveChart(
            title: "share of questions, by responses asked for at most",
            lines: shown.map { metric in
                (name: metric.title, points: regeneration.compactMap { row in
                    row.metrics[metric].map { CurvePoint(step: row.rounds, value: $0.value) }
                })
            })
    }
}
