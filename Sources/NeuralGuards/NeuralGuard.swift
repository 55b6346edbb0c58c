import Conversations
import Evaluation
public import Foundation
public import Guardrails
import PreferenceData
import RunFolders
public import Torch
import VisionLanguageModels

/// A trained guard behind the guards' protocol: what gateways and `guard regenerate` ask.
///
/// One executor of its own runs the model, so that a forward blocks no thread that serves. Judgements that come while it is
/// busy wait and are computed together in the next batch. One that fails in a batch is tried alone, so that it spoils no
/// other. Anything but finite numbers is an error, and an error is never "safe".
public actor NeuralGuard: Guard {
    public nonisolated let identity: GuardIdentity
    public nonisolated let limits: GuardLimits
    private nonisolated let executor = TensorExecutor(label: "safe-rlhf-v.guard")
    private let classifier: GuardClassifier
    private let temperatures: GuardTemperatures
    private let batchSize: Int
    private var waiting: [Waiting] = []
    private var isDraining = false

    private struct Waiting {
        /// The samples of each input: one for each turn that is judged.
        let samples: [[EncodedSample]]
        let continuation: CheckedContinuation<[Verdict], any Error>

        var count: Int { samples.reduce(0) { $0 + $1.count } }
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Loads a guard's folder, with its calibration.
    ///
    /// - Parameters:
    ///   - batchSize: samples that are computed together.
    ///   - pictureMemory: bytes of pictures' features that may be kept between judgements.
    public init(_ folder: URL, device: Device = .cpu, batchSize: Int = 64, pictureMemory: Int = 64 << 20) throws {
        let model = try GuardModel.load(folder, device: device)
        classifier = GuardClassifier(
            model, try Processor(readingFrom: folder), batchSize: batchSize, pictureMemory: pictureMemory)
        temperatures = model.settings.temperatures
        self.batchSize = max(1, batchSize)
        identity = GuardIdentity(name: folder.lastPathComponent, hash: try Fingerprint.ofTree(folder))
        // A token is at least a byte: whatever has more bytes than this is longer than the model reads, so only the
        // tokens' own count, below, can be stricter.
        limits = GuardLimits(textBytes: model.config.text.maximumPositions * Self.mostBytesOfToken)
    }

    /// No vocabulary in use has longer tokens than runs of 128 spaces.
    private static let mostBytesOfToken = 128

    public func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
        guard !inputs.isEmpty else { return [] }
        let samples = try inputs.map(samples)
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(Waiting(samples: samples, continuation: continuation))
            guard !isDraining else { return }
            isDraining = true
            Task { await drain() }
        }
    }

    private func drain() async {
        while !waiting.isEmpty {
            // Whoever asked while the last batch was computed may join this one.
            await Task.yield()
            var batch: [Waiting] = []
            var count = 0
            while let next = waiting.first, batch.isEmpty || count + next.count <= batchSize {
                batch.append(waiting.removeFirst())
                count += next.count
            }
            answer(batch)
        }
        isDraining = false
    }

    private func answer(_ batch: [Waiting]) {
        do {
            var verdicts = try verdicts(batch.flatMap(\.samples))[...]
            for request in batch {
                request.continuation.resume(returning: Array(verdicts.prefix(request.samples.count)))
                verdicts = verdicts.dropFirst(request.samples.count)
            }
        } catch where batch.count > 1 {
            for request in batch { answer([request]) }
        } catch {
            for request in batch { request.continuation.resume(throwing: GuardError.failed(reason: "\(error)")) }
        }
    }

    /// One verdict for each input: that of its turn, or of all its turns together.
    private func verdicts(_ inputs: [[EncodedSample]]) throws -> [Verdict] {
        var scores = try classifier.scores(inputs.flatMap { $0 })[...]
        return try inputs.map { samples in
            let verdicts = try scores.prefix(samples.count).map { try Verdict($0.prediction(temperatures)) }
            scores = scores.dropFirst(samples.count)
            guard let first = verdicts.first else { throw GuardError.failed(reason: "an input without a turn") }
            return verdicts.dropFirst().reduce(first) { $0.joined(with: $1) }
        }
    }

    /// The turns to judge, as tokens: the last one for a question or a response, every one for a conversation, or where
    /// somebody else speaks last than the view says.
    private func samples(of input: GuardInput) throws -> [EncodedSample] {
        let turns = Conversation(input.turns).judgedTurns
        let expected: GuardView? = switch input.view {
        case .query: .query
        case .response: .response
        case .conversation: nil
        }
        let judged = turns.last?.guardView == expected ? turns.suffix(1) : turns[...]
        guard !judged.isEmpty else { throw GuardError.failed(reason: "there is no turn to judge") }
        return try judged.map { turn in
            let sample: EncodedSample
            do { sample = try classifier.encoded(turn) } catch { throw GuardError.failed(reason: "\(error)") }
            guard sample.tokens.count <= classifier.maximumTokens else {
                throw GuardError.tooLong(found: sample.tokens.count, limit: classifier.maximumTokens, unit: "tokens")
            }
            return sample
        }
    }
}

extension Verdict {
    /// A model's probabilities as a verdict.
    init(_ prediction: GuardPrediction) throws(VerdictError) {
        try self.init(
            unsafe: prediction.unsafe,
            levels: Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0, min(1, prediction.probability(of: $0))) }),
            categories: Dictionary(uniqueKeysWithValues: HarmCategory.allCases.map { ($0, min(1, prediction.probability(of: $0))) }),
            refusal: prediction.refusal)
    }
}
