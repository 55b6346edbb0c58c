public import Conversations
public import Parquet

/// One row of the pairwise BeaverTails-V data (Ji et al. 2025, arXiv 2503.17682) as it is stored: preference ids are
/// the texts "1" and "2", flags the texts "yes" and "no".
public struct BeaverTailsVRow: Sendable, Hashable {
    public var question: String
    public var image: EncodedImage
    public var category: String
    public var imageSeverity: Int
    public var responses: Pair<String>
    /// The models that wrote the responses.
    public var sources: Pair<String>
    public var moreHelpfulResponseID: String
    public var areResponsesSafe: Pair<String>
    public var saferResponseID: String
    /// −3 … 3 where the row is sound.
    public var harmlessRates: Pair<Int>
    /// 0 … 3 where the row is sound.
    public var helpfulRates: Pair<Int>
    /// Columns beside the published ones; see `SoftLabels`.
    public var softLabels: SoftLabels

    public init(
        question: String, image: EncodedImage, category: String, imageSeverity: Int, responses: Pair<String>,
        sources: Pair<String>, moreHelpfulResponseID: String, areResponsesSafe: Pair<String>,
        saferResponseID: String, harmlessRates: Pair<Int>, helpfulRates: Pair<Int>, softLabels: SoftLabels = SoftLabels()
    ) {
        self.question = question
        self.image = image
        self.category = category
        self.imageSeverity = imageSeverity
        self.responses = responses
        self.sources = sources
        self.moreHelpfulResponseID = moreHelpfulResponseID
        self.areResponsesSafe = areResponsesSafe
        self.saferResponseID = saferResponseID
        self.harmlessRates = harmlessRates
        self.helpfulRates = helpfulRates
        self.softLabels = softLabels
    }
}

extension BeaverTailsVRow: StoredRow {
    public static var form: String { "pairwise" }

    public static var columns: [ParquetColumn] {
        [
            ParquetColumn("question", .string), ParquetColumn("image", .image), ParquetColumn("category", .string),
            ParquetColumn("image_severity", .int64), ParquetColumn("response_1", .string),
            ParquetColumn("response_2", .string), ParquetColumn("response_1_from", .string),
            ParquetColumn("response_2_from", .string), ParquetColumn("more_helpful_response_id", .string),
            ParquetColumn("is_response_1_safe", .string), ParquetColumn("is_response_2_safe", .string),
            ParquetColumn("safer_response_id", .string), ParquetColumn("response_1_harmless_rate", .int64),
            ParquetColumn("response_2_harmless_rate", .int64), ParquetColumn("response_1_helpful_rate", .int64),
            ParquetColumn("response_2_helpful_rate", .int64),
        ]
    }

    public static var optionalColumns: [ParquetColumn] {
        [
            ParquetColumn("response_1_more_helpful_probability", .double), ParquetColumn("response_1_safer_probability", .double),
            ParquetColumn("response_1_safe_probability", .double), ParquetColumn("response_2_safe_probability", .double),
        ]
    }

    public init(_ record: StoredRecord) throws(RowError) {
        self.init(
            question: try record.string("question"), image: try record.image("image"),
            category: try record.string("category"), imageSeverity: try record.integer("image_severity"),
            responses: Pair(try record.string("response_1"), try record.string("response_2")),
            sources: Pair(try record.string("response_1_from"), try record.string("response_2_from")),
            moreHelpfulResponseID: try record.string("more_helpful_response_id"),
            areResponsesSafe: Pair(
                try record.string("is_response_1_safe"), try record.string("is_response_2_safe")),
            saferResponseID: try record.string("safer_response_id"),
            harmlessRates: Pair(
                try record.integer("response_1_harmless_rate"), try record.integer("response_2_harmless_rate")),
            helpfulRates: Pair(
                try record.integer("response_1_helpful_rate"), try record.integer("response_2_helpful_rate")),
            softLabels: SoftLabels(
                firstMoreHelpful: try record.optionalNumber("response_1_more_helpful_probability"),
                firstSafer: try record.optionalNumber("response_1_safer_probability"),
                safe: Pair(
                    try record.optionalNumber("response_1_safe_probability"),
                    try record.optionalNumber("response_2_safe_probability"))))
    }

    public var cells: [ParquetValue] {
        [
            .string(question), .image(ParquetImage(bytes: image.bytes, path: image.path)), .string(category),
            .int64(Int64(imageSeverity)), .string(responses.first), .string(responses.second),
            .string(sources.first), .string(sources.second), .string(moreHelpfulResponseID),
            .string(areResponsesSafe.first), .string(areResponsesSafe.second), .string(saferResponseID),
            .int64(Int64(harmlessRates.first)), .int64(Int64(harmlessRates.second)),
            .int64(Int64(helpfulRates.first)), .int64(Int64(helpfulRates.second)),
        ]
    }

    public var optionalCells: [ParquetValue] {
        [softLabels.firstMoreHelpful, softLabels.firstSafer, softLabels.safe.first, softLabels.safe.second]
            .map { $0.map(ParquetValue.double) ?? .null }
    }

    public func sample(at position: RowPosition) throws(RowError) -> PreferenceSample {
        try PreferenceSample(self, at: position)
    }
}
