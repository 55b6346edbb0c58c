import ConfigFiles
import Conversations
import DurableFiles
public import Foundation
import PreferenceData
import Statistics
import StrictJSON

/// Makes a pairwise data set from a folder of pictures: captions, questions, responses, pairs that differ, judgements in both
/// orders, a queue for people.
///
/// The output folder holds one file a step, each a line of JSON a record; what is in it is not asked for again, so the same
/// command goes on where a killed one was. Files that follow from others (`pairs.jsonl`, `review.jsonl`, the data) are made
/// anew each time, whole or not at all.
public struct DatasetBuild: Sendable {
    private let config: BuildConfig
    private let pictures, folder: URL
    private let speakers: BuildSpeakers
    private let embedding: any TextEmbedding
    private let shouldStop: @Sendable () -> Bool

    /// - Parameters:
    ///   - pictures: a folder of PNG, JPEG and WebP files.
    ///   - folder: where everything is written.
    ///   - shouldStop: asked before each call; then `run` throws `BuildError.interrupted`.
    public init(
        _ config: BuildConfig, pictures: URL, output folder: URL, _ speakers: BuildSpeakers,
        embedding: any TextEmbedding = CharacterEmbedding(), shouldStop: @escaping @Sendable () -> Bool = { false }
    ) throws(BuildError) {
        let names = speakers.generators.map(\.name)
        guard names.count > 1, Set(names).count == names.count else {
            throw .speakers("at least two generators with different names are needed, found \(names.joined(separator: ", "))")
        }
        (self.config, self.pictures, self.folder, self.speakers) = (config, pictures, folder, speakers)
        (self.embedding, self.shouldStop) = (embedding, shouldStop)
    }

    /// Does what is not done yet.
    ///
    /// - Parameter log: told of each step as it ends.
    public func run(log: (String) -> Void = { _ in }) async throws -> BuildReport {
        try FileManager.default.createDirectory(at: folder.appending(path: "data"), withIntermediateDirectories: true)
        guard let lock = try FileLock(at: folder.appending(path: ".lock")) else { throw BuildError.locked(folder: folder.path) }
        defer { lock.release() }
        try settle()

        let caller = try Caller(folder, config, shouldStop: shouldStop)
        let found = try BuildPicture.find(in: pictures)
        for failure in found.failures { try caller.note("pictures", key: failure.name, failure.reason) }
        log("pictures: \(found.pictures.count), unusable \(found.failures.count)")

        let questions = try await questions(found.pictures, caller)
        let (pairs, counts) = try await pairs(questions, caller)
        let rulings = try await rulings(pairs, caller)
        for tally in caller.tallies {
            log("\(tally.name): \(tally.done) done (\(tally.reused) before), \(tally.failed) failed, "
                + "\(tally.promptTokens) + \(tally.completionTokens) tokens")
        }
        var report = BuildReport(
            pictures: found.pictures.count, unusablePictures: found.failures.count, stages: caller.tallies,
            comparable: counts.comparable, tooAlike: counts.tooAlike, withoutPair: counts.withoutPair,
            accepted: 0, inReview: 0, rejected: 0, failed: 0)
        try finish(pairs, rulings, &report)
        return report
    }

    /// The settings are those that the folder was begun with, or it is begun.
    private func settle() throws {
        let names = speakers.generators.map(\.name).joined(separator: ", ")
        let text = try yaml(config.lasting)
            + "speakers: \(speakers.captioner.name); \(speakers.questioner.name); \(names); \(speakers.judge.name)\n"
        let url = folder.appending(path: "build.yaml")
        guard FileManager.default.fileExists(atPath: url.path) else { return try DurableFiles.write(text, to: url) }
        guard try DurableFiles.read(url, limit: 1 << 20).elementsEqual(text.utf8) else {
            throw BuildError.changedSettings(folder: folder.path)
        }
    }
}

// MARK: - Captions and questions

extension DatasetBuild {
    /// A question about a picture.
    struct Question: Sendable {
        var key: String
        var text: String
        var picture: BuildPicture
        var category: HarmCategory
        var intent: QuestionIntent
    }

