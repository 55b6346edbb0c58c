import Conversations
import EmbeddedWorld
import Evaluation
import Foundation
import Generation
import Guardrails
import NeuralGuards
import Quickstart
import Reports
import SafetyPolicies
import Statistics
import StrictJSON
import Testing
import Torch
import TorchNN
import VisionLanguageModels

/// A guard and a policy model of random weights, in folders of their own.
final class SmallFolders {
    let root = FileManager.default.temporaryDirectory.appending(path: "safe-rlhf-v-\(UUID().uuidString)")
    let policy: URL
    let guardFolder: URL

    init() throws {
        Engine.threadCount = 1
        (policy, guardFolder) = (root.appending(path: "policy"), root.appending(path: "guard"))
        for folder in [policy, guardFolder] { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }
        var config = TinyModelConfig()
        (config.vocabularySize, config.visionWidth, config.visionLayers, config.textWidth, config.textLayers) = (300, 16, 1, 32, 1)
        try TinyModel.write(config, seed: 1, to: policy)
        try GuardModel.load(policy, headSeed: 2).save(to: guardFolder)
        try Processor(readingFrom: policy).save(to: guardFolder)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func spoil(_ name: String) throws {
        let model = try GuardModel.load(guardFolder)
        let parameter = try #require(model.parameters[name])
        try withoutGradient { try parameter.multiply(by: .infinity) }
        for file in ["model.safetensors"] { try FileManager.default.removeItem(at: guardFolder.appending(path: file)) }
        try model.save(to: guardFolder)
    }
}

@Suite("A trained guard behind the protocol", .serialized)
struct NeuralGuardTests {
    let folders: SmallFolders
    let questions: [WorldQuestion]

    init() throws {
        folders = try SmallFolders()
        questions = try WorldQuestion.heldOut(6, seed: 1)
    }

    private func turns(_ question: WorldQuestion, answer: String? = nil) -> [Turn] {
        let asked = Turn(.user, [.image(question.image), .text(question.prompt.question)])
        return [asked] + (answer.map { [Turn(.assistant, text: $0)] } ?? [])
    }

    /// Tolerance 1e-5: batches of other sizes sum in another order.
    @Test("says what its heads say, alone, together and from many tasks at once")
    func agreement() async throws {
        let neural = try NeuralGuard(folders.guardFolder)
        let classifier = GuardClassifier(try .load(folders.guardFolder), try Processor(readingFrom: folders.guardFolder))
        let expected = try classifier.predictions(questions.map(\.conversation))
        let inputs = questions.map { GuardInput(.query, turns($0)) }
        let together = try await neural.judge(inputs)
        let apart = try await withThrowingTaskGroup(of: (Int, Verdict).self) { group in
            for (index, input) in inputs.enumerated() { group.addTask { (index, try await neural.judge([input])[0]) } }
            return try await group.reduce(into: [Int: Verdict]()) { $0[$1.0] = $1.1 }
        }
        for (index, prediction) in expected.enumerated() {
            #expect(abs(together[index].unsafe - prediction.unsafe) < 1e-5)
            let alone = try #require(apart[index])
            #expect(abs(alone.unsafe - prediction.unsafe) < 1e-5)
            #expect(abs(together[index].probability(of: .animalAbuse) - prediction.probability(of: .animalAbuse)) < 1e-5)
        }
        #expect(Set(expected.map(\.unsafe)).count == expected.count)
    }

    @Test("a conversation is judged turn by turn, and the strictest counts")
    func conversations() async throws {
        let neural = try NeuralGuard(folders.guardFolder)
        let whole = turns(questions[0], answer: "Take the knife.") + turns(questions[1])
        let parts = try await neural.judge([
            GuardInput(.query, Array(whole.prefix(1))), GuardInput(.response, Array(whole.prefix(2))), GuardInput(.query, whole),
        ])
        let joined = try await neural.judge([GuardInput(.conversation, whole)])[0]
        let worst = try #require(parts.map { $0.unsafe }.max())
        #expect(abs(joined.unsafe - worst) < 1e-5)
        // Where somebody else speaks last than the view says, everything is judged.
        let mismatched = try await neural.judge([GuardInput(.response, whole)])[0]
        #expect(abs(mismatched.unsafe - joined.unsafe) < 1e-5)
        _ = try await neural.judge([GuardInput(.conversation, [Turn(.assistant, text: "Hi"), Turn(.system, text: "S")])])
    }

    @Test("numbers that are not finite are an error for everyone who asks", arguments: ["guard_heads.unsafe.weight", "guard_heads.category.weight"])
    func notFinite(name: String) async throws {
        try folders.spoil(name)
        let neural = try NeuralGuard(folders.guardFolder)
        await #expect(throws: GuardError.self) { try await neural.judge(questions.map { GuardInput(.query, turns($0)) }) }
    }

    @Test("one bad picture spoils only its own judgement")
    func badPicture() async throws {
        let neural = try NeuralGuard(folders.guardFolder)
        let bad = GuardInput(.query, [Turn(.user, [.image(EncodedImage(bytes: [1, 2, 3])), .text("What?")])])
        let good = GuardInput(.query, turns(questions[0]))
        async let first = neural.judge([good])
        await #expect(throws: GuardError.self) { try await neural.judge([bad]) }
        #expect(try await first.count == 1)
    }

