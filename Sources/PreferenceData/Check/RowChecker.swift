import Conversations
import Foundation

/// Goes over samples one by one and counts what is wrong with them.
struct RowChecker {
    private(set) var counter = FindingCounter()
    private(set) var soundRowCount = 0

    private let inspect: PictureInspection?
    private var rowsSeen: [ContentDigest: RowPosition] = [:]
    /// For every picture of the evaluation split where it was first seen, for the others all places.
    private var evaluationPictures: [ContentDigest: RowPosition] = [:]
    private var trainingPictures: [ContentDigest: [RowPosition]] = [:]

    init(inspect: PictureInspection?) { self.inspect = inspect }

    mutating func check(_ sample: Result<some StoredSample, RowError>, in split: Split) {
        do throws(RowError) {
            let sample = try sample.get()
            let picture = try pictureDigest(sample)
            soundRowCount += 1
            checkLabels(sample)
            checkTexts(sample)
            checkDuplicate(sample)
            remember(picture, sample.position, split)
        } catch {
            counter.add(.badRow(error.kind), error.column, "\(error)")
        }
    }

    private func pictureDigest(_ sample: some StoredSample) throws(RowError) -> ContentDigest {
        guard let inspect else { return ContentDigest(of: [sample.prompt.image.bytes]) }
        do {
            return try inspect(sample.prompt.image).digest
        } catch {
            let byteCount = sample.prompt.image.bytes.count
            throw RowError(
                .unreadablePicture, at: sample.position, column: "image", found: "\(byteCount) bytes (\(error))",
                expected: "a picture file that can be decoded")
        }
    }

    private mutating func checkLabels(_ sample: some StoredSample) {
        for contradiction in sample.contradictions {
            counter.add(contradiction.kind, contradiction.column, "\(sample.position): \(contradiction.found)")
        }
        let folder = sample.position.file.split(separator: "/").dropLast().last.map(String.init)
        if let category = folder.flatMap(HarmCategory.init(rawValue:)), category != sample.category {
            counter.add(
                .categoryOfAnotherFolder, "category", "\(sample.position): found \(sample.category.rawValue)")
        }
    }

    private mutating func checkTexts(_ sample: some StoredSample) {
        let texts = [("question", sample.prompt.text)] + sample.responseTexts.map { ("response", $0) }
        for (column, text) in texts where text.allSatisfy(\.isWhitespace) {
            counter.add(.emptyText, column, "\(sample.position)")
        }
    }

    /// Two rows are the same when question, picture and responses are, in whichever order the responses stand.
    private mutating func checkDuplicate(_ sample: some StoredSample) {
        let responses = sample.responseTexts.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        let digest = ContentDigest(of: [sample.prompt.digest.bytes] + responses)
        if let first = rowsSeen[digest] {
            counter.add(.duplicateRow, "the row", "\(sample.position) is \(first) again")
        } else {
            rowsSeen[digest] = sample.position
        }
    }

    private mutating func remember(_ picture: ContentDigest, _ position: RowPosition, _ split: Split) {
        switch split {
        case .train: trainingPictures[picture, default: []].append(position)
        case .evaluation: evaluationPictures[picture] = evaluationPictures[picture] ?? position
        }
    }

    /// Counts the training rows whose picture is also in the evaluation split; call it after the last row.
    mutating func comparePictures() {
        let shared = trainingPictures.compactMap { picture, places in
            evaluationPictures[picture].map { (places: places, evaluation: $0) }
        }
        let pairs = shared.flatMap { entry in entry.places.map { (training: $0, evaluation: entry.evaluation) } }
        for pair in pairs.sorted(by: { ($0.training.file, $0.training.row) < ($1.training.file, $1.training.row) }) {
            counter.add(.pictureInBothSplits, "image", "\(pair.training) shows the picture of \(pair.evaluation)")
        }
    }
}
