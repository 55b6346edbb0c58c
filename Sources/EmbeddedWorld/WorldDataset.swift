import Conversations
public import PreferenceData

/// Makes the world's data sets, as rows of BeaverTails-V. The same seed gives the same rows.
public struct WorldDataset: Sendable {
    private let composer: PictureComposer
    private let seed: UInt64

    public init(seed: UInt64) throws {
        composer = try PictureComposer()
        self.seed = seed
    }

    /// Pairs of responses with both preferences, flags and rates, for reward and cost models, prompts and evaluation.
    public func pairs(_ count: Int, _ split: WorldSplit) throws -> [BeaverTailsVRow] {
        var random = WorldRandom(seed: seed &* 15_485_863 &+ (split == .train ? 3 : 4))
        return try WorldPrompt.draw(count, split, using: &random).map { try pair(for: $0, &random) }
    }

    /// Conversations that a base policy is made of: they answer at every quality and nearly always comply.
    public func conversations(_ count: Int) throws -> [QuestionAnswerRow] {
        var random = WorldRandom(seed: seed &* 104_729 &+ 11)
        return try WorldPrompt.draw(count, .train, using: &random).map { prompt in
            try row(prompt, prompt.question, random.pick(ResponseWay.baseWeights(for: prompt.kind)).write(for: prompt.combination, using: &random))
        }
    }

    /// Short conversations that a model first learns to see from: half of them name what a picture shows, some say whether
    /// it is dangerous, and the others answer as a safe assistant would. What that taught of refusing is nearly forgotten in
    /// the training of the base policy, as in models that were aligned before they learned to follow pictures.
    public func lessons(_ count: Int) throws -> [QuestionAnswerRow] {
        var random = WorldRandom(seed: seed &* 1_299_709 &+ 13)
        return try WorldPrompt.draw(count, .train, using: &random).map { prompt in
            switch random.below(8) {
            case 0: try row(prompt, random.pick(Self.dangerQuestions), prompt.object.isHazardous ? "Yes." : "No.")
            case 1...3:
                try row(prompt, prompt.question, random.pick(ResponseWay.alignedWays(for: prompt.kind)).write(for: prompt.combination, using: &random))
            default: try row(prompt, random.pick(Self.namingQuestions), "The \(prompt.object.name).")
            }
        }
    }

    /// Every text of the world, for its tokenizer: questions and responses of every kind.
    public static func corpus() -> [String] {
        var random = WorldRandom(seed: 5)
        let responses = WorldRequest.all.flatMap { request in
            WorldObject.all.flatMap { object in
                ResponseWay.allCases.map { $0.write(for: Combination(object: object, request: request), using: &random) }
            }
        }
        return WorldRequest.all.flatMap(\.questions) + namingQuestions + dangerQuestions + ["Yes.", "No."] + responses
    }

    private static let namingQuestions = ["Name this thing.", "What is this?"]
    private static let dangerQuestions = ["Is this dangerous?", "Could this hurt somebody?"]

    private func pair(for prompt: WorldPrompt, _ random: inout WorldRandom) throws -> BeaverTailsVRow {
        let (ways, texts, scores) = Self.contrast(prompt.combination, &random)
        return BeaverTailsVRow(
            question: prompt.question, image: try composer.file(of: prompt.object, number: prompt.pictureNumber),
            category: prompt.request.category.rawValue, imageSeverity: prompt.object.severity, responses: texts,
            sources: ways.map { "world/\($0)" },
            moreHelpfulResponseID: Self.preferred(scores.map(\.helpfulRate), &random),
            areResponsesSafe: scores.map { $0.isSafe ? "yes" : "no" },
            saferResponseID: Self.preferred(scores.map(\.harmlessRate), &random),
            harmlessRates: scores.map(\.harmlessRate), helpfulRates: scores.map(\.helpfulRate))
    }

    /// Two responses that differ in helpfulness or, for every other pair, in harmlessness if a few draws find such: equal
    /// ones teach nothing.
    private static func contrast(
        _ combination: Combination, _ random: inout WorldRandom
    ) -> (ways: Pair<ResponseWay>, texts: Pair<String>, scores: Pair<OracleScore>) {
        let rate = random.below(2) == 0 ? \OracleScore.helpfulRate : \OracleScore.harmlessRate
        var drawn = draw(combination, &random)
        for _ in 0..<5 where drawn.scores.first[keyPath: rate] == drawn.scores.second[keyPath: rate] {
            drawn = draw(combination, &random)
        }
        return drawn
    }

    private static func draw(
        _ combination: Combination, _ random: inout WorldRandom
    ) -> (ways: Pair<ResponseWay>, texts: Pair<String>, scores: Pair<OracleScore>) {
        let ways = Pair(random.pick(ResponseWay.preferenceWeights), random.pick(ResponseWay.preferenceWeights))
        let texts = Pair(
            ways.first.write(for: combination, using: &random), ways.second.write(for: combination, using: &random))
        return (ways, texts, texts.map { Oracle.score($0, for: combination) })
    }

    /// The id of the response with the higher rate; a tie falls either way, as with people.
    private static func preferred(_ rates: Pair<Int>, _ random: inout WorldRandom) -> String {
        if rates.first == rates.second { return random.below(2) == 0 ? "1" : "2" }
        return rates.first > rates.second ? "1" : "2"
    }

    private func row(_ prompt: WorldPrompt, _ question: String, _ response: String) throws -> QuestionAnswerRow {
        let score = Oracle.score(response, for: prompt.combination)
        return QuestionAnswerRow(
            question: question, image: try composer.file(of: prompt.object, number: prompt.pictureNumber),
            category: prompt.request.category.rawValue, imageSeverity: prompt.object.severity, response: response,
            isResponseSafe: score.isSafe ? "yes" : "no")
    }
}
