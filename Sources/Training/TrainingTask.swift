public import Foundation

/// A training run, taken step by step: what every algorithm offers to the driver that saves, resumes and reports.
public protocol TrainingTask: AnyObject {
    /// For progress lines, such as `reward model`.
    var title: String { get }
    /// Steps already taken.
    var step: Int { get }
    var totalSteps: Int { get }
    /// Takes the next step. A refused step changes nothing but the counters, the place in the data and the random
    /// stream. Throws `StepInterrupted`, with nothing changed at all, when it was asked to stop on the way.
    func advance() throws -> StepReport
    /// Writes everything that `restore` needs to go on exactly there.
    func save(to folder: URL) throws
    func restore(from folder: URL) throws
    /// Writes what was trained as a model folder.
    func export(to folder: URL) throws
}

/// What one step did.
public struct StepReport {
    /// Under the names of docs/metrics.md.
    public var metrics: [String: Double]
    /// Why the step changed nothing; `nil` when it was taken.
    public var refusal: StepRefusal?

    public init(metrics: [String: Double], refusal: StepRefusal? = nil) { (self.metrics, self.refusal) = (metrics, refusal) }
}

/// A step that was left out, because a number in it was infinite or not a number.
public struct StepRefusal: Equatable, Sendable {
    /// Which number: "rewards", "policy gradient", "loss".
    public let site: String
    /// What the step was about to learn from, by its place among what the task was given to learn from.
    public let items: [Int]
    /// Updates of the same step that had been taken, each as a whole, before the one that was refused.
    public let appliedUpdates: Int

    public init(site: String, items: [Int], appliedUpdates: Int = 0) {
        (self.site, self.items, self.appliedUpdates) = (site, items, appliedUpdates)
    }
}

/// Thrown out of a step that was asked to stop before it had changed anything.
struct StepInterrupted: Error {}
