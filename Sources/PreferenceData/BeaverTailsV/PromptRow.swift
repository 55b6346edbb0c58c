public import Conversations
public import Parquet

/// A prompt as it is stored: the question–answer columns without a response. What benchmarks are imported to.
public struct PromptRow: Sendable, Hashable {
    public var question: String
    public var image: EncodedImage
    public var category: String
    public var imageSeverity: Int

    public init(question: String, image: EncodedImage, category: String, imageSeverity: Int) {
        self.question = question
        self.image = image
        self.category = category
        self.imageSeverity = imageSeverity
    }
}

extension PromptRow: StoredRow {
    public static var form: String { "prompts" }

    public static var columns: [ParquetColumn] {
        [
            ParquetColumn("question", .string), ParquetColumn("image", .image), ParquetColumn("category", .string),
            ParquetColumn("image_severity", .int64),
        ]
    }

    public init(_ record: StoredRecord) throws(RowError) {
        self.init(
            question: try record.string("question"), image: try record.image("image"),
            category: try record.string("category"), imageSeverity: try record.integer("image_severity"))
    }

    public var cells: [ParquetValue] {
        [
            .string(question), .image(ParquetImage(bytes: image.bytes, path: image.path)), .string(category),
            .int64(Int64(imageSeverity)),
        ]
    }

    public func sample(at position: RowPosition) throws(RowError) -> PromptSample {
        PromptSample(
            prompt: Prompt(text: question, image: image),
            category: try LabelReader(position: position).category(category), imageSeverity: imageSeverity,
            position: position)
    }
}

/// A stored prompt understood.
public struct PromptSample: Sendable, Hashable {
    public var prompt: Prompt
    public var category: HarmCategory
    public var imageSeverity: Int
    public var position: RowPosition

    public init(prompt: Prompt, category: HarmCategory, imageSeverity: Int, position: RowPosition) {
        self.prompt = prompt
        self.category = category
        self.imageSeverity = imageSeverity
        self.position = position
    }
}

extension PromptSample: StoredSample {
    public var responseTexts: [String] { [] }

    public var text: String { heading }

    /// Without labels nothing contradicts itself.
    public var contradictions: [Contradiction] { [] }

    /// There is nothing beside what every sample has.
    public func tally(into statistics: inout DataStatistics) {}
}
