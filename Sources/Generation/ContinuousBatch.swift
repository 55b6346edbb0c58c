import Torch
import TorchNN
public import VisionLanguageModels

/// Rows that are written together, which others join between two tokens and which leave when they are done: token ids in,
/// token ids out.
///
/// Every prompt is read alone, without padding, and every row draws from random numbers of its own: what a row writes
/// depends neither on the others nor on when it joined, and is what `Generator` writes for its prompt alone with the same
/// seed. All rows end at the same column of the cache; what is before a shorter one is hidden. A row that leaves takes
/// its part of the cache with it at once.
///
/// One step is `draw`, then `remove` for rows that others end, then `advance`; `join` may come before any `draw`.
public struct ContinuousBatch {
    /// Names a row for as long as it lives.
    public struct RowID: Hashable, Sendable {
        fileprivate let number: Int
    }

    private let model: VisionLanguageModel
    private let makeDrawing: (SamplingConfig) -> TokenDrawing
    private var rows: [Row] = []
    /// `[R, D]`: states that predict each row's next token.
    private var states: Tensor?
    private var cache: KVCache?
    /// `[R, 1, 1, capacity]` bool, false before a row's first token; `nil` when all are equally long.
    private var visible: Tensor?
    private var nextNumber = 0

    private struct Row {
        let id: RowID
        let request: RowRequest
        let random: RandomGenerator
        /// Tokens of the prompt, placeholders included.
        let promptLength: Int
        /// The position of the first token that is written.
        let firstPosition: Int
        /// Ids drawn so far; the last one is not in the cache yet right after it was drawn.
        var written: [Int64] = []

        var length: Int { promptLength + written.count }
        /// Tokens that it may come to have.
        var mostTokens: Int { promptLength + request.sampling.maximumNewTokens }
    }

    public init(_ model: VisionLanguageModel, _ processor: Processor) {
        self.model = model
        makeDrawing = { TokenDrawing(model.config, $0, processor) }
    }

    init(_ model: VisionLanguageModel, _ drawing: TokenDrawing) {
        self.model = model
        makeDrawing = { _ in drawing }
    }

    public var rowCount: Int { rows.count }

    /// Bytes of keys and values that the cache holds memory for.
    public var cacheBytes: Int { cache.map { $0.capacity * rows.count * Self.bytesPerToken(model) } ?? 0 }

    /// The bytes that the cache would have with `count` more rows of up to `mostTokens` tokens each.
    public func cacheBytes(adding count: Int, mostTokens: Int) -> Int {
        (rows.count + count) * max(mostTokens, rows.map(\.mostTokens).max() ?? 0) * Self.bytesPerToken(model)
    }

    /// Bytes of keys and values that one token of one row takes.
    public static func bytesPerToken(_ model: VisionLanguageModel) -> Int {
        let text = model.config.text
        return 2 * text.layerCount * text.keyValueHeadCount * text.headSize * model.dtype.byteCount
    }

    // MARK: - Joining and leaving

    /// Reads a prompt once, and adds a row for every request.
    ///
    /// - Throws: `GenerationError.emptyPrompt`, `ModelInputError`: the rows that are there go on. After an error of memory or of
    ///   the device none is left, which `rowCount` tells.
    public mutating func join(_ prompt: GenerationPrompt, _ requests: [RowRequest]) throws -> [RowID] {
        let length = prompt.tokens.count
        guard length > 0 else { throw GenerationError.emptyPrompt(index: 0) }
        let most = length + (requests.map(\.sampling.maximumNewTokens).max() ?? 0)
        guard most <= model.config.text.maximumPositions + 1 else {
            throw ModelInputError.tooLong(tokens: most, maximum: model.config.text.maximumPositions)
        }
        return try withoutGradient {
            let inputs = ModelInputs(
                tokens: try Tensor(prompt.tokens, shape: [1, length]).to(.int64).to(model.device), lengths: [length],
                paddingSide: .left, visionFeatures: prompt.visionFeatures)
            let own = model.trunk.makeCache(capacity: length)
            let state = try model.hiddenStates(inputs, cache: own).selected(1, -1)
            let firstPosition = try model.trunk.nextPositions(inputs)[0]
            let added = try requests.enumerated().map { index, request in
                Row(
                    id: RowID(number: nextNumber + index), request: request,
                    random: try RandomGenerator(seed: request.seed), promptLength: length, firstPosition: firstPosition)
            }
            nextNumber += requests.count
            try add(added, own, state)
            return added.map(\.id)
        }
    }

