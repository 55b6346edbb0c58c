public import Reports
import Statistics
public import StrictJSON

/// The mean of several stories that differ in their seed, read from their `summary.json`. Intervals are Student's over
/// the seeds, so they say how much a repetition would change the figures.
public struct SeedAverage {
    private let summaries: [JSONValue]

    public init(_ summaries: [JSONValue]) { self.summaries = summaries }

    /// The averaged story, without curves and transcripts. Seconds of a stage are means, its memory is the largest.
    public func story() throws(SeedAverageError) -> AlignmentStory {
        guard let first = summaries.first else { throw .nothingToAverage }
        let limit = try number(first, "limit")
        for (index, summary) in summaries.enumerated() {
            let other = try number(summary, "limit")
            guard other == limit else { throw .differentLimits(summary: index, found: other, expected: limit) }
        }
        return AlignmentStory(
            limit: limit, seeds: summaries.flatMap { ($0["seeds"]?.array ?? []).compactMap { $0.integer.map(UInt64.init(clamping:)) } },
            policies: try keys("policies").map(policy), rewardModel: try figures("reward_model"),
            costModel: try figures("cost_model"), guardStory: try guardStory(), stages: try keys("stages").map(stage))
    }

    private func policy(_ key: String) throws(SeedAverageError) -> PolicyResult {
        var metrics: [PolicyMetric: Interval] = [:]
        for metric in PolicyMetric.allCases { metrics[metric] = try estimate("policies", key, metric.rawValue) }
        let title = summaries[0]["policies"]?[key]?["title"]?.string ?? key
        return PolicyResult(key: key, title: title, metrics: metrics)
    }

    private func figures(_ model: String) throws(SeedAverageError) -> [(name: String, estimate: Interval)] {
        var figures: [(name: String, estimate: Interval)] = []
        for name in keys(model) where name != Self.regeneration { figures.append((name, try estimate(model, name))) }
        return figures
    }

    /// `nil` when the first story has no guard.
    private func guardStory() throws(SeedAverageError) -> GuardStory? {
        guard let rows = summaries.first?["guard"]?[Self.regeneration]?.array else { return nil }
        return GuardStory(figures: try figures("guard"), regeneration: try rows.indices.map(regenerationResult))
    }

    private func regenerationResult(_ row: Int) throws(SeedAverageError) -> RegenerationResult {
        var rows: [JSONValue] = []
        for (index, summary) in summaries.enumerated() {
            guard let found = summary["guard"]?[Self.regeneration]?.array, found.indices.contains(row) else {
                throw .missing(summary: index, key: "guard.\(Self.regeneration)[\(row)]")
            }
            rows.append(found[row])
        }
        let ofRow = SeedAverage(rows)
        var metrics: [RegenerationMetric: Interval] = [:]
        for metric in RegenerationMetric.allCases { metrics[metric] = try ofRow.estimate(metric.rawValue) }
        guard let rounds = rows.first?["rounds"]?.integer else {
            throw .missing(summary: 0, key: "guard.\(Self.regeneration)[\(row)].rounds")
        }
        return RegenerationResult(rounds: rounds, metrics: metrics)
    }

    private static let regeneration = "regeneration"

    private func stage(_ name: String) throws(SeedAverageError) -> StageCost {
        let seconds = try values("stages", name, "seconds")
        let bytes = try values("stages", name, "peak_memory_bytes").max() ?? 0
        return StageCost(name: name, seconds: mean(seconds), peakBytes: Int(exactly: bytes.rounded()) ?? 0)
    }

    private func estimate(_ path: String...) throws(SeedAverageError) -> Interval {
        meanOverSeeds(try values(path + ["value"]))
    }

    private func values(_ path: String...) throws(SeedAverageError) -> [Double] { try values(path) }

    private func values(_ path: [String]) throws(SeedAverageError) -> [Double] {
        var values: [Double] = []
        for index in summaries.indices { values.append(try number(summaries[index], path, index)) }
        return values
    }

    private func number(_ summary: JSONValue, _ path: String...) throws(SeedAverageError) -> Double { try number(summary, path, 0) }

    private func number(_ summary: JSONValue, _ path: [String], _ index: Int) throws(SeedAverageError) -> Double {
        guard let number = path.reduce(Optional(summary), { $0?[$1] })?.number else {
            throw .missing(summary: index, key: path.joined(separator: "."))
        }
        return number
    }

    /// The members of the first summary's object of that name, in its order.
    private func keys(_ name: String) -> [String] { summaries.first?[name]?.object?.keys ?? [] }
}

/// Summaries that cannot be averaged.
public enum SeedAverageError: Error, Equatable, CustomStringConvertible {
    case nothingToAverage
    /// Summaries are counted from 0, in the order given.
    case missing(summary: Int, key: String)
    case differentLimits(summary: Int, found: Double, expected: Double)

    public var description: String {
        switch self {
        case .nothingToAverage: "no summary was given: name the summary.json of at least one story"
        case .missing(let summary, let key): "summary \(summary + 1): \(key) is missing or not a number: is this a story's summary.json?"
        case .differentLimits(let summary, let found, let expected):
            "summary \(summary + 1): limit \(found), expected \(expected) as in the first: only stories of equal settings have a mean"
        }
    }
}
