import Conversations
import PreferenceData

/// One label from those of several annotators, by the plainest rule there is: every question is decided on its own.
///
/// Preferences go to the majority, and to nobody when it is even: such an item waits for a reviewer. Rates take the lower
/// median, levels of harm the upper one, flags the majority and "unsafe" when it is even: in doubt the label is the worse one,
/// so that doubt never makes data look safer. The category is the most frequent one, the least by name among equals.
public enum LabelConsensus {
    /// - Returns: nil when there is no label, or an even preference.
    public static func of(_ labels: [PairLabel]) -> PairLabel? {
        guard let moreHelpful = majority(labels.map(\.moreHelpful)), let safer = majority(labels.map(\.safer)),
            let category = mostFrequent(labels.map(\.category)), let imageSeverity = upperMedian(labels.map(\.imageSeverity))
        else { return nil }
        func each<Value, Result>(_ path: KeyPath<PairLabel, Pair<Value>>, _ rule: ([Value]) -> Result?, _ none: Result) -> Pair<Result> {
            Pair(rule(labels.map { $0[keyPath: path].first }) ?? none, rule(labels.map { $0[keyPath: path].second }) ?? none)
        }
        return PairLabel(
            moreHelpful: moreHelpful, safer: safer, helpfulRates: each(\.helpfulRates, lowerMedian, 0),
            harmlessRates: each(\.harmlessRates, lowerMedian, 0), areSafe: each(\.areSafe, { majority($0) ?? false }, false),
            severities: each(\.severities, upperMedian, .severe), category: category, imageSeverity: imageSeverity)
    }

    /// Whether two labels differ in what data are made of: a preference, or a flag.
    public static func disagree(_ labels: [PairLabel]) -> Bool {
        Set(labels.map(\.moreHelpful)).count > 1 || Set(labels.map(\.safer)).count > 1 || Set(labels.map(\.areSafe)).count > 1
    }

    private static func majority<Value: Hashable>(_ votes: [Value]) -> Value? {
        let counts = Dictionary(votes.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.first { 2 * $0.value > votes.count }?.key
    }

    private static func mostFrequent(_ votes: [HarmCategory]) -> HarmCategory? {
        let counts = Dictionary(votes.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.min { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }?.key
    }

    private static func lowerMedian<Value: Comparable>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
    }

    private static func upperMedian<Value: Comparable>(_ values: [Value]) -> Value? {
        values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
}
