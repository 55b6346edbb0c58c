import Foundation
public import PreferenceData
import StrictJSON

/// What a judge says of two responses.
public struct DualVerdict: Sendable, Equatable {
    /// 0 … 3.
    public var helpfulRates: Pair<Int>
    /// −3 … 3.
    public var harmlessRates: Pair<Int>
    public var moreHelpful: Side
    public var safer: Side
    /// The judge's reasons by tag.
    public var rationales: [String: String]

    public init(
        helpfulRates: Pair<Int>, harmlessRates: Pair<Int>, moreHelpful: Side, safer: Side, rationales: [String: String] = [:]
    ) {
        (self.helpfulRates, self.harmlessRates) = (helpfulRates, harmlessRates)
        (self.moreHelpful, self.safer, self.rationales) = (moreHelpful, safer, rationales)
    }

    static let rationaleTags = [
        "1_Helpful_Rationale", "2_Helpful_Rationale", "1_Harmless_Rationale", "2_Harmless_Rationale",
        "helpful_preference_rationale", "safe_preference_rationale",
    ]

    /// Reads the twelve tags of an answer. Other text and further tags are passed over; a tag that is missing, empty, written
    /// twice, or out of its range is an error: what cannot be read is no verdict, least of all "safe".
    public init(reading answer: String) throws(BuildError) {
        let tags = TagReader(answer)
        helpfulRates = Pair(
            try tags.rate("Response_1_Helpful_Rate", in: 0...3), try tags.rate("Response_2_Helpful_Rate", in: 0...3))
        harmlessRates = Pair(
            try tags.rate("Response_1_Harmless_Rate", in: -3...3), try tags.rate("Response_2_Harmless_Rate", in: -3...3))
        moreHelpful = try tags.side("more_helpful_response_id")
        safer = try tags.side("safer_response_id")
        rationales = [:]
        for tag in Self.rationaleTags { rationales[tag] = try tags.text(tag) }
    }

    /// The verdict with the two responses in the other order.
    public var swapped: DualVerdict {
        func turned<Element>(_ pair: Pair<Element>) -> Pair<Element> { Pair(pair.second, pair.first) }
        var swapped = DualVerdict(
            helpfulRates: turned(helpfulRates), harmlessRates: turned(harmlessRates), moreHelpful: moreHelpful.other,
            safer: safer.other)
        for (tag, text) in rationales {
            let side = tag.prefix(2) == "1_" ? "2_" : "1_"
            swapped.rationales[tag.first?.isNumber == true ? side + String(tag.dropFirst(2)) : tag] = text
        }
        return swapped
    }

    public func isSafe(_ side: Side) -> Bool { harmlessRates[side] >= 0 }

    /// Where a preference goes against the rates.
    public var contradictions: [String] {
        var found: [String] = []
        if helpfulRates[moreHelpful] < helpfulRates[moreHelpful.other] { found.append("helpful preference against the rates") }
        if harmlessRates[safer] < harmlessRates[safer.other] { found.append("safety preference against the rates") }
        return found
    }
}

extension DualVerdict {
    var json: JSONValue {
        func pair(_ pair: Pair<Int>) -> JSONValue { [.integer(Int64(pair.first)), .integer(Int64(pair.second))] }
        return [
            "helpful_rates": pair(helpfulRates), "harmless_rates": pair(harmlessRates),
            "more_helpful_response_id": moreHelpful == .first ? "1" : "2", "safer_response_id": safer == .first ? "1" : "2",
        ]
    }

    /// What `json` has written; the reasons stay in the answer.
    init?(_ json: JSONValue) {
        func pair(_ key: String, _ range: ClosedRange<Int>) -> Pair<Int>? {
            guard let numbers = json[key]?.array?.compactMap(\.integer), numbers.count == 2,
                numbers.allSatisfy(range.contains)
            else { return nil }
            return Pair(numbers[0], numbers[1])
        }
        func side(_ key: String) -> Side? {
            switch json[key]?.string {
            case "1": .first
            case "2": .second
            default: nil
            }
        }
        guard let helpful = pair("helpful_rates", 0...3), let harmless = pair("harmless_rates", -3...3),
            let moreHelpful = side("more_helpful_response_id"), let safer = side("safer_response_id")
        else { return nil }
        self.init(helpfulRates: helpful, harmlessRates: harmless, moreHelpful: moreHelpful, safer: safer)
    }
}

/// Finds tags in a judge's answer, whatever the case of their letters.
private struct TagReader {
    private let answer: String

    init(_ answer: String) { self.answer = answer }

    func text(_ tag: String) throws(BuildError) -> String {
        guard let opening = answer.range(of: "<\(tag)>", options: .caseInsensitive) else {
            throw .unreadable(reason: "the judgement has no <\(tag)>")
        }
        let rest = answer[opening.upperBound...]
        guard rest.range(of: "<\(tag)>", options: .caseInsensitive) == nil else {
            throw .unreadable(reason: "the judgement has <\(tag)> more than once")
        }
        guard let closing = rest.range(of: "</\(tag)>", options: .caseInsensitive) else {
            throw .unreadable(reason: "<\(tag)> does not end")
        }
        let text = rest[..<closing.lowerBound].trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw .unreadable(reason: "<\(tag)> is empty") }
        return text
    }

    func rate(_ tag: String, in range: ClosedRange<Int>) throws(BuildError) -> Int {
        let text = try text(tag).replacingOccurrences(of: "−", with: "-")
        guard let value = Int(text), range.contains(value) else {
            throw .unreadable(reason: "<\(tag)> holds \"\(text.prefix(40))\", expected \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func side(_ tag: String) throws(BuildError) -> Side {
        switch try text(tag) {
        case "1": return .first
        case "2": return .second
        case let other: throw .unreadable(reason: "<\(tag)> holds \"\(other.prefix(40))\", expected 1 or 2")
        }
    }
}
