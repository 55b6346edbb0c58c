public import Conversations

/// Counts over a data set: how many rows of which category and split, how the labels are distributed, how long the
/// texts are. Rows that cannot be used are counted and left out.
public struct DataStatistics: Sendable, Equatable {
    /// Usable rows by category and split.
    public internal(set) var rowCounts: [HarmCategory: [Split: Int]] = [:]
    /// Rows left out.
    public internal(set) var badRowCount = 0
    /// How often each value of a label occurs, by the label's name.
    public internal(set) var histograms: [String: Histogram] = [:]
    /// Lengths in Unicode scalars of the questions and of the responses.
    public internal(set) var lengths: [String: LengthStatistics] = [:]
    /// Distinct picture files, and distinct prompts (words and picture).
    public private(set) var distinctPictureCount = 0, distinctPromptCount = 0

    /// Reads every row of the splits once; pictures are not decoded.
    public init<Row: StoredRow>(_ datasets: [StoredDataset<Row>]) throws {
        var pictures: Set<ContentDigest> = []
        var prompts: Set<ContentDigest> = []
        for dataset in datasets {
            let badRows = try dataset.forEachSample(badRows: .skip) { sample in
                count(sample, in: dataset.split)
                pictures.insert(ContentDigest(of: [sample.prompt.image.bytes]))
                prompts.insert(sample.prompt.digest)
            }
            badRowCount += badRows.count
        }
        distinctPictureCount = pictures.count
        distinctPromptCount = prompts.count
    }

    /// Usable rows of all categories and splits.
    public var rowCount: Int {
        rowCounts.values.reduce(0) { $0 + $1.values.reduce(0, +) }
    }

    private mutating func count(_ sample: some StoredSample, in split: Split) {
        rowCounts[sample.category, default: [:]][split, default: 0] += 1
        add("\(sample.imageSeverity)", to: "image severity")
        add(lengthOf: sample.prompt.text, to: "question")
        for text in sample.responseTexts { add(lengthOf: text, to: "response") }
        sample.tally(into: &self)
    }

    mutating func add(_ value: String, to label: String) {
        histograms[label, default: Histogram()].add(value)
    }

    private mutating func add(lengthOf text: String, to name: String) {
        lengths[name, default: LengthStatistics()].add(text.unicodeScalars.count)
    }
}

extension PreferenceSample {
    public func tally(into statistics: inout DataStatistics) {
        for side in Side.allCases {
            let response = responses[side]
            statistics.add("\(response.helpfulRate)", to: "helpful rate")
            statistics.add("\(response.harmlessRate)", to: "harmless rate")
            statistics.add(response.severity.name, to: "response severity")
            statistics.add(response.isSafe ? "safe" : "unsafe", to: "response flag")
            statistics.add(response.source, to: "response source")
        }
        let isHelpfulTie = responses.first.helpfulRate == responses.second.helpfulRate
        let isHarmlessTie = responses.first.harmlessRate == responses.second.harmlessRate
        statistics.add(isHelpfulTie ? "tie" : "decided", to: "helpful rates of a pair")
        statistics.add(isHarmlessTie ? "tie" : "decided", to: "harmless rates of a pair")
        statistics.add(moreHelpful == safer ? "agree" : "disagree", to: "more helpful and safer response")
    }
}

extension QuestionAnswerSample {
    public func tally(into statistics: inout DataStatistics) {
        statistics.add(isSafe ? "safe" : "unsafe", to: "response flag")
    }
}
