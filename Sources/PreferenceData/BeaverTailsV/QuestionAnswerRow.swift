public import Conversations
public import Parquet

/// One row of the question–answer form of BeaverTails-V as it is stored: one response, its flag the text "yes" or
/// "no".
public struct QuestionAnswerRow: Sendable, Hashable {
    public var question: String
    public var image: EncodedImage
    public var category: String
    public var imageSeverity: Int
    public var response: String
    public var isResponseSafe: String

    public init(
        question: String, image: EncodedImage, category: String, imageSeverity: Int, response: String,
        isResponseSafe: String
    ) {
        self.question = question
        self.image = image
        self.category = category
        self.imageSeverity = imageSeverity
        self.response = response
        self.isResponseSafe = isResponseSafe
    }

    /// The row that means `sample`.
    public init(_ sample: QuestionAnswerSample) {
        self.init(
            question: sample.prompt.text, image: sample.prompt.image, category: sample.category.rawValue,
            imageSeverity: sample.imageSeverity, response: sample.response,
            isResponseSafe: LabelReader.flag(sample.isSafe))
    }
}

extension QuestionAnswerRow: StoredRow {
    public static var form: String { "question–answer" }

    public static var columns: [ParquetColumn] {
        [
            ParquetColumn("question", .string), ParquetColumn("image", .image), ParquetColumn("category", .string),
            ParquetColumn("image_severity", .int64), ParquetColumn("response", .string),
            ParquetColumn("is_response_safe", .string),
        ]
    }

    public init(_ record: StoredRecord) throws(RowError) {
        self.init(
            question: try record.string("question"), image: try record.image("image"),
            category: try record.string("category"), imageSeverity: try record.integer("image_severity"),
            response: try record.string("response"), isResponseSafe: try record.string("is_response_safe"))
    }

    public var cells: [ParquetValue] {
        [
            .string(question), .image(ParquetImage(bytes: image.bytes, path: image.path)), .string(category),
            .int64(Int64(imageSeverity)), .string(response), .string(isResponseSafe),
        ]
    }

    public func sample(at position: RowPosition) throws(RowError) -> QuestionAnswerSample {
        let labels = LabelReader(position: position)
        return QuestionAnswerSample(
            prompt: Prompt(text: question, image: image), response: response,
            isSafe: try labels.flag(isResponseSafe, "is_response_safe"), category: try labels.category(category),
            imageSeverity: imageSeverity, position: position)
    }
}