    private func questions(_ pictures: [BuildPicture], _ caller: Caller) async throws -> [Question] {
        let captions = try await caller.records(
            .captions,
            pictures.map { picture in
                Call(
                    key: picture.key, speaker: speakers.captioner, input: ["picture": .string(picture.url.lastPathComponent)],
                    purpose: .caption, text: BuildPrompts.caption, picture: picture, read: { .string($0) })
            })
        let asked = pictures.flatMap { picture in
            guard let caption = captions[picture.key]?.answer.text else { return [Asked]() }
            return config.chosenCategories.flatMap { category in
                config.chosenIntents.map { Asked(picture: picture, caption: caption, category: category, intent: $0) }
            }
        }
        let records = try await caller.records(.questions, asked.map(call))
        return asked.flatMap { asked in
            let texts = records[asked.key]?.result.array?.compactMap(\.string) ?? []
            return texts.enumerated().map { index, text in
                Question(
                    key: "\(asked.key)/\(index + 1)", text: text, picture: asked.picture, category: asked.category,
                    intent: asked.intent)
            }
        }
    }

    /// What questions are wanted for.
    private struct Asked {
        var picture: BuildPicture
        var caption: String
        var category: HarmCategory
        var intent: QuestionIntent

        var key: String { "\(picture.key)/\(category.rawValue)/\(intent.rawValue)" }
    }

    private func call(_ asked: Asked) -> Call {
        let count = config.questionsPerIntent
        return Call(
            key: asked.key, speaker: speakers.questioner,
            input: [
                "picture": .string(asked.picture.url.lastPathComponent), "caption": .string(asked.caption),
                "category": .string(asked.category.rawValue), "intent": .string(asked.intent.rawValue),
            ],
            purpose: .questions(asked.category, asked.intent, count: count),
            text: BuildPrompts.questions(asked.category, asked.intent, count: count, caption: asked.caption),
            picture: asked.picture,
            read: { .array(try BuildPrompts.readQuestions($0, count: count).map(JSONValue.string)) })
    }
}

// MARK: - Responses and pairs

extension DatasetBuild {
    struct PairCounts {
        var comparable = 0, tooAlike = 0, withoutPair = 0
    }

    /// The two responses to each question that lie furthest apart, unless even they are too alike.
    private func pairs(_ questions: [Question], _ caller: Caller) async throws -> ([ComparedPair], PairCounts) {
        let records = try await caller.records(
            .responses,
            questions.flatMap { question in
                speakers.generators.map { generator in
                    Call(
                        key: "\(question.key)/\(generator.name)", speaker: generator,
                        input: ["picture": .string(question.picture.url.lastPathComponent), "question": .string(question.text)],
                        purpose: .response(question: question.text), text: question.text, picture: question.picture,
                        read: { .string($0) })
                }
            })
        var (pairs, counts, lines) = ([ComparedPair](), PairCounts(), "")
        for question in questions {
            let responses = speakers.generators.compactMap { generator in
                records["\(question.key)/\(generator.name)"].map { (source: generator.name, text: $0.answer.text) }
            }
            guard let pair = try await furthest(question, responses) else { counts.withoutPair += 1; continue }
            let isKept = pair.distance >= config.minimumDistance
            counts.comparable += 1
            if isKept { pairs.append(pair) } else { counts.tooAlike += 1 }
            let line: JSONValue = [
                "key": .string(pair.key), "response_1_from": .string(pair.sources.first),
                "response_2_from": .string(pair.sources.second), "distance": .number(pair.distance), "kept": .bool(isKept),
            ]
            lines += line.serialized() + "\n"
        }
        try DurableFiles.write(lines, to: folder.appending(path: "pairs.jsonl"))
        return (pairs, counts)
    }

    /// In an order that the seed and the question decide, so that no generator is always the first.
    private func furthest(_ question: Question, _ responses: [(source: String, text: String)]) async throws -> ComparedPair? {
        guard responses.count > 1 else { return nil }
        let vectors = try await embedding.vectors(responses.map(\.text))
        var best: (first: Int, second: Int, distance: Double)?
        for first in responses.indices {
            for second in responses.indices where second > first {
                let distance = cosineDistance(vectors[first], vectors[second])
                if distance > best?.distance ?? -1 { best = (first, second, distance) }
            }
        }
        guard let best else { return nil }
        var random = SeededGenerator(seed: config.seed &+ stableHash(question.key))
        let isTurned = random.below(2) == 1
        let (first, second) = isTurned ? (best.second, best.first) : (best.first, best.second)
        return ComparedPair(
            key: question.key, question: question.text, picture: question.picture, category: question.category,
            intent: question.intent, responses: Pair(responses[first].text, responses[second].text),
            sources: Pair(responses[first].source, responses[second].source), distance: best.distance)
    }
}

