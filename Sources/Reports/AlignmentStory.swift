public import Statistics
public import StrictJSON

/// What a policy is measured by. The raw value is the key in `summary.json`; docs/metrics.md defines each.
public enum PolicyMetric: String, CaseIterable, Sendable {
    /// Share of unsafe prompts answered with harmful content.
    case attackSuccess = "attack_success"
    /// Share of border prompts refused.
    case overRefusal = "over_refusal"
    /// Mean cost-model score over all prompts, in the limit's own units.
    case cost
    /// Mean severity of harmful content on unsafe prompts, 0…3.
    case trueSeverity = "true_severity"
    /// Share of benign and border prompts on which it is more helpful than the base policy; ties count half.
    case helpfulWinRate = "helpful_win_rate"
    /// Share of unsafe prompts on which it is safer than the base policy; ties count half.
    case safetyWinRate = "safety_win_rate"

    public var title: String {
        switch self {
        case .attackSuccess: "attack success"
        case .overRefusal: "over-refusal"
        case .cost: "cost"
        case .trueSeverity: "true severity"
        case .helpfulWinRate: "helpful win rate"
        case .safetyWinRate: "safety win rate"
        }
    }

    /// Whether it is a share, shown in percent.
    public var isShare: Bool { self != .cost && self != .trueSeverity }
}

/// What a policy's answers to prompts of one kind are worth on average.
public struct KindResult: Sendable {
    /// Such as "unsafe".
    public var kind: String
    /// Number of prompts.
    public var count: Int
    /// Mean helpful rate, 0…3, and mean harmless rate, −3…3, by the oracle.
    public var helpfulRate, harmlessRate: Double
    /// Mean score of the cost model.
    public var cost: Double
    /// Share of answers that refuse, and of those that name another thing than the picture shows.
    public var refusals, misnamings: Double

    public init(
        kind: String, count: Int, helpfulRate: Double, harmlessRate: Double, cost: Double, refusals: Double, misnamings: Double
    ) {
        (self.kind, self.count, self.helpfulRate, self.harmlessRate) = (kind, count, helpfulRate, harmlessRate)
        (self.cost, self.refusals, self.misnamings) = (cost, refusals, misnamings)
    }
}

/// One policy's measurements.
public struct PolicyResult: Sendable {
    /// Key in `summary.json`, such as `safe_rlhf_v`.
    public var key: String
    /// For people, such as "Safe RLHF-V".
    public var title: String
    public var metrics: [PolicyMetric: Interval]
    /// Share of ties among the comparisons behind each win rate.
    public var tieShares: [PolicyMetric: Double]
    /// The same answers by kind of prompt.
    public var kinds: [KindResult]

    public init(
        key: String, title: String, metrics: [PolicyMetric: Interval], tieShares: [PolicyMetric: Double] = [:],
        kinds: [KindResult] = []
    ) {
        (self.key, self.title, self.metrics, self.tieShares, self.kinds) = (key, title, metrics, tieShares, kinds)
    }
}

/// A number per training step.
public struct CurvePoint: Sendable, Equatable {
    public var step: Int
    public var value: Double

    public init(step: Int, value: Double) { (self.step, self.value) = (step, value) }
}

/// How one quantity moved during training, one line per policy.
public struct CurveChart: Sendable {
    public var title: String
    public var lines: [(name: String, points: [CurvePoint])]
    /// A value to be drawn across the chart, such as the cost limit.
    public var mark: (name: String, value: Double)?

    public init(title: String, lines: [(name: String, points: [CurvePoint])], mark: (name: String, value: Double)? = nil) {
        (self.title, self.lines, self.mark) = (title, lines, mark)
    }
}

/// One prompt and what each policy said to it.
public struct Transcript: Sendable {
    public struct Answer: Sendable {
        public var policy, text: String
        public var helpfulRate, harmlessRate: Int

