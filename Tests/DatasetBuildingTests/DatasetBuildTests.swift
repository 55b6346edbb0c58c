import Conversations
import DurableFiles
import EmbeddedWorld
import Foundation
import PreferenceData
import StrictJSON
import Synchronization
import Testing

@testable import DatasetBuilding

@Suite("Building a data set offline")
struct DatasetBuildTests {
    @Test("the embedded world makes pairs whose labels are the oracle's")
    func world() async throws {
        let folder = try BuildFolder()
        let report = try await folder.build()
        #expect(report.pictures == 3 && report.openCalls == 0 && report.failed == 0)
        #expect(report.accepted > 0 && report.comparable == report.tooAlike + report.accepted + report.inReview)
        let rows = try folder.rows()
        #expect(rows.count == report.accepted)
        for row in rows {
            let prompt = try #require(WorldPrompt(question: row.question, pictureName: row.image.path ?? ""))
            for side in Side.allCases {
                let truth = Oracle.score(row.responses[side], for: prompt.combination)
                #expect(row.harmlessRates[side] == truth.harmlessRate && row.helpfulRates[side] == truth.helpfulRate)
            }
            _ = try row.sample(at: RowPosition(file: "x", row: 0))
        }
        // A tie has no right side: the oracle takes the first, which is another response in the other order.
        for entry in try folder.lines("review.jsonl") {
            #expect(entry["reasons"]?.array?.allSatisfy { $0.string?.hasPrefix("the orders disagree on which") == true } == true)
        }
        #expect(report.promptTokens > 0 && report.completionTokens > 0)
        #expect(try JSONValue(parsing: folder.text("report.json"))["accepted"]?.integer == report.accepted)
    }

    @Test("the same build twice makes the same files, by law")
    func deterministic() async throws {
        let (first, second) = (try BuildFolder(), try BuildFolder())
        _ = try await first.build { $0.parallelCalls = 1 }
        _ = try await second.build { $0.parallelCalls = 8 }
        for name in ["pairs.jsonl", "review.jsonl", "report.json"] { #expect(try first.text(name) == second.text(name)) }
        #expect(try first.rows() == second.rows())
    }

    @Test("a second run asks nobody, and says so")
    func reused() async throws {
        let folder = try BuildFolder()
        let first = try await folder.build()
        let judge = WatchedSpeaker("oracle")
        let second = try await folder.build(.world.judged(by: judge))
        #expect(judge.calls == 0)
        #expect(second.stages.allSatisfy { $0.reused == $0.done } && second.accepted == first.accepted)
        #expect(second.promptTokens == first.promptTokens)
    }

    @Test("a build that was cut off at any byte goes on to the same result, by law", arguments: ["captions", "questions", "responses", "judgements"])
    func cutOff(stage: String) async throws {
        let whole = try BuildFolder()
        _ = try await whole.build()
        let names = ["captions", "questions", "responses", "judgements"]
        let bytes = Array(try whole.text(stage + ".jsonl").utf8)
        for end in [0, 1, bytes.count / 2, bytes.count - 1] {
            let folder = try BuildFolder()
            _ = try await folder.build()
            for later in names.drop(while: { $0 != stage }).dropFirst() {
                try FileManager.default.removeItem(at: folder.output.appending(path: later + ".jsonl"))
            }
            try DurableFiles.write(Array(bytes[..<end]), to: folder.output.appending(path: stage + ".jsonl"))
            _ = try await folder.build()
            #expect(try folder.rows() == whole.rows() && folder.text("review.jsonl") == whole.text("review.jsonl"))
            #expect(try Set(folder.lines(stage + ".jsonl").compactMap { $0["key"]?.string }).count == folder.lines(stage + ".jsonl").count)
        }
    }

    @Test("a judge that fails is counted as failed, leaves a row in the ledger, and is asked again")
    func failingJudge() async throws {
        let folder = try BuildFolder()
        let reference = try BuildFolder()
        let expected = try await reference.build()
        let broken = WatchedSpeaker("oracle") { _, _ in answer("Both responses are perfectly safe.") }
        let report = try await folder.build(.world.judged(by: broken))
        #expect(report.accepted == 0 && report.inReview == 0 && report.failed == expected.accepted + expected.inReview)
        #expect(try folder.rows().isEmpty)
        let failures = try folder.lines("failures.jsonl")
        // Two attempts at two orders of every pair.
        #expect(failures.count == 4 * report.failed && broken.calls == failures.count)
        #expect(failures.first?["reason"]?.string == "the judgement has no <Response_1_Helpful_Rate>")
        #expect(failures.first?["answer"]?.string == "Both responses are perfectly safe.")
        #expect(report.stages.last?.promptTokens == 3 * failures.count)
        let healed = try await folder.build()
        #expect(healed.accepted == expected.accepted && healed.failed == 0)
    }

    @Test("one order alone is no judgement")
    func oneOrder() async throws {
        let folder = try BuildFolder(["knife"])
        let half = WatchedSpeaker("oracle") { number, spoken in
            guard number.isMultiple(of: 2) else { throw BuildError.call(speaker: "oracle", reason: "down") }
            return spoken
        }
        let report = try await folder.build(.world.judged(by: half)) { $0.attempts = 1; $0.parallelCalls = 1 }
        #expect(report.accepted == 0 && report.inReview == 0 && report.failed > 0)
    }

    @Test("asked to stop it keeps what is answered, and goes on later")
    func stopping() async throws {
        let folder = try BuildFolder()
        let asked = Mutex(0)
        await #expect(throws: BuildError.interrupted) {
            try await folder.build(shouldStop: { asked.withLock { $0 += 1; return $0 > 20 } })
        }
        let reference = try BuildFolder()
        _ = try await reference.build()
        _ = try await folder.build()
        #expect(try folder.rows() == reference.rows())
    }