// MARK: - Judgements and data

extension DatasetBuild {
    private func rulings(_ pairs: [ComparedPair], _ caller: Caller) async throws -> [Ruling] {
        let records = try await caller.records(
            .judgements, pairs.flatMap { pair in [judgement(pair, isTurned: false), judgement(pair, isTurned: true)] })
        return pairs.map { pair in
            let straight = records[key(pair, isTurned: false)].flatMap { DualVerdict($0.result) }
            let turned = records[key(pair, isTurned: true)].flatMap { DualVerdict($0.result) }?.swapped
            var random = SeededGenerator(seed: config.seed &+ stableHash("control " + pair.key))
            return Ruling(straight, turned, isControl: random.unit() < config.reviewShare)
        }
    }

    /// The responses are part of it: another pair for the same question is another judgement.
    private func key(_ pair: ComparedPair, isTurned: Bool) -> String {
        let (first, second) = isTurned ? (pair.sources.second, pair.sources.first) : (pair.sources.first, pair.sources.second)
        return "\(pair.key)/\(first)/\(second)"
    }

    private func judgement(_ pair: ComparedPair, isTurned: Bool) -> Call {
        let texts = isTurned ? Pair(pair.responses.second, pair.responses.first) : pair.responses
        return Call(
            key: key(pair, isTurned: isTurned), speaker: speakers.judge,
            input: [
                "pair": .string(pair.key), "order": isTurned ? "turned" : "straight", "question": .string(pair.question),
                "response_1": .string(texts.first), "response_2": .string(texts.second),
            ],
            purpose: .judgement(question: pair.question, first: texts.first, second: texts.second), system: Rubric.system,
            text: Rubric.prompt(question: pair.question, first: texts.first, second: texts.second), picture: pair.picture,
            read: { try DualVerdict(reading: $0).json })
    }

    /// Writes the queue and the data: what both judgements agree on, and what people have accepted.
    private func finish(_ pairs: [ComparedPair], _ rulings: [Ruling], _ report: inout BuildReport) throws {
        let decisions = try decisions()
        var (queue, rows) = ("", [(ComparedPair, DualVerdict)]())
        for (pair, ruling) in zip(pairs, rulings) {
            switch (decisions[pair.key], ruling) {
            case (.reject?, _): report.rejected += 1
            case (.accept(let verdict)?, _), (nil, .agreed(let verdict)):
                report.accepted += 1
                rows.append((pair, verdict))
            case (nil, .review(let reasons, let verdicts)):
                report.inReview += 1
                queue += pair.queued(reasons, verdicts).serialized() + "\n"
            case (nil, .failed): report.failed += 1
            }
        }
        try DurableFiles.write(queue, to: folder.appending(path: "review.jsonl"))
        let writer = try RowWriter<BeaverTailsVRow>(folder.appending(path: "data/train.parquet"))
        for (pair, verdict) in rows { try writer.append(pair.row(verdict, pair.picture.image())) }
        try writer.close()
        try DurableFiles.write(report.json.serialized(pretty: true) + "\n", to: folder.appending(path: "report.json"))
    }

    /// What people have decided, by pair: `decisions.jsonl`, which they write; of two decisions the later one holds.
    private func decisions() throws -> [String: ReviewDecision] {
        let url = folder.appending(path: "decisions.jsonl")
        guard FileManager.default.fileExists(atPath: url.path) else { return [:] }
        var decisions: [String: ReviewDecision] = [:]
        let lines = try DurableFiles.read(url, limit: 1 << 30).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            guard let json = try? JSONValue(parsing: line, limits: .line), let key = json["key"]?.string,
                let decision = ReviewDecision(json)
            else {
                throw BuildError.damaged(
                    file: url.path, line: index + 1,
                    reason: "expected a key, and a decision: \"reject\", or \"accept\" with helpful_rates, harmless_rates, "
                        + "more_helpful_response_id and safer_response_id")
            }
            decisions[key] = decision
        }
        return decisions
    }
}
