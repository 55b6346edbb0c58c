import Synchronization
import Testing

@testable import Quickstart

/// What happened, in order, and how many stages ran at once.
private final class Diary: Sendable {
    private struct Entries { var started: [String] = [], ended: [String] = [], doneBefore: [String: [String]] = [:], mostRunning = 0 }
    private let entries = Mutex(Entries())

    var started: [String] { entries.withLock { $0.started } }
    func doneBefore(_ name: String) -> Set<String> { entries.withLock { Set($0.doneBefore[name] ?? []) } }
    var mostRunning: Int { entries.withLock { $0.mostRunning } }

    func start(_ name: String) {
        entries.withLock {
            $0.started.append(name)
            $0.doneBefore[name] = $0.ended
            $0.mostRunning = max($0.mostRunning, $0.started.count - $0.ended.count)
        }
    }

    func end(_ name: String) {
        entries.withLock { $0.ended.append(name) }
    }
}

private struct Broken: Error {}

@Suite("Stages and what they need")
struct StageGraphTests {
    private let graph = StageGraph([
        Stage("data") {}, Stage("reward", needs: ["data"]) {}, Stage("cost", needs: ["data"]) {},
        Stage("policy", needs: ["reward", "cost"]) {}, Stage("guard", needs: ["data"]) {},
    ])

    private func run(lanes: Int, failing: String? = nil) async -> (diary: Diary, failed: Bool) {
        let diary = Diary()
        do {
            try await graph.run(lanes: lanes) { stage in
                diary.start(stage.name)
                defer { diary.end(stage.name) }
                if stage.name == failing { throw Broken() }
            }
            return (diary, false)
        } catch { return (diary, true) }
    }

    @Test("one at a time they run in their order")
    func serial() async {
        let (diary, failed) = await run(lanes: 1)
        #expect(diary.started == ["data", "reward", "cost", "policy", "guard"] && !failed)
        #expect(diary.mostRunning == 1)
    }

    @Test("side by side every stage runs once, after all that it needs, and never more than the lanes", arguments: [2, 3, 9])
    func sideBySide(lanes: Int) async {
        let (diary, failed) = await run(lanes: lanes)
        #expect(diary.started.sorted() == ["cost", "data", "guard", "policy", "reward"] && !failed)
        #expect(diary.mostRunning <= lanes)
        #expect(diary.doneBefore("policy").isSuperset(of: ["data", "reward", "cost"]))
        for stage in ["reward", "cost", "guard"] { #expect(diary.doneBefore(stage).contains("data")) }
    }

    @Test("after a failure nothing that needs it starts, and the error comes out")
    func failure() async {
        let (diary, failed) = await run(lanes: 1, failing: "cost")
        #expect(failed && diary.started == ["data", "reward", "cost"])
    }
}
