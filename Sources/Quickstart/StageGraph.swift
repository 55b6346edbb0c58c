/// A part of the story that leaves a model behind.
struct Stage: Sendable {
    let name: String
    /// Stages that must be done before it.
    let needs: [String]
    let run: @Sendable () throws -> Void

    init(_ name: String, needs: [String] = [], run: @escaping @Sendable () throws -> Void) {
        (self.name, self.needs, self.run) = (name, needs, run)
    }
}

/// Stages and what each needs. Those that do not need each other run side by side.
struct StageGraph: Sendable {
    private let stages: [Stage]

    /// - Parameter stages: of several that could start, the first one does; whatever one needs stands before it.
    init(_ stages: [Stage]) { self.stages = stages }

    /// Runs all of them, at most `lanes` at a time. When one fails, no other starts, and those that run end first.
    ///
    /// - Parameter execute: runs one stage; on a thread of the pool.
    func run(lanes: Int, _ execute: @escaping @Sendable (Stage) throws -> Void) async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            var waiting = stages
            var done: Set<String> = []
            var runningCount = 0
            while true {
                while runningCount < max(1, lanes), let index = waiting.firstIndex(where: { done.isSuperset(of: $0.needs) }) {
                    let stage = waiting.remove(at: index)
                    runningCount += 1
                    group.addTask {
                        try execute(stage)
                        return stage.name
                    }
                }
                guard let name = try await group.next() else { return }
                done.insert(name)
                runningCount -= 1
            }
        }
    }
}
