import Conversations
import Foundation
import PreferenceData
import StrictJSON

/// A row on its way out: the chosen response is `answer`; a single response has no `rejected`.
struct ExportedRow {
    var question: String
    /// The path of the picture, as the row names it.
    var picture: String
    var answer: String
    var rejected: String?
    var labels: JSONObject

    init(_ row: BeaverTailsVRow, picture: String, preferring side: Side) {
        question = row.question
        self.picture = picture
        answer = row.responses[side]
        rejected = row.responses[side.other]
        labels = LabelColumns.labels(of: row)
        labels[LabelColumns.chosen] = .string(side.id)
    }

    init(_ row: QuestionAnswerRow, picture: String) {
        question = row.question
        self.picture = picture
        answer = row.response
        labels = LabelColumns.labels(of: row)
    }
}

/// Rows that can be exported.
protocol ExportableRow: CategorisedRow {
    static var datasetForm: DatasetForm { get }
    var question: String { get }
    var picture: [UInt8] { get }

    func exported(picture: String, _ preference: ExportPreference) -> ExportedRow

    /// What annotators see, without the picture, and what they may have answered.
    var shown: JSONObject { get }
    var labels: JSONObject { get }
}

/// Which preference stands as chosen and rejected.
public enum ExportPreference: String, Sendable, CaseIterable {
    case helpfulness, safety
}

extension BeaverTailsVRow: ExportableRow {
    static var datasetForm: DatasetForm { .pairwise }
    var picture: [UInt8] { image.bytes }
    var labels: JSONObject { LabelColumns.labels(of: self) }

    var shown: JSONObject {
        [
            "question": .string(question), "response_1": .string(responses.first), "response_2": .string(responses.second),
            "response_1_from": .string(sources.first), "response_2_from": .string(sources.second),
        ]
    }

    func exported(picture: String, _ preference: ExportPreference) -> ExportedRow {
        let id = preference == .helpfulness ? moreHelpfulResponseID : saferResponseID
        return ExportedRow(self, picture: picture, preferring: id == Side.second.id ? .second : .first)
    }
}

extension QuestionAnswerRow: ExportableRow {
    static var datasetForm: DatasetForm { .questionAnswer }
    var picture: [UInt8] { image.bytes }
    var labels: JSONObject { LabelColumns.labels(of: self) }
    var shown: JSONObject { ["question": .string(question), "response": .string(response)] }

    func exported(picture: String, _ preference: ExportPreference) -> ExportedRow { ExportedRow(self, picture: picture) }
}