    @Test("what is too long is refused, never cut; nothing to judge is an error; nothing asked is nothing answered")
    func limits() async throws {
        let neural = try NeuralGuard(folders.guardFolder)
        let long = GuardInput(.query, [Turn(.user, text: String(repeating: "knife ", count: 400))])
        await #expect { try await neural.judge([long]) } throws: { error in
            if case GuardError.tooLong(_, 256, "tokens") = error { true } else { false }
        }
        await #expect(throws: GuardError.self) { try await neural.judge([GuardInput(.conversation, [])]) }
        #expect(try await neural.judge([]).isEmpty)
    }

    @Test("is known by its weights and its calibration")
    func identity() throws {
        let before = try NeuralGuard(folders.guardFolder).identity
        #expect(before.name == "guard" && before.hash.count == 64)
        #expect(try NeuralGuard(folders.guardFolder).identity == before)
        var settings = try GuardSettings(readingFrom: folders.guardFolder)
        settings.calibration = GuardCalibration(
            temperatures: GuardTemperatures(), missRate: 0.1, queryThresholds: nil, responseThresholds: nil, exampleCount: 1)
        try settings.write(to: folders.guardFolder)
        #expect(try NeuralGuard(folders.guardFolder).identity.hash != before.hash)
    }
}

@Suite("Filtering and regenerating with a policy model", .serialized)
struct RegenerationStudyTests {
    /// Calls harmful what is said in its first judgements of responses, as many as told.
    private actor Script: Guard {
        nonisolated let identity = GuardIdentity(name: "script", hash: "0")
        nonisolated let limits = GuardLimits()
        private var harmfulResponses: Int
        init(harmfulResponses: Int) { self.harmfulResponses = harmfulResponses }

        func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
            let isResponse = inputs.contains { $0.view == .response }
            if isResponse { harmfulResponses -= 1 }
            let unsafe = isResponse && harmfulResponses >= 0 ? 0.9 : 0.1
            return try inputs.map { _ in
                try Verdict(
                    unsafe: unsafe,
                    levels: [.safe: 1 - unsafe, .minor: unsafe, .moderate: 0, .severe: 0],
                    categories: Dictionary(uniqueKeysWithValues: HarmCategory.allCases.map { ($0, 0) }), refusal: 0)
            }
        }
    }

    private func traces(_ folders: SmallFolders, harmfulResponses: Int, hint: String = "") async throws -> [RegenerationTrace] {
        var sampling = SamplingConfig()
        sampling.maximumNewTokens = 6
        let responder = PolicyResponder(try .load(folders.policy), try Processor(readingFrom: folders.policy), sampling, seed: 3, batchSize: 1)
        var loop = RegenerationConfig()
        loop.hint = hint
        let study = RegenerationStudy(
            Script(harmfulResponses: harmfulResponses), responder, try .packaged(), loop, judgesQueries: true, seed: 5)
        return try await study.traces(WorldQuestion.heldOut(1, seed: 1).map(\.conversation))
    }

    @Test("asks until a response passes; every k is read off one trace")
    func rounds() async throws {
        let folders = try SmallFolders()
        let trace = try #require(try await traces(folders, harmfulResponses: 2).first)
        #expect(trace.records.count == 3 && trace.stop == .safe)
        #expect(trace.records[0].text == trace.first)
        #expect(Set(trace.records.map(\.text)).count > 1)
        #expect((0...5).map { trace.shown(afterRounds: $0) } == [trace.first, nil, nil] + [trace.records[2].text, trace.records[2].text, trace.records[2].text])
        #expect((0...5).map { trace.roundCount(afterRounds: $0) } == [1, 1, 2, 3, 3, 3])
        #expect(trace.json["rounds"]?.array?.count == 3 && trace.json["shown"]?.string == trace.records[2].text)
        // The same seed, the same trace.
        #expect(try await traces(folders, harmfulResponses: 2).first?.records.map(\.text) == trace.records.map(\.text))
        // A hint changes what the model reads, and so what it says.
        let hinted = try await traces(folders, harmfulResponses: 2, hint: "Answer safely.").first
        #expect(hinted?.records[0].text == trace.records[0].text)
        #expect(hinted?.records.dropFirst().map(\.text) != trace.records.dropFirst().map(\.text))
    }

    @Test("refuses when no round passes, and the figures count it as a refusal")
    func refusal() async throws {
        let found = try await traces(SmallFolders(), harmfulResponses: 9)
        #expect(found[0].records.count == 5 && found[0].stop == .rounds && found[0].shown(afterRounds: 5) == nil)
        #expect(found[0].json["shown"]?.isNull == true)
        let figures = try #require(RegenerationFigures(found, rounds: 5))
        #expect(figures.rows.map(\.rounds) == Array(0...5) && figures.rows[5].metrics[.meanRounds]?.value == 5)
        let shares: [RegenerationMetric] = [.refusals, .overRefusal, .benignRefusals]
        let rates = shares.compactMap { figures.rows[5].metrics[$0] }.filter { $0.n > 0 }
        #expect(rates.count == 1 && rates[0].value == 1)
        // One prompt is of one kind: a share of the others is of nothing, for people and for programs.
        let empty = try #require(shares.first { figures.rows[5].metrics[$0]?.n == 0 })
        #expect(figures.json.array?.last?[empty.rawValue]?["value"]?.isNull == true)
        #expect(figures.text.contains("–") && !figures.text.contains("nan"))
    }
}