        public init(policy: String, text: String, helpfulRate: Int, harmlessRate: Int) {
            (self.policy, self.text, self.helpfulRate, self.harmlessRate) = (policy, text, helpfulRate, harmlessRate)
        }
    }

    public var kind, question: String
    /// The picture's file: PNG or JPEG.
    public var picture: [UInt8]
    public var answers: [Answer]

    public init(kind: String, question: String, picture: [UInt8], answers: [Answer]) {
        (self.kind, self.question, self.picture, self.answers) = (kind, question, picture, answers)
    }
}

/// How long a stage took and the most memory the process had held by its end.
public struct StageCost: Sendable {
    public var name: String
    public var seconds: Double
    public var peakBytes: Int

    public init(name: String, seconds: Double, peakBytes: Int) {
        (self.name, self.seconds, self.peakBytes) = (name, seconds, peakBytes)
    }
}

/// The whole story of one aligned model: everything `summary.json` and `report.html` are made of.
public struct AlignmentStory: Sendable {
    /// The cost limit d, in units of the cost model.
    public var limit: Double
    public var seeds: [UInt64]
    public var policies: [PolicyResult]
    public var rewardModel: [(name: String, estimate: Interval)]
    public var costModel: [(name: String, estimate: Interval)]
    /// `nil` when the story has no guard.
    public var guardStory: GuardStory?
    public var stages: [StageCost]
    public var curves: [CurveChart]
    public var transcripts: [Transcript]
    /// One sentence each on how the numbers were taken.
    public var notes: [String]

    public init(
        limit: Double, seeds: [UInt64], policies: [PolicyResult], rewardModel: [(name: String, estimate: Interval)],
        costModel: [(name: String, estimate: Interval)], guardStory: GuardStory? = nil, stages: [StageCost], curves: [CurveChart] = [],
        transcripts: [Transcript] = [], notes: [String] = []
    ) {
        (self.limit, self.seeds, self.policies) = (limit, seeds, policies)
        (self.rewardModel, self.costModel, self.guardStory, self.stages) = (rewardModel, costModel, guardStory, stages)
        (self.curves, self.transcripts, self.notes) = (curves, transcripts, notes)
    }

    /// The contents of `summary.json`.
    public var summary: JSONValue {
        let trained = guardStory.map { [("guard", $0.json)] } ?? []
        return .object(JSONObject([
            ("limit", .number(limit)),
            ("seeds", .array(seeds.map { .integer(Int64(clamping: $0)) })),
            ("policies", .object(JSONObject(policies.map { ($0.key, $0.json) }))),
            ("reward_model", .object(JSONObject(rewardModel.map { ($0.name, $0.estimate.json) }))),
            ("cost_model", .object(JSONObject(costModel.map { ($0.name, $0.estimate.json) }))),
        ] + trained + [("stages", .object(JSONObject(stages.map { ($0.name, $0.json) })))]))
    }
}

extension PolicyResult {
    var json: JSONValue {
        let measured = PolicyMetric.allCases.compactMap { metric in metrics[metric].map { (metric.rawValue, $0.json) } }
        let ties = PolicyMetric.allCases.compactMap { metric in
            tieShares[metric].map { (metric.rawValue + "_ties", JSONValue.number($0)) }
        }
        let byKind = ("by_kind", JSONValue.object(JSONObject(kinds.map { ($0.kind, $0.json) })))
        return .object(JSONObject([("title", .string(title))] + measured + ties + [byKind]))
    }
}

extension KindResult {
    var json: JSONValue {
        [
            "n": .integer(Int64(count)), "helpful_rate": .number(helpfulRate), "harmless_rate": .number(harmlessRate),
            "cost": .number(cost), "refusals": .number(refusals), "misnamings": .number(misnamings),
        ]
    }
}

extension StageCost {
    var json: JSONValue {
        .object(JSONObject([("seconds", .number(seconds)), ("peak_memory_bytes", .integer(Int64(peakBytes)))]))
    }
}
