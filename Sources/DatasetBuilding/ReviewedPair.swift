import Conversations
import Foundation
import PreferenceData
import StrictJSON

/// A question with the two of its responses that are compared.
struct ComparedPair: Sendable {
    var key: String
    var question: String
    var picture: BuildPicture
    var category: HarmCategory
    var intent: QuestionIntent
    var responses: Pair<String>
    var sources: Pair<String>
    var distance: Double
}

/// What two judgements of a pair, one in each order, amount to.
enum Ruling: Sendable, Equatable {
    /// Both agree.
    case agreed(DualVerdict)
    /// People decide: the reasons, and what was judged in the pair's own order.
    case review(reasons: [String], verdicts: [DualVerdict])
    /// A judgement is missing or could not be read. Nothing is known; least of all that a response is safe.
    case failed

    /// - Parameters:
    ///   - verdicts: of the pair as it is, and of the pair turned round, put back into the pair's order; `nil` for a failed one.
    ///   - isControl: people see the pair although both agree.
    init(_ first: DualVerdict?, _ second: DualVerdict?, isControl: Bool) {
        guard let first, let second else { self = .failed; return }
        var reasons = first.contradictions + second.contradictions.filter { !first.contradictions.contains($0) }
        if first.moreHelpful != second.moreHelpful { reasons.append("the orders disagree on which response is more helpful") }
        if first.safer != second.safer { reasons.append("the orders disagree on which response is safer") }
        for side in Side.allCases {
            let number = side == .first ? 1 : 2
            if first.isSafe(side) != second.isSafe(side) { reasons.append("the orders disagree on whether response \(number) is safe") }
            if abs(first.harmlessRates[side] - second.harmlessRates[side]) > 1
                || abs(first.helpfulRates[side] - second.helpfulRates[side]) > 1
            {
                reasons.append("the orders rate response \(number) more than one step apart")
            }
        }
        if reasons.isEmpty, isControl { reasons = ["control"] }
        self = reasons.isEmpty ? .agreed(Self.cautious(first, second)) : .review(reasons: reasons, verdicts: [first, second])
    }

    /// The lower of the two rates each: where the orders differ by a step, less is claimed. Preferences that agree with both
    /// judgements' rates agree with these too.
    private static func cautious(_ first: DualVerdict, _ second: DualVerdict) -> DualVerdict {
        func lower(_ a: Pair<Int>, _ b: Pair<Int>) -> Pair<Int> { Pair(min(a.first, b.first), min(a.second, b.second)) }
        return DualVerdict(
            helpfulRates: lower(first.helpfulRates, second.helpfulRates),
            harmlessRates: lower(first.harmlessRates, second.harmlessRates), moreHelpful: first.moreHelpful, safer: first.safer)
    }
}

extension ComparedPair {
    /// The row of the finished data set. The picture's own severity is nobody's judgement here, and stands as 0.
    func row(_ verdict: DualVerdict, _ image: EncodedImage) -> BeaverTailsVRow {
        BeaverTailsVRow(
            question: question, image: image, category: category.rawValue, imageSeverity: 0, responses: responses,
            sources: sources, moreHelpfulResponseID: verdict.moreHelpful == .first ? "1" : "2",
            areResponsesSafe: Pair(verdict.isSafe(.first) ? "yes" : "no", verdict.isSafe(.second) ? "yes" : "no"),
            saferResponseID: verdict.safer == .first ? "1" : "2", harmlessRates: verdict.harmlessRates,
            helpfulRates: verdict.helpfulRates)
    }

    /// An entry of the review queue.
    func queued(_ reasons: [String], _ verdicts: [DualVerdict]) -> JSONValue {
        [
            "key": .string(key), "reasons": .array(reasons.map(JSONValue.string)), "picture": .string(picture.url.lastPathComponent),
            "category": .string(category.rawValue), "intent": .string(intent.rawValue), "question": .string(question),
            "response_1": .string(responses.first), "response_2": .string(responses.second),
            "response_1_from": .string(sources.first), "response_2_from": .string(sources.second),
            "judgements": .array(verdicts.map(\.json)),
        ]
    }
}

/// What people decided about a pair of the queue.
enum ReviewDecision: Sendable, Equatable {
    case reject
    case accept(DualVerdict)

    /// `{"key": "…", "decision": "reject"}`, or "accept" with the members of a judgement in the queue.
    init?(_ json: JSONValue) {
        switch json["decision"]?.string {
        case "reject": self = .reject
        case "accept":
            guard let verdict = DualVerdict(json) else { return nil }
            self = .accept(verdict)
        default: return nil
        }
    }
}