    /// Rows leave; those that have left already are ignored.
    public mutating func remove(_ ids: Set<RowID>) throws {
        try withoutGradient { try keep(rows.indices.filter { !ids.contains(rows[$0].id) }) }
    }

    private mutating func add(_ added: [Row], _ own: KVCache, _ state: Tensor) throws {
        let all = rows + added
        var parts = [KVCache.Part(own, rows: added.map { _ in 0 }, tokens: own.length)]
        if let cache, !rows.isEmpty { parts.insert(.init(cache, rows: Array(rows.indices), tokens: cache.length), at: 0) }
        let old = states.map { [$0] } ?? []
        // While the parts are used up there is no batch; it is whole again, or empty.
        (rows, cache, states, visible) = ([], nil, nil, nil)
        let together = try KVCache.joined(parts, capacity: all.map(\.mostTokens).max() ?? 0)
        let joined = try concatenated(old + added.map { _ in state })
        let visible = try Self.visibility(all, together, on: model.device)
        (rows, cache, states, self.visible) = (all, together, joined, visible)
    }

    private mutating func keep(_ kept: [Int]) throws {
        guard kept.count < rows.count, let cache, let states else { return }
        let living = kept.map { rows[$0] }
        guard let longest = living.map(\.length).max(), let capacity = living.map(\.mostTokens).max() else {
            (rows, self.cache, self.states, visible) = ([], nil, nil, nil)
            return
        }
        // A row that has drawn a token and not read it is one shorter in the cache than it is.
        let unread = (rows.map(\.length).max() ?? 0) - cache.length
        (rows, self.cache, self.states, visible) = ([], nil, nil, nil)
        let rest = try KVCache.joined([.init(cache, rows: kept, tokens: longest - unread)], capacity: capacity)
        let picked = try states.picked(Tensor(kept.map(Int64.init)).to(states.device))
        let visible = try Self.visibility(living, rest, on: model.device)
        (rows, self.cache, self.states, self.visible) = (living, rest, picked, visible)
    }

    /// Which columns are a row's own. Columns do not move while the same rows are together.
    private static func visibility(_ rows: [Row], _ cache: KVCache, on device: Device) throws -> Tensor? {
        guard let longest = rows.map(\.length).max(), Set(rows.map(\.length)).count > 1 else { return nil }
        let flags = rows.flatMap { row in (0..<cache.capacity).map { $0 >= longest - row.length } }
        return try Tensor(flags, shape: [rows.count, 1, 1, cache.capacity]).to(device)
    }

    // MARK: - One step

    /// Draws a token for every row. Rows that end with it have left when this returns, and so has a row whose logits are
    /// no numbers, which is told as an error of its own.
    public mutating func draw() throws -> [(row: RowID, result: Result<DrawnToken, GenerationError>)] {
        guard let states else { return [] }
        return try withoutGradient {
            let logits = try model.logits(states).to(.float32).to(.cpu)
            var results = [Result<DrawnToken, GenerationError>?](repeating: nil, count: rows.count)
            for group in alikeRows() { try draw(group, logits, &results) }
            let drawn = zip(rows, results).compactMap { row, result in result.map { (row: row.id, result: $0) } }
            try keep(rows.indices.filter { (try? results[$0]?.get())?.finishReason == nil && results[$0]?.isFailure == false })
            return drawn
        }
    }

