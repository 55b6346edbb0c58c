import PreferenceData
import StrictJSON

// What trainers read, one enum each: `row` reads a record, `record` writes one. Written records carry our labels in one
// member of their own, which those trainers pass over.

enum TRL {
    static func row(_ record: SourceRecord, _ meaning: PreferenceMeaning) throws(RowError) -> ExchangeRow {
        let picture = try record.picture("images", "image")
        var row: ExchangeRow
        if record.has("chosen") || record.has("rejected") {
            row = try pair(record, picture, meaning)
        } else if record.has("messages") {
            let exchange = try Dialogue(record, "messages").exchange(record, "messages")
            row = ExchangeRow(question: exchange.question, picture: picture, responses: [ExchangeResponse(exchange.answer)])
        } else {
            let answer = try text(record, "completion") { dialogue throws(RowError) in try dialogue.answer(record, "completion") }
            row = ExchangeRow(question: try prompt(record), picture: picture, responses: [ExchangeResponse(answer)])
        }
        try LabelColumns.overlay(record, on: &row)
        return row
    }

    /// With the prompt of its own, or with the prompt at the head of both answers.
    private static func pair(
        _ record: SourceRecord, _ picture: ExchangeRow.Picture?, _ meaning: PreferenceMeaning
    ) throws(RowError) -> ExchangeRow {
        if record.has("prompt") {
            let chosen = try text(record, "chosen") { dialogue throws(RowError) in try dialogue.answer(record, "chosen") }
            let rejected = try text(record, "rejected") { dialogue throws(RowError) in try dialogue.answer(record, "rejected") }
            return .pair(try prompt(record), picture, chosen: chosen, rejected: rejected, meaning)
        }
        let chosen = try Dialogue(record, "chosen").exchange(record, "chosen")
        let rejected = try Dialogue(record, "rejected").exchange(record, "rejected")
        guard chosen.question == rejected.question else {
            throw record.notAllowed("rejected", "another question than in chosen", expected: "the same question in both")
        }
        return .pair(chosen.question, picture, chosen: chosen.answer, rejected: rejected.answer, meaning)
    }

    private static func prompt(_ record: SourceRecord) throws(RowError) -> String {
        try text(record, "prompt") { dialogue throws(RowError) in try dialogue.question(record, "prompt") }
    }

    /// A column of turns, or of plain text.
    private static func text(
        _ record: SourceRecord, _ column: String, _ turns: (Dialogue) throws(RowError) -> String
    ) throws(RowError) -> String {
        if record.members[column]?.string != nil { return Dialogue.withoutPlaceholder(try record.text(column)) }
        return try turns(try Dialogue(record, column))
    }

    static func record(_ row: ExportedRow) -> JSONObject {
        let question: JSONValue = ["role": "user", "content": [["type": "image"], ["type": "text", "text": .string(row.question)]]]
        let answer = { (text: String) -> JSONValue in ["role": "assistant", "content": [["type": "text", "text": .string(text)]]] }
        var members: JSONObject = ["images": [.string(row.picture)]]
        if let rejected = row.rejected {
            members["prompt"] = [question]
            members["chosen"] = [answer(row.answer)]
            members["rejected"] = [answer(rejected)]
        } else {
            members["messages"] = [question, answer(row.answer)]
        }
        return members
    }
}

enum ShareGPT {
    static func row(_ record: SourceRecord, _ meaning: PreferenceMeaning) throws(RowError) -> ExchangeRow {
        let turns = record.present("conversations", "messages")
        let picture = try record.picture("images", "image")
        var row: ExchangeRow
        if record.has("chosen") || record.has("rejected") {
            row = .pair(
                try Dialogue(record, turns).question(record, turns), picture,
                chosen: try Dialogue(record, "chosen").answer(record, "chosen"),
                rejected: try Dialogue(record, "rejected").answer(record, "rejected"), meaning)
        } else {
            let exchange = try Dialogue(record, turns).exchange(record, turns)
            row = ExchangeRow(question: exchange.question, picture: picture, responses: [ExchangeResponse(exchange.answer)])
        }
        try LabelColumns.overlay(record, on: &row)
        return row
    }

    static func record(_ row: ExportedRow) -> JSONObject {
        let question: JSONValue = ["from": "human", "value": .string(Dialogue.placeholder + row.question)]
        let answer = { (text: String) -> JSONValue in ["from": "gpt", "value": .string(text)] }
        guard let rejected = row.rejected else {
            return ["conversations": [question, answer(row.answer)], "images": [.string(row.picture)]]
        }
        return [
            "conversations": [question], "chosen": answer(row.answer), "rejected": answer(rejected),
            "images": [.string(row.picture)],
        ]
    }

    /// The entry that makes LLaMA-Factory find the file.
    static func datasetInfo(file: String, isRanking: Bool) -> JSONValue {
        var columns: JSONObject = ["messages": "conversations", "images": "images"]
        if isRanking {
            columns["chosen"] = "chosen"
            columns["rejected"] = "rejected"
        }
        return ["file_name": .string(file), "formatting": "sharegpt", "ranking": .bool(isRanking), "columns": .object(columns)]
    }
}

enum MSSwift {
    static func row(_ record: SourceRecord, _ meaning: PreferenceMeaning) throws(RowError) -> ExchangeRow {
        let exchange = try Dialogue(record, "messages").exchange(record, "messages")
        let picture = try record.picture("images", "image")
        var row: ExchangeRow
        if let rejected = try rejected(record) {
            row = .pair(exchange.question, picture, chosen: exchange.answer, rejected: rejected, meaning)
        } else {
            row = ExchangeRow(question: exchange.question, picture: picture, responses: [ExchangeResponse(exchange.answer)])
        }
        try LabelColumns.overlay(record, on: &row)
        return row
    }

    private static func rejected(_ record: SourceRecord) throws(RowError) -> String? {
        guard record.has("rejected_messages") else { return try record.textIfPresent("rejected_response") }
        return try Dialogue(record, "rejected_messages").exchange(record, "rejected_messages").answer
    }

    static func record(_ row: ExportedRow) -> JSONObject {
        var members: JSONObject = [
            "messages": [
                ["role": "user", "content": .string(Dialogue.placeholder + row.question)],
                ["role": "assistant", "content": .string(row.answer)],
            ]
        ]
        members["rejected_response"] = row.rejected.map { .string($0) }
        members["images"] = [.string(row.picture)]
        return members
    }
}
