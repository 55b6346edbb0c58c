import Conversations
import PreferenceData
import StrictJSON

// The published sets whose rows are plain columns, one enum each.

enum PKUSafeRLHF {
    /// Preferences are 0 and 1. A response's harmless rate is minus its severity level, so −1 minor, −2 moderate, −3
    /// severe as everywhere; a safe response has level 0. The category is the first that is marked at either response.
    static func row(_ record: SourceRecord) throws(RowError) -> ExchangeRow {
        ExchangeRow(
            question: try record.text("prompt"), responses: [try response(0, record), try response(1, record)],
            moreHelpful: try record.sideIfPresent("better_response_id", countedFrom: 0),
            safer: try record.sideIfPresent("safer_response_id", countedFrom: 0),
            category: category(record))
    }

    private static func response(_ index: Int, _ record: SourceRecord) throws(RowError) -> ExchangeResponse {
        let column = "response_\(index)_severity_level"
        let level = try record.integerIfPresent(column)
        if let level, !(0...3).contains(level) { throw record.notAllowed(column, "\(level)", expected: "0 … 3") }
        return ExchangeResponse(
            try record.text("response_\(index)"), source: try record.textIfPresent("response_\(index)_source"),
            isSafe: try record.flagIfPresent("is_response_\(index)_safe"), harmlessRate: level.map { -$0 })
    }

    private static func category(_ record: SourceRecord) -> String? {
        for index in 0...1 {
            let marks = record.members["response_\(index)_harm_category"]?.object?.members ?? []
            if let marked = marks.first(where: { $0.value.bool == true }) { return marked.key }
        }
        return nil
    }
}

enum SPAVL {
    static func row(_ record: SourceRecord, _ meaning: PreferenceMeaning) throws(RowError) -> ExchangeRow {
        .pair(
            Dialogue.withoutPlaceholder(try record.text("question")), try record.picture("image"),
            chosen: try record.text("chosen"), rejected: try record.text("rejected"), meaning)
    }
}

enum VLGuard {
    /// Every instruction of the picture with its response. The responses were written to be safe, also those to unsafe
    /// instructions, so they are flagged safe.
    static func rows(_ record: SourceRecord) throws(RowError) -> [ExchangeRow] {
        let picture = try record.picture("image")
        let (category, subcategory) = (try record.textIfPresent("harmful_category"), try record.textIfPresent("harmful_subcategory"))
        var rows: [ExchangeRow] = []
        for exchange in try record.list("instr-resp") {
            let members = SourceRecord(at: record.position, exchange.object ?? JSONObject())
            let question = members.present("instruction", "safe_instruction", "unsafe_instruction")
            rows.append(
                ExchangeRow(
                    question: Dialogue.withoutPlaceholder(try members.text(question)), picture: picture,
                    responses: [ExchangeResponse(try members.text("response"), isSafe: true)],
                    category: subcategory.nonempty ?? category.nonempty))
        }
        return rows
    }
}

/// The three kinds of pictures of MM-SafetyBench.
public enum MMSafetyBenchVariant: String, Sendable, CaseIterable {
    /// Made by a diffusion model.
    case generated = "SD"
    /// Words drawn on white.
    case typography = "TYPO"
    /// Both, one above the other.
    case both = "SD_TYPO"
}

enum MMSafetyBench {
    /// The released folder has a file of questions for each scenario (`processed_questions/01-Illegal_Activitiy.json`)
    /// and the pictures in `imgs/<scenario>/<variant>/<number>.jpg`; the copy on the hub has Parquet with `id`,
    /// `question` and `image`, in a folder of the scenario's name. The question goes with the variant.
    static func row(_ record: SourceRecord, _ variant: MMSafetyBenchVariant) throws(RowError) -> ExchangeRow {
        if record.has("question") {
            return ExchangeRow(
                question: try record.text("question"), picture: try record.picture("image"),
                category: record.folder.map { String($0) })
        }
        let column = variant == .generated ? "Rephrased Question(SD)" : "Rephrased Question"
        guard let key = record.key else { throw record.missing("the record's number", expected: "a member of the scenario's object") }
        return ExchangeRow(
            question: try record.text(column), picture: .file("\(record.scenario)/\(variant.rawValue)/\(key).jpg"),
            category: record.scenario)
    }
}

enum VLSBench {
    static func row(_ record: SourceRecord) throws(RowError) -> ExchangeRow {
        ExchangeRow(
            question: Dialogue.withoutPlaceholder(try record.text(record.present("instruction", "question"))),
            picture: try record.picture("image", "image_path"), category: try record.textIfPresent("category").nonempty)
    }
}

enum MMSafePO {
    /// The question is the first turn of a LLaVA conversation, or a column of its own; rows may be without a picture.
    static func row(_ record: SourceRecord, _ meaning: PreferenceMeaning) throws(RowError) -> ExchangeRow {
        .pair(
            try question(record), try record.picture("image"), chosen: try record.text("chosen"),
            rejected: try record.text("rejected"), meaning)
    }

    private static func question(_ record: SourceRecord) throws(RowError) -> String {
        guard record.has("conversations") else {
            return Dialogue.withoutPlaceholder(try record.text(record.present("question", "prompt", "instruction")))
        }
        let dialogue = try Dialogue(record, "conversations")
        return dialogue.turns.count == 1
            ? try dialogue.question(record, "conversations") : try dialogue.exchange(record, "conversations").question
    }
}

extension SourceRecord {
    /// The folder that the file lies in.
    fileprivate var folder: Substring? { position.file.split(separator: "/").dropLast().last }

    /// The file's name without its extension.
    fileprivate var scenario: String {
        let name = position.file.split(separator: "/").last ?? ""
        return String(name.prefix { $0 != "." })
    }
}

extension String? {
    /// The text, or `nil` for none and for an empty one.
    fileprivate var nonempty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
