import DurableFiles
public import Foundation
public import RunFolders

/// How often a run is saved.
public struct CheckpointingConfig: Codable, Equatable, Sendable {
    /// Steps between checkpoints; 0 saves only at the end and when interrupted.
    public var everySteps = 200
    /// Checkpoints kept.
    public var keepLast = 2
    /// Refused steps in a row that end the run.
    public var maximumRefusedSteps = 5

    public init() {}

    func problems(_ path: String) -> [String] {
        var problems: [String] = []
        if everySteps < 0 { problems.append("\(path).everySteps must be ≥ 0, found \(everySteps)") }
        if keepLast < 1 { problems.append("\(path).keepLast must be ≥ 1, found \(keepLast)") }
        if maximumRefusedSteps < 1 { problems.append("\(path).maximumRefusedSteps must be ≥ 1, found \(maximumRefusedSteps)") }
        return problems
    }
}

/// Drives a task to its end: resume, step, record, save, export.
public struct TrainingDriver {
    private let run: RunDirectory
    private let config: CheckpointingConfig
    private let checkpoints: CheckpointStore

    public init(_ run: RunDirectory, _ config: CheckpointingConfig) {
        (self.run, self.config) = (run, config)
        checkpoints = run.checkpoints(keepLast: config.keepLast)
    }

    /// Where the trained model is written when the task is done.
    public var modelFolder: URL { run.file("model") }

    /// - Parameters:
    ///   - name: what its progress is called; without one the task's title.
    ///   - resuming: go on from the newest whole checkpoint; without one the run starts anew.
    ///   - output: where progress is written.
    ///   - say: takes a sentence for the person who watches.
    public func drive(
        _ task: any TrainingTask, named name: String? = nil, resuming: Bool, output: ProgressOutput = .standardError,
        say: (String) -> Void = { _ in }
    ) throws {
        if resuming { try restore(task, say) }
        let log = try MetricsLog(in: run, continuingAfter: task.step)
        log.notices.forEach(say)
        let progress = ProgressReporter(name ?? task.title, total: task.totalSteps, firstStep: task.step, output: output)
        var refusedInARow = 0
        while task.step < task.totalSteps {
            guard !InterruptFlag.isRaised, let report = try attempt(task) else { throw try interrupted(task, log) }
            try log.record(step: task.step, report.metrics)
            progress.report(step: task.step, Self.headlines(report.metrics))
            refusedInARow = report.refusal == nil ? 0 : refusedInARow + 1
            if let refusal = report.refusal {
                say(Self.sentence(refusal, step: task.step))
                guard refusedInARow < config.maximumRefusedSteps else {
                    throw TrainingError.tooManyRefusedSteps(count: refusedInARow, site: refusal.site)
                }
            }
            if config.everySteps > 0, task.step % config.everySteps == 0 { try save(task, log) }
        }
        try save(task, log)
        try export(task)
    }

    /// `nil` when the step was asked to stop on the way.
    private func attempt(_ task: any TrainingTask) throws -> StepReport? {
        do { return try task.advance() } catch is StepInterrupted { return nil }
    }

    private static func sentence(_ refusal: StepRefusal, step: Int) -> String {
        let applied = refusal.appliedUpdates
        return "step \(step) was refused" + (applied > 0 ? " after \(applied) of its updates" : "")
            + ": not finite in \(refusal.site); items of the data: " + refusal.items.map(String.init).joined(separator: " ")
    }

    private func restore(_ task: any TrainingTask, _ say: (String) -> Void) throws {
        let (checkpoint, rejected) = try checkpoints.newestValid()
        rejected.forEach(say)
        guard let checkpoint else { return say("no checkpoint yet: starting at step 0") }
        try task.restore(from: checkpoint.folder)
        say("resuming after step \(checkpoint.step)")
    }

    private func interrupted(_ task: any TrainingTask, _ log: MetricsLog) throws -> TrainingError {
        try save(task, log)
        return .interrupted(step: task.step, folder: run.url.path)
    }

    /// The log first, so that it reaches at least to the checkpoint's step, whatever happens.
    private func save(_ task: any TrainingTask, _ log: MetricsLog) throws {
        try log.synchronise()
        try checkpoints.save(step: task.step) { try task.save(to: $0) }
    }

    private func export(_ task: any TrainingTask) throws {
        guard !FileManager.default.fileExists(atPath: modelFolder.path) else { return }
        try DurableFiles.publishDirectory(at: modelFolder) { try task.export(to: $0) }
    }

    private static func headlines(_ metrics: [String: Double]) -> [(name: String, value: Double)] {
        ["train/loss", "reward/mean", "cost/mean", "lagrange/lambda", "ppo/kl"].compactMap { name in
            metrics[name].map { (name, $0) }
        }
    }
}
