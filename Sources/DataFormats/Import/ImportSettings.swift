public import Conversations
public import Foundation
public import PreferenceData

/// What becomes of a record that cannot be used.
public enum ErrorPolicy: String, Sendable, CaseIterable {
    /// The import ends with the record's error, and nothing is written.
    case stop
    /// It is left out and counted.
    case skip
    /// It is left out, counted, and written to `quarantine.jsonl` with its reason.
    case quarantine
}

/// How a foreign data set is read.
public struct ImportSettings: Sendable {
    public var format: DataFormat
    /// What rows become; `nil` for what is usual for the format.
    public var form: DatasetForm?
    /// The split of all rows; `nil` for what the files' names say.
    public var split: Split?
    /// The folder below which picture paths lead; `nil` for each file's own folder.
    public var pictures: URL?
    public var onError = ErrorPolicy.stop
    /// Categories for the format's own names, beside those known.
    public var categories: [String: HarmCategory] = [:]
    /// The category of rows that have none; `nil` makes them errors.
    public var category: HarmCategory?
    /// What "chosen" means where the format does not say.
    public var preference = PreferenceMeaning.both
    /// The flag of single responses that have none; `nil` makes them errors.
    public var assumedSafety: Bool?
    /// Whether rows without a picture get a blank one; `nil`: only in formats that have none by nature.
    public var blankPictures: Bool?
    public var variant = MMSafetyBenchVariant.both
    /// Whether rows go to `data/<category>/<split>.parquet` instead of one file a split.
    public var isByCategory = false
    /// The card's licence; `nil` for that of the card at the source, if there is one.
    public var license: String?
    /// Marks the card `usage: test-only`. Benchmarks, and sources that are marked, always are.
    public var isTestOnly = false
    public var limits = ReadingLimits.default

    public init(format: DataFormat) { self.format = format }

    var targetForm: DatasetForm { form ?? format.form }
    var allowsBlankPictures: Bool { blankPictures ?? format.isTextOnly }
}
