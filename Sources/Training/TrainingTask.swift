public import Foundation

/// A training run, taken step by step: what every algorithm offers to the driver that saves, resumes and reports.
public protocol TrainingTask: AnyObject {
    /// For progress lines, such as `reward model`.
    var title: String { get }
    /// Steps already taken.
    var step: Int { get }
    var totalSteps: Int { get }
    /// Takes the next step; returns its metrics under the names of docs/metrics.md. A refused step changes nothing but
    /// the counters and the place in the data.
    func advance() throws -> [String: Double]
    /// Writes everything that `restore` needs to go on exactly there.
    func save(to folder: URL) throws
    func restore(from folder: URL) throws
    /// Writes what was trained as a model folder.
    func export(to folder: URL) throws
}
