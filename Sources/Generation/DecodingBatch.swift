import Torch
import TorchNN
import VisionLanguageModels

/// The rows that are being written, their cache, and what every prompt has so far.
struct DecodingBatch {
    /// `[B, D]`: states that predict each row's next token.
    private(set) var states: Tensor
    /// Tokens written per living row.
    private(set) var writtenCount = 0
    private(set) var responses: [GeneratedResponse]

    private var rows: [Row]
    private let width: Int
    /// `[B, 1, 1, capacity]` bool, false on left padding; `nil` when no row has any.
    private var visible: Tensor?
    private let cache: KVCache
    private let keepsWritten: Bool

    /// One row of the tensors. A row that is done stays until enough others are: moving the cache costs more than it.
    private struct Row {
        let prompt: Int
        /// The position of the first token that is written.
        let firstPosition: Int
        var lastToken: Int32 = 0
        var isDone = false
    }

    init(_ prompts: [GenerationPrompt], _ model: VisionLanguageModel, _ config: SamplingConfig, padding: Int32) throws {
        let lengths = prompts.map(\.tokens.count)
        if let empty = lengths.firstIndex(of: 0) { throw GenerationError.emptyPrompt(index: empty) }
        let width = lengths.max() ?? 0
        let capacity = width + config.maximumNewTokens
        guard capacity <= model.config.text.maximumPositions + 1 else {
            throw ModelInputError.tooLong(tokens: capacity, maximum: model.config.text.maximumPositions)
        }
        let padded = prompts.flatMap { [Int32](repeating: padding, count: width - $0.tokens.count) + $0.tokens }
        let inputs = ModelInputs(
            tokens: try Tensor(padded, shape: [prompts.count, width]).to(.int64).to(model.device), lengths: lengths,
            paddingSide: .left, visionFeatures: prompts.flatMap(\.visionFeatures))

        cache = model.trunk.makeCache(capacity: capacity)
        states = try model.hiddenStates(inputs, cache: cache).selected(1, -1)
        visible = try Self.visibility(lengths, width: width, capacity: capacity, on: model.device)
        responses = prompts.map { _ in GeneratedResponse(tokens: [], finishReason: .length, logProbs: []) }
        rows = try model.trunk.nextPositions(inputs).enumerated().map { Row(prompt: $0, firstPosition: $1) }
        (self.width, keepsWritten) = (width, config.repetitionPenalty != 1)
    }

    /// Whether every response has ended.
    var isDone: Bool { rows.allSatisfy(\.isDone) }

    /// `[B, n]` ids written so far, for penalties; `nil` when none is wanted.
    var written: Tensor? {
        get throws {
            guard keepsWritten, writtenCount > 0 else { return nil }
            let ids = rows.flatMap { row in
                let tokens = responses[row.prompt].tokens.map(Int64.init)
                return tokens + [Int64](repeating: Int64(row.lastToken), count: writtenCount - tokens.count)
            }
            return try Tensor(ids, shape: [rows.count, writtenCount]).to(states.device)
        }
    }

    /// Throws, naming the prompt, when a row of `[B, V]` log-probabilities is no distribution: its logits held a NaN or +∞.
    func requireNumbers(_ logProbs: Tensor) throws {
        let largest = try logProbs.largest(1, dim: 1).values.floats()
        guard let row = largest.firstIndex(where: { !$0.isFinite }) else { return }
        throw GenerationError.notFinite(prompt: rows[row].prompt, token: writtenCount)
    }

    /// Adds one token to every living row.
    mutating func append(_ tokens: Tensor, _ logProbs: Tensor, _ endTokens: [Int32]) throws {
        let (ids, logs) = (try tokens.values(as: Int32.self), try logProbs.floats())
        for index in rows.indices where !rows[index].isDone {
            let (prompt, id) = (rows[index].prompt, ids[index])
            responses[prompt].tokens.append(id)
            responses[prompt].logProbs.append(logs[index])
            rows[index].lastToken = id
            guard endTokens.contains(id) else { continue }
            responses[prompt].finishReason = .stop
            rows[index].isDone = true
        }
        writtenCount += 1
    }

    /// Reads the tokens just written.
    mutating func advance(_ model: VisionLanguageModel) throws {
        try dropDoneRows()
        let tokens = try Tensor(rows.map { Int64($0.lastToken) }, shape: [rows.count, 1]).to(model.device)
        let positions = try Tensor(rows.map { Int64($0.firstPosition + writtenCount - 1) }, shape: [rows.count, 1])
        let mask = try visible?.sliced(3, 0..<(width + writtenCount))
        states = try model.trunk.nextStates(tokens, positions: positions.to(model.device), mask: mask, cache: cache)
            .selected(1, 0)
    }

    /// Says that the rows still living will not be finished.
    mutating func cancel() {
        for row in rows where !row.isDone { responses[row.prompt].finishReason = .cancelled }
    }

    /// Once a quarter of the rows is done, only the others go on.
    private mutating func dropDoneRows() throws {
        let living = rows.indices.filter { !rows[$0].isDone }
        guard 4 * (rows.count - living.count) >= rows.count else { return }
        rows = living.map { rows[$0] }
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
