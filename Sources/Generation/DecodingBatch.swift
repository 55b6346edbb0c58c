import Torch
import TorchNN
import VisionLanguageModels

/// The rows that are still being written, their cache, and what every prompt has so far.
struct DecodingBatch {
    /// `[B, D]`: states that predict each living row's next token.
    private(set) var states: Tensor
    /// Tokens written per living row.
    private(set) var writtenCount = 0
    private(set) var responses: [GeneratedResponse]

    /// Which prompt each living row belongs to.
    private var rows: [Int]
    private var lastTokens: [Int64] = []
    /// Tokens of the prompt before the first written one.
    private var promptLengths: [Int]
    private let width: Int
    /// `[B, 1, 1, capacity]` bool, false on left padding; `nil` when no row has any.
    private var visible: Tensor?
    private let cache: KVCache
    private let keepsWritten: Bool

    init(_ prompts: [GenerationPrompt], _ model: VisionLanguageModel, _ config: SamplingConfig, padding: Int32) throws {
        let lengths = prompts.map(\.tokens.count)
        if let empty = lengths.firstIndex(of: 0) { throw GenerationError.emptyPrompt(index: empty) }
        let width = lengths.max() ?? 0
        let capacity = width + config.maximumNewTokens
        guard capacity <= model.config.text.maximumPositions + 1 else {
            throw ModelInputError.tooLong(tokens: capacity, maximum: model.config.text.maximumPositions)
        }
        let padded = prompts.flatMap { [Int32](repeating: padding, count: width - $0.tokens.count) + $0.tokens }
        let features = prompts.compactMap(\.visionFeatures)
        let inputs = ModelInputs(
            tokens: try Tensor(padded, shape: [prompts.count, width]).to(.int64).to(model.device), lengths: lengths,
            paddingSide: .left, visionFeatures: features.isEmpty ? nil : try concatenated(features))

        cache = model.trunk.makeCache(capacity: capacity)
        states = try model.hiddenStates(inputs, cache: cache).selected(1, -1)
        visible = try Self.visibility(lengths, width: width, capacity: capacity, on: model.device)
        responses = prompts.map { _ in GeneratedResponse(tokens: [], finishReason: .length, logProbs: []) }
        rows = Array(prompts.indices)
        (promptLengths, self.width, keepsWritten) = (lengths, width, config.repetitionPenalty != 1)
    }

    var isEmpty: Bool { rows.isEmpty }

    /// `[B, n]` ids of the living rows, for penalties; `nil` when none is wanted.
    var written: Tensor? {
        get throws {
            guard keepsWritten, writtenCount > 0 else { return nil }
            let ids = rows.flatMap { responses[$0].tokens.map(Int64.init) }
            return try Tensor(ids, shape: [rows.count, writtenCount]).to(states.device)
        }
    }

    /// Adds one token to every living row; rows that ended leave.
    mutating func append(_ tokens: Tensor, _ logProbs: Tensor, _ endTokens: [Int32]) throws {
        let (ids, logs) = (try tokens.values(as: Int64.self), try logProbs.floats())
        var living: [Int] = []
        for (index, row) in rows.enumerated() {
            let id = Int32(truncatingIfNeeded: ids[index])
            guard logs[index].isFinite else { throw GenerationError.notFinite(prompt: row, token: writtenCount) }
            responses[row].tokens.append(id)
            responses[row].logProbs.append(logs[index])
            if endTokens.contains(id) { responses[row].finishReason = .stop } else { living.append(index) }
        }
        writtenCount += 1
        lastTokens = living.map { ids[$0] }
        if living.count < rows.count { try keep(living) }
    }

    /// Says that the rows still living will not be finished.
    mutating func cancel() {
        for row in rows { responses[row].finishReason = .cancelled }
    }

    /// Reads the tokens just written.
    mutating func advance(_ model: VisionLanguageModel) throws {
        let tokens = try Tensor(lastTokens, shape: [rows.count, 1]).to(model.device)
        let positions = try Tensor(promptLengths.map { Int64($0 + writtenCount - 1) }, shape: [rows.count, 1]).to(model.device)
        let mask = try visible?.sliced(3, 0..<(width + writtenCount))
        states = try model.trunk.nextStates(tokens, positions: positions, mask: mask, cache: cache).selected(1, 0)
    }

    private mutating func keep(_ living: [Int]) throws {
        rows = living.map { rows[$0] }
        promptLengths = living.map { promptLengths[$0] }
        guard !living.isEmpty else { return }
        let indices = try Tensor(living.map(Int64.init)).to(states.device)
        try cache.keepRows(indices)
        visible = try visible?.picked(indices)
    }

    private static func visibility(_ lengths: [Int], width: Int, capacity: Int, on device: Device) throws -> Tensor? {
        guard Set(lengths).count > 1 else { return nil }
        let flags = lengths.flatMap { length in (0..<capacity).map { $0 >= width - length } }
        return try Tensor(flags, shape: [lengths.count, 1, 1, capacity]).to(device)
    }
}
