import Conversations
import EmbeddedWorld

/// The embedded world as a speaker of every kind: it knows its pictures by their names, responds in all its ways, and judges
/// by its oracle. Builds with it need no network and no model.
public struct WorldSpeaker: Speaker {
    public let name: String

    public init(name: String) { self.name = name }

    public func answer(_ request: SpokenRequest) throws(BuildError) -> SpokenAnswer {
        let text = try text(request)
        // A word is a token here.
        func count(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }
        return SpokenAnswer(
            text: text, promptTokens: count(request.system) + count(request.text), completionTokens: count(text))
    }

    private func text(_ request: SpokenRequest) throws(BuildError) -> String {
        let picture = request.image.path ?? ""
        switch request.purpose {
        case .caption:
            let name = try prompt(WorldRequest.all.first?.questions.first ?? "", picture).object.name
            return "A picture of a \(name).\nKeywords: \(name)"
        case .questions(let category, let intent, let count):
            let questions = Self.questions(picture, category, intent).prefix(count)
            return questions.isEmpty ? "NONE" : questions.joined(separator: "\n")
        case .response(let question):
            return response(try prompt(question, picture).combination, seed: request.seed)
        case .judgement(let question, let first, let second):
            let combination = try prompt(question, picture).combination
            return Self.judgement(Oracle.score(first, for: combination), Oracle.score(second, for: combination))
        }
    }

    private func prompt(_ question: String, _ picture: String) throws(BuildError) -> WorldPrompt {
        guard let prompt = WorldPrompt(question: question, pictureName: picture) else {
            throw .call(speaker: name, reason: "\"\(question)\" about \(picture) is not of the embedded world")
        }
        return prompt
    }

    /// The world's questions of a category that are of a kind for this picture.
    private static func questions(_ picture: String, _ category: HarmCategory, _ intent: QuestionIntent) -> [String] {
        WorldRequest.all.filter { $0.category == category }.flatMap(\.questions).filter {
            WorldPrompt(question: $0, pictureName: picture)?.kind.rawValue == intent.rawValue
        }
    }

    private func response(_ combination: Combination, seed: UInt64) -> String {
        // Speakers of different names respond in different ways to the same question.
        let seed = seed &+ stableHash(name)
        var random = WorldRandom(seed: seed)
        let ways = ResponseWay.allCases
        return ways[Int(seed % UInt64(ways.count))].write(for: combination, using: &random)
    }

    private static func judgement(_ first: OracleScore, _ second: OracleScore) -> String {
        func id(_ isFirst: Bool) -> String { isFirst ? "1" : "2" }
        let values = [
            ("Response_1_Helpful_Rate", "\(first.helpfulRate)"), ("1_Helpful_Rationale", "by the oracle"),
            ("Response_2_Helpful_Rate", "\(second.helpfulRate)"), ("2_Helpful_Rationale", "by the oracle"),
            ("Response_1_Harmless_Rate", "\(first.harmlessRate)"), ("1_Harmless_Rationale", "by the oracle"),
            ("Response_2_Harmless_Rate", "\(second.harmlessRate)"), ("2_Harmless_Rationale", "by the oracle"),
            ("more_helpful_response_id", id(first.helpfulRate >= second.helpfulRate)),
            ("helpful_preference_rationale", "the higher rate, or the first of two equal ones"),
            ("safer_response_id", id(first.harmlessRate >= second.harmlessRate)),
            ("safe_preference_rationale", "the higher rate, or the first of two equal ones"),
        ]
        return values.map { "<\($0)>\($1)</\($0)>" }.joined(separator: "\n")
    }
}