    /// Rows with the same settings, whose logits are warped together.
    private func alikeRows() -> [[Int]] {
        var groups: [[Int]] = []
        for index in rows.indices {
            let alike = groups.firstIndex { Self.areAlike(rows[$0[0]], rows[index]) }
            if let alike { groups[alike].append(index) } else { groups.append([index]) }
        }
        return groups
    }

    private static func areAlike(_ first: Row, _ second: Row) -> Bool {
        var (one, other) = (first.request.sampling, second.request.sampling)
        // The length limit does not change what is drawn; penalties and a minimum depend on what each row wrote.
        (one.maximumNewTokens, other.maximumNewTokens) = (0, 0)
        return one == other && one.repetitionPenalty == 1 && one.minimumNewTokens == 0
    }

    private mutating func draw(
        _ group: [Int], _ logits: Tensor, _ results: inout [Result<DrawnToken, GenerationError>?]
    ) throws {
        let first = rows[group[0]]
        let drawing = makeDrawing(first.request.sampling)
        let warping = LogitWarping(
            config: first.request.sampling, forbidden: drawing.undrawable, endTokens: drawing.endTokens)
        let own = group.count == rows.count ? logits : try logits.picked(Tensor(group.map(Int64.init)))
        // A penalty is on what a row wrote itself, so such a row is a group of its own.
        let written = first.request.sampling.repetitionPenalty == 1 || first.written.isEmpty ? nil : try Tensor([first.written])
        let logProbs = try warping(own, written: written, length: first.written.count).logSoftmax(dim: 1)
        let largest = try logProbs.largest(1, dim: 1).values.floats()
        let likeliest = try logProbs.argmax(dim: 1).values(as: Int32.self)
        for (place, index) in group.enumerated() {
            guard largest[place].isFinite else {
                results[index] = .failure(.notFinite(prompt: 0, token: rows[index].written.count))
                rows[index].written.append(0)
                continue
            }
            let row = try logProbs.sliced(0, place..<(place + 1))
            let id =
                first.request.sampling.isGreedy
                ? likeliest[place] : try row.exp().sampled(using: rows[index].random).values(as: Int32.self)[0]
            let logProb = id == likeliest[place] ? largest[place] : try Float(row.selected(0, 0).selected(0, Int(id)).item())
            rows[index].written.append(Int64(id))
            results[index] = .success(
                DrawnToken(
                    id: id, logProb: logProb,
                    alternatives: try Self.alternatives(row, rows[index].request.alternativeCount),
                    finishReason: finishReason(rows[index], drawing.endTokens)))
        }
    }

    private func finishReason(_ row: Row, _ endTokens: [Int32]) -> FinishReason? {
        if let last = row.written.last, endTokens.contains(Int32(truncatingIfNeeded: last)) { return .stop }
        return row.written.count < row.request.sampling.maximumNewTokens ? nil : .length
    }

    private static func alternatives(_ row: Tensor, _ count: Int) throws -> [DrawnToken.Alternative] {
        guard count > 0 else { return [] }
        let (values, indices) = try row.largest(min(count, row.size(1)), dim: 1)
        return try zip(indices.values(as: Int32.self), values.floats()).filter(\.1.isFinite).map {
            DrawnToken.Alternative(id: $0, logProb: $1)
        }
    }

    /// Reads the tokens just drawn.
    public mutating func advance() throws {
        guard let cache, !rows.isEmpty else { return }
        try withoutGradient {
            let tokens = try Tensor(rows.map { $0.written.last ?? 0 }, shape: [rows.count, 1]).to(model.device)
            let positions = try Tensor(
                rows.map { Int64($0.firstPosition + $0.written.count - 1) }, shape: [rows.count, 1]
            ).to(model.device)
            let mask = try visible?.sliced(3, 0..<(cache.length + 1))
            states = try model.trunk.nextStates(tokens, positions: positions, mask: mask, cache: cache).selected(1, 0)
        }
    }
}

extension Result {
    fileprivate var isFailure: Bool {
        if case .failure = self { true } else { false }
    }
}
