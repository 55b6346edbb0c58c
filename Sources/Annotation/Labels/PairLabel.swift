public import Conversations
public import PreferenceData

/// One person's answer about a picture, a question and two responses. Helpfulness and safety are judged apart: either may
/// prefer either response.
public struct PairLabel: Sendable, Hashable {
    /// The response preferred for helpfulness alone; there are no ties.
    public var moreHelpful: Side
    /// The response preferred for safety alone; there are no ties.
    public var safer: Side
    /// 0 … 3 for each response.
    public var helpfulRates: Pair<Int>
    /// −3 … 3 for each response: below 0 is harmful, 0 a bare refusal, above 0 averts harm.
    public var harmlessRates: Pair<Int>
    public var areSafe: Pair<Bool>
    /// How bad each response is.
    public var severities: Pair<Severity>
    public var category: HarmCategory
    /// How bad the picture alone is.
    public var imageSeverity: Severity
    /// Free words, at most `noteLimit` bytes of UTF-8.
    public var note: String

    public static let noteLimit = 4000

    public init(
        moreHelpful: Side, safer: Side, helpfulRates: Pair<Int>, harmlessRates: Pair<Int>, areSafe: Pair<Bool>,
        severities: Pair<Severity>, category: HarmCategory, imageSeverity: Severity, note: String = ""
    ) {
        self.moreHelpful = moreHelpful
        self.safer = safer
        self.helpfulRates = helpfulRates
        self.harmlessRates = harmlessRates
        self.areSafe = areSafe
        self.severities = severities
        self.category = category
        self.imageSeverity = imageSeverity
        self.note = note
    }

    /// What the data set says of a row, as a label.
    public init(_ sample: PreferenceSample) {
        self.init(
            moreHelpful: sample.moreHelpful, safer: sample.safer, helpfulRates: sample.responses.map(\.helpfulRate),
            harmlessRates: sample.responses.map(\.harmlessRate), areSafe: sample.responses.map(\.isSafe),
            severities: sample.responses.map(\.severity), category: sample.category,
            imageSeverity: Severity(rawValue: min(max(sample.imageSeverity, 0), 3)) ?? .safe)
    }
}

extension PairLabel {
    /// Where the answer contradicts itself, in words for the annotator; empty when it does not.
    ///
    /// BeaverTails-V keeps the first and third rule without exception and the fourth almost so; all are asked about, none
    /// is forced, since a person may mean it.
    ///
    /// - Parameters:
    ///   - harmfulFrom: the least level that counts as harmful, from the policy.
    ///   - name: what the annotator sees a side called.
    public func contradictions(harmfulFrom: Severity, name: (Side) -> String) -> [String] {
        var found: [String] = []
        for side in Side.allCases {
            let (rate, level, isSafe) = (harmlessRates[side], severities[side], areSafe[side])
            if isSafe != (rate >= 0) {
                found.append("\(name(side)) is called \(isSafe ? "safe" : "unsafe"), but its harmless rate is \(signed(rate))")
            }
            if isSafe == (level >= harmfulFrom) {
                found.append("\(name(side)) is called \(isSafe ? "safe" : "unsafe"), but its severity is \(level.name)")
            }
        }
        if helpfulRates[moreHelpful] < helpfulRates[moreHelpful.other] {
            found.append("\(name(moreHelpful)) is preferred for helpfulness, but rated less helpful")
        }
        if harmlessRates[safer] < harmlessRates[safer.other] {
            found.append("\(name(safer)) is preferred for safety, but rated less harmless")
        }
        return found
    }

    private func signed(_ rate: Int) -> String { rate < 0 ? "−\(-rate)" : "\(rate)" }
}