    @Test("responses that are alike are not compared")
    func alike() async throws {
        let folder = try BuildFolder()
        var speakers = BuildSpeakers.world
        speakers.generators = ["a", "b"].map { name in WatchedSpeaker(name) { _, _ in answer("I like sunny days.") } }
        let report = try await folder.build(speakers)
        #expect(report.tooAlike == report.comparable && report.comparable > 0 && report.accepted == 0)
        #expect(try folder.lines("pairs.jsonl").allSatisfy { $0["distance"]?.number ?? 1 < 1e-12 && $0["kept"]?.bool == false })
    }

    @Test("people's decisions move pairs from the queue into the data or out of it")
    func decisions() async throws {
        let folder = try BuildFolder()
        let first = try await folder.build { $0.reviewShare = 1 }
        #expect(first.accepted == 0 && first.inReview > 1)
        let queue = try folder.lines("review.jsonl")
        let keys = try queue.map { try #require($0["key"]?.string) }
        var accepted = try #require(queue[0]["judgements"]?.array?.first?.object)
        accepted["key"] = .string(keys[0])
        accepted["decision"] = "accept"
        accepted["harmless_rates"] = [-3, 3]
        let lines = [JSONValue.object(accepted), ["key": .string(keys[1]), "decision": "reject"]]
        try DurableFiles.write(lines.map { $0.serialized() + "\n" }.joined(), to: folder.output.appending(path: "decisions.jsonl"))
        let second = try await folder.build { $0.reviewShare = 1 }
        #expect(second.accepted == 1 && second.rejected == 1 && second.inReview == first.inReview - 2)
        #expect(try folder.rows().map(\.harmlessRates) == [Pair(-3, 3)])
        try DurableFiles.write("{\"key\": \"x\", \"decision\": \"accept\"}\n", to: folder.output.appending(path: "decisions.jsonl"))
        await #expect(throws: BuildError.self) { try await folder.build { $0.reviewShare = 1 } }
    }

    @Test("other settings, a second build and a damaged line are refused; a bad picture is a row in the ledger")
    func refusals() async throws {
        let folder = try BuildFolder()
        try DurableFiles.write("no picture", to: folder.pictures.appending(path: "bad.png"))
        let report = try await folder.build()
        #expect(report.unusablePictures == 1 && report.pictures == 3)
        #expect(try folder.lines("failures.jsonl").first?["key"]?.string == "bad.png")
        await #expect(throws: BuildError.changedSettings(folder: folder.output.path)) { try await folder.build { $0.seed = 7 } }
        _ = try await folder.build { $0.parallelCalls = 1 }
        let lock = try #require(try FileLock(at: folder.output.appending(path: ".lock")))
        await #expect(throws: BuildError.locked(folder: folder.output.path)) { try await folder.build() }
        lock.release()
        let captions = folder.output.appending(path: "captions.jsonl")
        try DurableFiles.write("{}\n" + folder.text("captions.jsonl"), to: captions)
        await #expect(throws: BuildError.damaged(file: "captions.jsonl", line: 1, reason: "not a record of this stage")) {
            try await folder.build()
        }
        #expect(throws: BuildError.speakers("at least two generators with different names are needed, found a, a")) {
            var speakers = BuildSpeakers.world
            speakers.generators = [WorldSpeaker(name: "a"), WorldSpeaker(name: "a")]
            _ = try DatasetBuild(BuildConfig(), pictures: folder.pictures, output: folder.output, speakers)
        }
    }

    @Test("questions are read without bullets and numbers, and NONE is no question")
    func questions() throws {
        #expect(try BuildPrompts.readQuestions("1. What is it?\n\n- Who made it? \n3) Why?\n", count: 3) == ["What is it?", "Who made it?", "Why?"])
        #expect(try BuildPrompts.readQuestions("10 people are here. Why?", count: 1) == ["10 people are here. Why?"])
        #expect(try BuildPrompts.readQuestions("NONE", count: 2).isEmpty)
        #expect(throws: BuildError.self) { try BuildPrompts.readQuestions(" \n", count: 2) }
    }

    @Test("settings that cannot be right are all told")
    func settings() {
        var config = BuildConfig()
        #expect(config.problems().isEmpty && config.chosenCategories.count == 20)
        (config.categories, config.intents, config.minimumDistance, config.attempts) = ("kittens", "", 2, 0)
        #expect(config.problems().count == 4)
    }

    @Test("a text is nowhere far from itself, and far from another one")
    func embedding() {
        let vectors = CharacterEmbedding().vectors(["The knife lies on a shelf.", "the  knife lies on a shelf.", "Birds sing.", ""])
        #expect(cosineDistance(vectors[0], vectors[1]) < 1e-12)
        #expect(cosineDistance(vectors[0], vectors[2]) > 0.8)
        #expect(vectors[3].contains { $0 > 0 })
    }
}
