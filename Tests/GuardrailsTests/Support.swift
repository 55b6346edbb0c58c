import Conversations
import Foundation
import Guardrails
import ImageProcessing
import SafetyPolicies
import Synchronization

/// A verdict by hand.
func verdict(
    unsafe: Double = 0.01, level: Severity = .safe, _ categories: [HarmCategory: Double] = [:], refusal: Double = 0
) throws -> Verdict {
    try Verdict(
        unsafe: unsafe,
        levels: Dictionary(uniqueKeysWithValues: Severity.allCases.map { ($0, $0 == level ? 0.9 : 0.03) }),
        categories: Dictionary(uniqueKeysWithValues: HarmCategory.allCases.map { ($0, categories[$0] ?? 0.01) }),
        refusal: refusal)
}

/// A guard that does as it is told and remembers what it was asked.
final class ScriptedGuard: Guard {
    let identity = GuardIdentity(name: "scripted", hash: String(repeating: "0", count: 64))
    let limits: GuardLimits
    private let asked = Mutex<[[GuardInput]]>([])
    private let answer: @Sendable ([GuardInput]) async throws -> [Verdict]

    init(limits: GuardLimits = GuardLimits(), _ answer: @escaping @Sendable ([GuardInput]) async throws -> [Verdict]) {
        self.limits = limits
        self.answer = answer
    }

    var inputs: [GuardInput] { asked.withLock { $0.flatMap(\.self) } }
    var calls: Int { asked.withLock { $0.count } }

    func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
        asked.withLock { $0.append(inputs) }
        return try await answer(inputs)
    }
}

/// A clock that moves when the test says so; whoever sleeps wakes when its time has come.
final class ManualTime: Sendable {
    private struct State {
        var now = Duration.zero
        var sleepers: [(id: Int, until: Duration, continuation: CheckedContinuation<Void, any Error>)] = []
        var nextID = 0
    }

    private let state = Mutex(State())

    var source: TimeSource {
        TimeSource(now: { self.state.withLock { $0.now } }, sleep: { try await self.sleep($0) })
    }

    var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    func advance(_ duration: Duration) {
        let awake = state.withLock { state in
            state.now += duration
            let awake = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return awake
        }
        for sleeper in awake { sleeper.continuation.resume() }
    }

    private func sleep(_ duration: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled { return true }
                    state.sleepers.append((id, state.now + duration, continuation))
                    return false
                }
                if isOver { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}

/// A picture of one colour, with a square of another in it.
func picture(width: Int = 32, height: Int = 24, patch: (side: Int, red: UInt8, green: UInt8, blue: UInt8)? = nil) throws
    -> EncodedImage
{
    var pixels = [UInt8](repeating: 200, count: width * height * 3)
    if let patch {
        for y in 4..<4 + patch.side {
            for x in 5..<5 + patch.side {
                let at = (y * width + x) * 3
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (patch.red, patch.green, patch.blue)
            }
        }
    }
    return EncodedImage(bytes: try Image(width: width, height: height, pixels: pixels).encodedPNG())
}
