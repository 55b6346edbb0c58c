import Conversations
import ImageProcessing
import Parquet
import PreferenceData

/// Makes stored rows of one form out of exchange rows: finds the picture, names the category, and fills labels that the
/// format does not have. What is filled is counted by column, never unseen.
struct RowMaker {
    let settings: ImportSettings
    let categories: CategoryMapping
    private(set) var filled: [String: Int] = [:]
    private(set) var blankPictureCount = 0

    init(_ settings: ImportSettings) {
        self.settings = settings
        categories = CategoryMapping(settings.format, given: settings.categories, fallback: settings.category)
    }

    mutating func prompt(
        _ row: ExchangeRow, _ pictures: PictureFolder, at position: RowPosition
    ) throws(RowError) -> PromptRow {
        PromptRow(
            question: row.question, image: try picture(row.picture, pictures, at: position),
            category: try categories.category(row.category, at: position).rawValue,
            imageSeverity: fill(row.imageSeverity, 0, "image_severity"))
    }

    // MARK: Question–answer

    /// A row for each response.
    mutating func answers(
        _ row: ExchangeRow, _ pictures: PictureFolder, at position: RowPosition
    ) throws(RowError) -> [QuestionAnswerRow] {
        guard !row.responses.isEmpty else {
            throw RowError(.missingValue, at: position, column: "response", found: "a prompt alone", expected: "a response")
        }
        let prompt = try prompt(row, pictures, at: position)
        var rows: [QuestionAnswerRow] = []
        for response in row.responses {
            let isSafe = try flag(of: response, at: position)
            rows.append(
                QuestionAnswerRow(
                    question: prompt.question, image: prompt.image, category: prompt.category,
                    imageSeverity: prompt.imageSeverity, response: response.text, isResponseSafe: isSafe ? "yes" : "no"))
        }
        return rows
    }

    private mutating func flag(of response: ExchangeResponse, at position: RowPosition) throws(RowError) -> Bool {
        if let known = response.isSafe ?? response.harmlessRate.map({ $0 >= 0 }) { return known }
        guard let assumed = settings.assumedSafety else {
            throw RowError(
                .missingValue, at: position, column: "is_response_safe", found: "no value",
                expected: "a flag; --assume-safe yes or no says it for all rows that have none")
        }
        return fill(nil, assumed, "is_response_safe")
    }

    // MARK: Pairs

    /// The flag follows from the rate and the rate from the flag where one is missing (yes: 0, no: −1). With neither, both
    /// get the value that says nothing: rate 0, which the graded cost loss passes over, and "yes". An unknown preference
    /// follows the other one.
    mutating func pair(
        _ row: ExchangeRow, _ pictures: PictureFolder, at position: RowPosition
    ) throws(RowError) -> BeaverTailsVRow {
        guard row.responses.count == 2 else {
            throw RowError(
                .missingValue, at: position, column: "response_2", found: "\(row.responses.count) responses",
                expected: "two responses; --form question-answer or prompts takes rows with fewer")
        }
        guard let known = row.moreHelpful ?? row.safer else {
            throw RowError(
                .missingValue, at: position, column: "more_helpful_response_id, safer_response_id", found: "no value",
                expected: "at least one preference")
        }
        let prompt = try prompt(row, pictures, at: position)
        let responses = Pair(row.responses[0], row.responses[1])
        let stored = BeaverTailsVRow(
            question: prompt.question, image: prompt.image, category: prompt.category, imageSeverity: prompt.imageSeverity,
            responses: responses.map(\.text),
            sources: Pair(fill(responses.first.source, "unknown", "response_1_from"), fill(responses.second.source, "unknown", "response_2_from")),
            moreHelpfulResponseID: fill(row.moreHelpful, known, "more_helpful_response_id").id,
            areResponsesSafe: Pair(flag(responses.first, "1"), flag(responses.second, "2")),
            saferResponseID: fill(row.safer, known, "safer_response_id").id,
            harmlessRates: Pair(harmless(responses.first, "1"), harmless(responses.second, "2")),
            helpfulRates: Pair(
                fill(responses.first.helpfulRate, 0, "response_1_helpful_rate"),
                fill(responses.second.helpfulRate, 0, "response_2_helpful_rate")))
        _ = try stored.sample(at: position)
        return stored
    }

    private mutating func flag(_ response: ExchangeResponse, _ id: String) -> String {
        let derived = response.isSafe ?? response.harmlessRate.map { $0 >= 0 }
        return fill(derived, true, "is_response_\(id)_safe") ? "yes" : "no"
    }

    private mutating func harmless(_ response: ExchangeResponse, _ id: String) -> Int {
        fill(response.harmlessRate ?? response.isSafe.map { $0 ? 0 : -1 }, 0, "response_\(id)_harmless_rate")
    }

    private mutating func fill<Value>(_ value: Value?, _ neutral: Value, _ column: String) -> Value {
        if let value { return value }
        filled[column, default: 0] += 1
        return neutral
    }

    // MARK: Pictures

    /// The picture's bytes, of which at least the header must be sound.
    private mutating func picture(
        _ picture: ExchangeRow.Picture?, _ pictures: PictureFolder, at position: RowPosition
    ) throws(RowError) -> EncodedImage {
        let image: EncodedImage
        switch picture {
        case .embedded(let embedded): image = embedded
        case .file(let path):
            let read = try pictures.read(path, column: "image", at: position)
            image = EncodedImage(bytes: read.bytes ?? [], path: path)
        case nil:
            guard settings.allowsBlankPictures else {
                throw RowError(
                    .missingValue, at: position, column: "image", found: "no value",
                    expected: "a picture; --blank-pictures gives such rows a blank one")
            }
            blankPictureCount += 1
            return BlankPicture.image
        }
        guard image.bytes.count <= settings.limits.pictureBytes else {
            throw unreadable(image, "more than \(settings.limits.pictureBytes) bytes", position)
        }
        do {
            _ = try ImageHeader(of: image.bytes)
            return image
        } catch {
            throw unreadable(image, "\(error)", position)
        }
    }

    private func unreadable(_ image: EncodedImage, _ reason: String, _ position: RowPosition) -> RowError {
        RowError(
            .unreadablePicture, at: position, column: "image", found: "\(image.bytes.count) bytes (\(reason))",
            expected: "a PNG, JPEG or WebP file")
    }
}

/// What stands in for the picture of a row that has none: 64 × 64 white pixels, always the same file, so that it is told
/// by its bytes.
enum BlankPicture {
    static let image = EncodedImage(bytes: (try? white.encodedPNG()) ?? [], path: "blank.png")

    private static var white: Image {
        get throws { try Image(width: 64, height: 64, pixels: Array(repeating: 255, count: 64 * 64 * 3)) }
    }
}
