import DurableFiles
public import Foundation
import StrictJSON

/// The numbers of every step: `metrics.jsonl`, and the same as TensorBoard events.
///
/// A line is handed to the system as soon as it is recorded. A run that goes on first cuts the log back to its
/// checkpoint's step, so that no step stands twice. Names are those of `MetricName.table`.
public final class MetricsLog {
    /// What was wrong with the log of an earlier start: lines that cannot be read, steps that are missing. One sentence
    /// each; such lines are left out of the log.
    public let notices: [String]
    private let file: AppendableFile
    private let events: EventFile

    /// - Parameter step: the step that the run goes on from; later lines are removed. 0 starts anew.
    public init(in run: RunDirectory, continuingAfter step: Int, at time: Date = Date()) throws {
        let url = run.folder.metrics
        notices = try MetricsLog.cutBack(url, after: step)
        file = try AppendableFile(appendingTo: url)
        events = try EventFile(in: run.folder.events, continuingAfter: step, at: time)
    }

    /// One step's metrics, by name. Numbers that are not finite are written as "NaN", "Infinity" and "-Infinity".
    ///
    /// A name that is not in `MetricName.table` is a programming mistake: it traps in debug builds.
    public func record(step: Int, _ metrics: [String: Double], at time: Date = Date()) throws {
        let unlisted = metrics.keys.filter { MetricName.named($0) == nil }
        assert(unlisted.isEmpty, "MetricsLog: not in MetricName.table: \(unlisted.sorted())")
        let ordered = metrics.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let members = [("step", JSONValue.integer(Int64(step)))] + ordered.map { ($0.name, JSONValue.number($0.value)) }
        try file.append(JSONValue.object(JSONObject(members)).serialized() + "\n")
        try events.record(step: step, ordered, at: time)
    }

    /// Waits until everything recorded is on the device. Called before a checkpoint is saved, it makes sure that the log
    /// reaches at least to the checkpoint's step, whatever happens.
    public func synchronise() throws {
        try file.synchronise()
        try events.synchronise()
    }

    private static func cutBack(_ url: URL, after step: Int) throws -> [String] {
        guard step > 0, FileManager.default.fileExists(atPath: url.path) else {
            try DurableFiles.write("", to: url)
            return []
        }
        var notices: [String] = []
        var (number, last) = (0, 0)
        let kept = try DurableFile(replacing: url)
        try LogLines.read(url) { line, isWhole in
            number += 1
            guard isWhole else { return }
            guard let found = (try? JSONValue(parsing: line))?["step"]?.integer, found > last else {
                notices.append("metrics.jsonl: line \(number) is not that of a later step and was left out")
                return
            }
            guard found <= step else { return }
            last = found
            try kept.write(line + [UInt8(ascii: "\n")])
        }
        try kept.commit()
        if last < step { notices.append("metrics.jsonl: the steps from \(last + 1) to \(step) are missing") }
        return notices
    }
}

extension MetricsLog {
    /// The points of one metric in the log of a finished or running run, in the order of the steps. Numbers that are not
    /// finite are among them. Throws when a line cannot be read, except for a last one that is still being written.
    public static func points(of name: String, in file: URL) throws -> [(step: Int, value: Double)] {
        var points: [(step: Int, value: Double)] = []
        var number = 0
        try LogLines.read(file) { line, isWhole in
            number += 1
            guard isWhole else { return }
            guard let json = try? JSONValue(parsing: line), let step = json["step"]?.integer else {
                throw RunFolderError.unreadable(path: file.path, reason: "line \(number) is not the record of a step")
            }
            if let value = json[name].flatMap(number(of:)) { points.append((step, value)) }
        }
        return points
    }

    private static func number(of value: JSONValue) -> Double? {
        switch value.string {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: value.number
        }
    }
}
