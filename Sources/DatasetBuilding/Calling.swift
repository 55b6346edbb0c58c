import Conversations
import DurableFiles
import Foundation
import StrictJSON

/// One call that a stage wants made.
struct Call: Sendable {
    var key: String
    var speaker: any Speaker
    var input: JSONValue
    var purpose: Purpose
    var system = ""
    var text: String
    var picture: BuildPicture
    /// What the stage makes of the answer; throws when it cannot use it.
    var read: @Sendable (String) throws -> JSONValue

    fileprivate func made(seed: UInt64) async -> Result<StageRecord, CallFailure> {
        var answer: SpokenAnswer?
        do {
            let request = SpokenRequest(purpose: purpose, system: system, text: text, image: try picture.image(), seed: seed)
            let spoken = try await speaker.answer(request)
            answer = spoken
            let result = try read(spoken.text)
            return .success(
                StageRecord(
                    key: key, speaker: speaker.name, input: input, system: system, prompt: text, answer: spoken, result: result))
        } catch {
            return .failure(CallFailure(call: self, reason: "\(error)", answer: answer))
        }
    }
}

private struct CallFailure: Error {
    var call: Call
    var reason: String
    var answer: SpokenAnswer?
}

/// What a stage came to.
public struct StageTally: Sendable, Equatable {
    public var name: String
    /// Calls that have an answer, and how many of them were answered in earlier runs.
    public var done, reused: Int
    /// Calls that still have none; the ledger says why.
    public var failed: Int
    /// Of all answers in the stage's file, and of those that could not be used.
    public var promptTokens, completionTokens: Int
}

/// Makes the calls of stages, some at a time, and writes down each answer and each failure.
final class Caller {
    private(set) var tallies: [StageTally] = []
    private let folder: URL
    private let config: BuildConfig
    private let ledger: JSONLinesLog
    private let shouldStop: @Sendable () -> Bool
    /// Tokens spent on answers that could not be used, by stage, in this and earlier runs.
    private var wasted: [String: SpokenAnswer] = [:]

    init(_ folder: URL, _ config: BuildConfig, shouldStop: @escaping @Sendable () -> Bool) throws {
        (self.folder, self.config, self.shouldStop) = (folder, config, shouldStop)
        var wasted: [String: SpokenAnswer] = [:]
        ledger = try JSONLinesLog(folder.appending(path: "failures.jsonl")) { _, row in
            guard let stage = row["stage"]?.string else { return }
            wasted[stage, default: .nothing].add(row["prompt_tokens"]?.integer ?? 0, row["completion_tokens"]?.integer ?? 0)
        }
        self.wasted = wasted
    }

    /// The records of the calls that have an answer, by key: from the stage's file, or made now and written there.
    func records(_ stage: Stage, _ calls: [Call]) async throws -> [String: StageRecord] {
        var records: [String: StageRecord] = [:]
        let log = try JSONLinesLog(folder.appending(path: stage.rawValue + ".jsonl")) { line, json in
            guard let record = StageRecord(json) else {
                throw BuildError.damaged(
                    file: stage.rawValue + ".jsonl", line: line, reason: "not a record of this stage")
            }
            records[record.key] = record
        }
        let reused = calls.count { records[$0.key] != nil }
        var pending = calls.filter { records[$0.key] == nil }
        for attempt in 1...config.attempts where !pending.isEmpty {
            pending = try await make(pending, seed: { self.config.seed &+ stableHash($0.key) &+ UInt64(attempt) }) { record in
                try log.append(record.json)
                records[record.key] = record
            } failed: { failure in
                try self.note(stage.rawValue, failure, attempt)
            }
        }
        var spent = wasted[stage.rawValue] ?? .nothing
        for record in records.values { spent.add(record.answer.promptTokens, record.answer.completionTokens) }
        tallies.append(
            StageTally(
                name: stage.rawValue, done: calls.count - pending.count, reused: reused, failed: pending.count,
                promptTokens: spent.promptTokens, completionTokens: spent.completionTokens))
        return records
    }

    /// A failure without a call.
    func note(_ stage: String, key: String, _ reason: String) throws {
        try ledger.append([
            "at": .string(Date().ISO8601Format()), "stage": .string(stage), "key": .string(key), "reason": .string(reason),
        ])
    }

    private func note(_ stage: String, _ failure: CallFailure, _ attempt: Int) throws {
        let answer = failure.answer ?? .nothing
        wasted[stage, default: .nothing].add(answer.promptTokens, answer.completionTokens)
        try ledger.append([
            "at": .string(Date().ISO8601Format()), "stage": .string(stage), "key": .string(failure.call.key),
            "speaker": .string(failure.call.speaker.name), "attempt": .integer(Int64(attempt)),
            "reason": .string(failure.reason), "prompt": .string(failure.call.text),
            "answer": failure.answer.map { JSONValue.string($0.text) } ?? .null,
            "prompt_tokens": .integer(Int64(answer.promptTokens)), "completion_tokens": .integer(Int64(answer.completionTokens)),
        ])
    }

    /// Makes calls, at most `parallelCalls` at a time; those that failed. When asked to stop it begins no more, and writes
    /// down those under way.
    private func make(
        _ calls: [Call], seed: (Call) -> UInt64, done: (StageRecord) throws -> Void, failed: (CallFailure) throws -> Void
    ) async throws -> [Call] {
        try await withThrowingTaskGroup(of: Result<StageRecord, CallFailure>.self) { group in
            var (waiting, failures) = (calls[...], [Call]())
            func begin() {
                guard !shouldStop(), let call = waiting.popFirst() else { return }
                let seed = seed(call)
                group.addTask { await call.made(seed: seed) }
            }
            for _ in 0..<config.parallelCalls { begin() }
            while let result = try await group.next() {
                switch result {
                case .success(let record): try done(record)
                case .failure(let failure):
                    try failed(failure)
                    failures.append(failure.call)
                }
                begin()
            }
            guard waiting.isEmpty else { throw BuildError.interrupted }
            return failures
        }
    }
}

extension SpokenAnswer {
    fileprivate static let nothing = SpokenAnswer(text: "", promptTokens: 0, completionTokens: 0)

    fileprivate mutating func add(_ prompt: Int, _ completion: Int) {
        promptTokens += max(0, min(prompt, 1 << 40))
        completionTokens += max(0, min(completion, 1 << 40))
    }
}

/// FNV-1a of a text: the same on every machine and in every run.
func stableHash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}
