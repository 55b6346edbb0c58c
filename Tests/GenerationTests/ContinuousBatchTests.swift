import Foundation
import Testing
import Torch
import TorchNN
import VisionLanguageModels

@testable import Generation

@Suite("A continuous batch")
struct ContinuousBatchTests {
    /// Writes every prompt to its end; prompt i joins before step `joins[i]`, in the order of those steps.
    private func write(
        _ model: VisionLanguageModel, _ prompts: [(prompt: GenerationPrompt, request: RowRequest)], joins: [Int]
    ) throws -> [GeneratedResponse] {
        var batch = ContinuousBatch(model, .recorded())
        var responses = prompts.map { _ in GeneratedResponse(tokens: [], finishReason: .length, logProbs: []) }
        var places: [ContinuousBatch.RowID: Int] = [:]
        var step = 0
        repeat {
            for index in prompts.indices where joins[index] == step {
                places[try batch.join(prompts[index].prompt, [prompts[index].request])[0]] = index
            }
            for (id, result) in try batch.draw() {
                let (token, place) = (try result.get(), try #require(places[id]))
                responses[place].tokens.append(token.id)
                responses[place].logProbs.append(token.logProb)
                if let reason = token.finishReason { responses[place].finishReason = reason }
            }
            try batch.advance()
            step += 1
        } while batch.rowCount > 0 || step <= (joins.max() ?? 0)
        return responses
    }

    private func requests(_ change: (inout SamplingConfig, Int) -> Void) -> [RowRequest] {
        (0..<6).map { index in
            var config = SamplingConfig()
            config.maximumNewTokens = 4 + 3 * index
            change(&config, index)
            return RowRequest(config, seed: UInt64(40 + index))
        }
    }

    private func alone(
        _ model: VisionLanguageModel, _ prompt: GenerationPrompt, _ request: RowRequest
    ) throws -> GeneratedResponse {
        try Generator(model, request.sampling, .recorded()).generate([prompt], using: RandomGenerator(seed: request.seed))[0]
    }

    /// By law: composition of the batch and time of joining are invisible, greedy and drawn, with settings of their own.
    /// Log-probabilities to 1e-5: the same float32 sums, in kernels chosen by other shapes.
    @Test(
        "writes what each prompt gets alone, whoever is there and whenever it joins",
        arguments: Recorded.names, [[0, 0, 0, 0, 0, 0], [0, 1, 2, 3, 4, 5], [9, 0, 3, 3, 7, 1], [0, 30, 2, 60, 1, 0]])
    func joining(name: String, joins: [Int]) throws {
        let recorded = try Recorded(name)
        let prompts = try recorded.prompts() + recorded.prompts().reversed()
        let kinds: [[RowRequest]] = [
            requests { config, _ in config.temperature = 0 },
            requests { config, _ in config.temperature = 2 },
            requests { config, index in
                (config.temperature, config.topK) = (index % 2 == 0 ? 0 : 1.5, index % 3)
                (config.topP, config.repetitionPenalty) = (index == 4 ? 0.8 : 1, index == 3 ? 1.5 : 1)
                config.minimumNewTokens = index == 1 ? 5 : 0
            },
        ]
        for requests in kinds {
            let found = try write(recorded.model, Array(zip(prompts, requests)), joins: joins)
            for index in prompts.indices {
                let expected = try alone(recorded.model, prompts[index], requests[index])
                #expect(found[index].tokens == expected.tokens)
                #expect(found[index].finishReason == expected.finishReason)
                #expect(zip(found[index].logProbs, expected.logProbs).allSatisfy { abs($0 - $1) < 1e-5 })
            }
        }
    }

    @Test("reads a prompt once for several rows, each with draws of its own")
    func copies() throws {
        let recorded = try Recorded("grouped")
        let prompt = try recorded.prompts()[0]
        let requests = requests { config, _ in (config.temperature, config.maximumNewTokens) = (1.5, 8) }
        var batch = ContinuousBatch(recorded.model, .recorded())
        let ids = try batch.join(prompt, requests)
        var written: [ContinuousBatch.RowID: [Int32]] = [:]
        while batch.rowCount > 0 {
            for (id, result) in try batch.draw() { written[id, default: []].append(try result.get().id) }
            try batch.advance()
        }
        for (id, request) in zip(ids, requests) {
            #expect(try written[id] == alone(recorded.model, prompt, request).tokens)
        }
        #expect(Set(written.values).count > 1)
    }

    /// By hand: 2 · layers · key heads · head size · 4 bytes a token; 2 · 2 · 2 · 8 · 4 or as the recorded model has it.
    @Test("holds memory for those that are there, and for none when nobody is")
    func memory() throws {
        let recorded = try Recorded("grouped")
        let prompts = try recorded.prompts()
        let perToken = ContinuousBatch.bytesPerToken(recorded.model)
        var config = SamplingConfig.greedy(40)
        config.minimumNewTokens = 40
        var batch = ContinuousBatch(recorded.model, .recorded())
        #expect(batch.cacheBytes == 0)
        let lengths = prompts.map(\.tokens.count)
        var ids: [ContinuousBatch.RowID] = []
        for (index, prompt) in prompts.enumerated() {
            let most = lengths[index] + 40
            let promised = batch.cacheBytes(adding: 1, mostTokens: most)
            ids += try batch.join(prompt, [RowRequest(config, seed: 1)])
            #expect(batch.cacheBytes == promised)
            #expect(batch.cacheBytes == (index + 1) * (lengths[...index].max()! + 40) * perToken)
            _ = try batch.draw()
            try batch.advance()
        }
        let longest = try #require(lengths.indices.max { lengths[$0] < lengths[$1] })
        try batch.remove([ids[longest]])
        let rest = lengths.indices.filter { $0 != longest }.map { lengths[$0] }
        #expect(batch.cacheBytes == 2 * (rest.max()! + 40) * perToken)
        try batch.remove(Set(ids))
        #expect(batch.cacheBytes == 0 && batch.rowCount == 0)
        #expect(try batch.draw().isEmpty)
        try batch.advance()
    }

    @Test("goes on unchanged when others are taken away between drawing and reading")
    func removal() throws {
        let recorded = try Recorded("grouped")
        let prompts = try recorded.prompts()
        let request = RowRequest(.greedy(12), seed: 1)
        for kept in prompts.indices {
            var batch = ContinuousBatch(recorded.model, .recorded())
            let ids = try prompts.map { try batch.join($0, [request])[0] }
            var tokens: [Int32] = []
            for step in 0..<12 {
                for (id, result) in try batch.draw() where id == ids[kept] { tokens.append(try result.get().id) }
                if step == 1 { try batch.remove(Set(ids).subtracting([ids[kept]])) }
                try batch.advance()
            }
            #expect(try tokens == alone(recorded.model, prompts[kept], request).tokens)
        }
    }

    @Test("tells the likeliest tokens in order, with those that cannot come left out")
    func alternatives() throws {
        let recorded = try Recorded("grouped")
        var config = SamplingConfig()
        (config.maximumNewTokens, config.topK) = (1, 3)
        var batch = ContinuousBatch(recorded.model, .recorded())
        _ = try batch.join(recorded.prompts()[0], [RowRequest(config, seed: 3, alternativeCount: 5)])
        let token = try #require(batch.draw().first).result.get()
        #expect(token.alternatives.count == 3)
        #expect(token.alternatives.map(\.logProb) == token.alternatives.map(\.logProb).sorted(by: >))
        #expect(abs(token.alternatives.reduce(0) { $0 + exp($1.logProb) } - 1) < 1e-5)
        #expect(token.alternatives.contains { $0.id == token.id && $0.logProb == token.logProb })
    }

    @Test("refuses a prompt that is empty or too long, and goes on")
    func refusals() throws {
        let recorded = try Recorded("grouped")
        var batch = ContinuousBatch(recorded.model, .recorded())
        _ = try batch.join(recorded.prompts()[2], [RowRequest(.greedy(3), seed: 1)])
        #expect(throws: GenerationError.emptyPrompt(index: 0)) {
            try batch.join(GenerationPrompt(tokens: [], visionFeatures: []), [RowRequest(.greedy(3), seed: 1)])
        }
        #expect(throws: ModelInputError.self) {
            try batch.join(recorded.prompts()[2], [RowRequest(.greedy(100_000), seed: 1)])
        }
        #expect(throws: ModelInputError.self) {
            try batch.join(GenerationPrompt(tokens: [1, 3, 5], visionFeatures: []), [RowRequest(.greedy(3), seed: 1)])
        }
        #expect(batch.rowCount == 1)
        #expect(try batch.draw().count == 1)
    }

    @Test("tells every row of a model without numbers that it failed")
    func notFinite() throws {
        let recorded = try Recorded("grouped")
        let weight = try #require(recorded.model.parameters["language_model.model.norm.weight"])
        try weight.multiply(by: .nan)
        var batch = ContinuousBatch(recorded.model, .recorded())
        for prompt in try recorded.prompts() { _ = try batch.join(prompt, [RowRequest(.greedy(3), seed: 1)]) }
        let results = try batch.draw().map(\.result)
        #expect(results == Array(repeating: .failure(.notFinite(prompt: 0, token: 0)), count: 3))
        #expect(batch.rowCount == 0)
    }
}
