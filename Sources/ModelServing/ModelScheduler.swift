public import Foundation
import Generation
import Synchronization
import Tokenizers
public import Torch
import VisionLanguageModels

/// One model that answers many requests at once: new ones join between two steps, rows that are done leave at once.
///
/// An executor of its own runs the model, so that a step blocks no thread that serves. Requests wait in the order in which
/// they came, within bounds; one whose client has left is dropped at the next step, and its memory with it. What a request
/// gets does not depend on the others, nor on when it came.
public actor ModelScheduler {
    public nonisolated let config: ServingConfig
    /// Prompt and response together; what the model's positions allow.
    public nonisolated let contextTokens: Int
    nonisolated let processor: Processor
    nonisolated let cacheLimit: Int
    nonisolated let bytesPerToken: Int
    private nonisolated let executor = TensorExecutor(label: "safe-rlhf-v.model")
    private nonisolated let intake = Mutex(Intake())

    private let model: VisionLanguageModel
    private var batch: ContinuousBatch
    private var rows: [ContinuousBatch.RowID: ServedRow] = [:]

    private struct Intake {
        var waiting: [WaitingRequest] = []
        var isRunning = false
        var load = ServingLoad()
    }

    /// Loads a model's folder.
    public init(
        _ folder: URL, _ config: ServingConfig = ServingConfig(), dtype: DType = .float32, device: Device = .cpu
    ) throws {
        model = try VisionLanguageModel.load(folder, dtype: dtype, device: device)
        processor = try Processor(readingFrom: folder)
        batch = ContinuousBatch(model, processor)
        contextTokens = model.config.text.maximumPositions
        bytesPerToken = ContinuousBatch.bytesPerToken(model)
        cacheLimit = config.cacheMebibytes << 20
        self.config = config
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the model is busy with, and what it has done.
    public nonisolated var load: ServingLoad {
        intake.withLock { intake in
            var load = intake.load
            load.waiting = intake.waiting.count
            return load
        }
    }

    /// Lets a request in. Its events end with an error when it cannot be served; whoever stops reading them cancels it.
    ///
    /// - Throws: `ServingError.queueIsFull`.
    public nonisolated func serve(_ request: PreparedRequest) throws(ServingError) -> AsyncThrowingStream<ServedEvent, any Error> {
        let (events, continuation) = AsyncThrowingStream<ServedEvent, any Error>.makeStream()
        let waiting = WaitingRequest(request, continuation, since: .now)
        let (starts, isFull) = intake.withLock { intake in
            // With nothing running, the first one waits for no place.
            guard intake.waiting.count < max(1, config.waitingRequests) else { return (false, true) }
            intake.waiting.append(waiting)
            defer { intake.isRunning = true }
            return (!intake.isRunning, false)
        }
        if isFull { throw .queueIsFull(waiting: config.waitingRequests) }
        continuation.onTermination = { [ticket = waiting.ticket] _ in ticket.cancel() }
        if starts { Task { await run() } }
        return events
    }

    // MARK: - The loop

    private func run() {
        while true {
            dropCancelled()
            admit()
            if !rows.isEmpty { step() }
            let isDone = intake.withLock { intake in
                intake.load.rows = batch.rowCount
                intake.load.cacheBytes = batch.cacheBytes
                guard rows.isEmpty, intake.waiting.isEmpty else { return false }
                intake.isRunning = false
                return true
            }
            if isDone { return }
        }
    }

    /// One token for every row.
    private func step() {
        do {
            let drawn = try batch.draw()
            var ended: Set<ContinuousBatch.RowID> = []
            for (id, result) in drawn {
                switch result {
                case .success(let token): if take(token, of: id) { ended.insert(id) }
                case .failure(let error): ended.formUnion(fail(id, .failed(reason: "\(error)")))
                }
            }
            intake.withLock { intake in
                intake.load.steps += 1
                intake.load.responseTokens += drawn.count
            }
            try batch.remove(ended)
            try batch.advance()
        } catch { failAll("\(error)") }
    }

    /// Tells a token; whether the row is done with it.
    private func take(_ token: DrawnToken, of id: ContinuousBatch.RowID) -> Bool {
        guard var row = rows[id] else { return true }
        let isDone = row.take(token, processor.tokenizer)
        rows[id] = isDone ? nil : row
        return isDone
    }

    // MARK: - Coming and going

    /// New requests join, in their order, as long as there is room.
    private func admit() {
        var read = 0
        while rows.isEmpty || read < config.promptTokensPerStep, let next = nextFitting() {
            read += next.request.promptTokens
            join(next)
        }
    }

    private func nextFitting() -> WaitingRequest? {
        let now = ContinuousClock.now
        return intake.withLock { intake in
            intake.waiting.removeAll { waiting in
                let isLate = now - waiting.since > .seconds(config.waitingSeconds)
                if isLate { waiting.continuation.finish(throwing: ServingError.waitedTooLong(seconds: config.waitingSeconds)) }
                return isLate || waiting.ticket.isCancelled
            }
            guard let next = intake.waiting.first else { return nil }
            let bytes = batch.cacheBytes(adding: next.request.rows.count, mostTokens: next.request.mostTokens)
            guard batch.rowCount + next.request.rows.count <= config.rows, bytes <= cacheLimit else { return nil }
            return intake.waiting.removeFirst()
        }
    }

    private func join(_ waiting: WaitingRequest) {
        let request = waiting.request
        do {
            let features = try withoutGradient { try model.trunk.visionFeatures(request.pictures) }
            let ids = try batch.join(GenerationPrompt(tokens: request.tokens, visionFeatures: features), request.rows)
            let served = RunningRequest(waiting, choiceCount: ids.count)
            for (choice, id) in ids.enumerated() {
                rows[id] = ServedRow(served, choice: choice, ResponseText(processor.tokenizer, stops: request.stops))
            }
            intake.withLock { $0.load.promptTokens += request.promptTokens }
        } catch {
            waiting.continuation.finish(throwing: ServingError.failed(reason: "\(error)"))
            // An error of the device's may have taken the others' memory with it.
            if batch.rowCount < rows.count { failAll("\(error)") }
        }
    }

    private func dropCancelled() {
        let gone = rows.filter { $0.value.request.ticket.isCancelled }.map(\.key)
        guard !gone.isEmpty else { return }
        for id in gone { rows[id] = nil }
        intake.withLock { $0.load.cancelledRows += gone.count }
        do { try batch.remove(Set(gone)) } catch { failAll("\(error)") }
    }

    /// Ends the request of a row with an error; its rows.
    private func fail(_ id: ContinuousBatch.RowID, _ error: ServingError) -> [ContinuousBatch.RowID] {
        guard let request = rows[id]?.request else { return [id] }
        request.continuation.finish(throwing: error)
        let all = rows.filter { $0.value.request === request }.map(\.key)
        for id in all { rows[id] = nil }
        return all
    }

    private func failAll(_ reason: String) {
        for row in rows.values { row.request.continuation.finish(throwing: ServingError.failed(reason: reason)) }
        rows = [:]
        batch = ContinuousBatch(model, processor)
    }
}
