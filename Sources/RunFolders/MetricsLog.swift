import DurableFiles
public import Foundation
import StrictJSON

/// The numbers of every step: `metrics.jsonl`, and the same as TensorBoard events.
///
/// Lines are appended and flushed as they come. A resumed run first cuts the log back to its checkpoint's step, so that
/// no step stands twice and none is missing.
public final class MetricsLog {
    private let file: FileHandle
    private let events: EventFile

    /// - Parameter step: the step that the run goes on from; later lines are removed. 0 starts anew.
    public init(in run: RunDirectory, continuingAfter step: Int) throws {
        let url = run.file("metrics.jsonl")
        try Self.cutBack(url, after: step)
        file = try FileHandle(forWritingTo: url)
        try file.seekToEnd()
        events = try EventFile(in: run.file("events"), continuingAfter: step)
    }

    /// One step's metrics, by name. Numbers that are not finite are written as strings.
    public func record(step: Int, _ metrics: [String: Double], at time: Date = Date()) throws {
        let members = metrics.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.number($0.value)) }
        let line = JSONValue.object(JSONObject([("step", .integer(Int64(step)))] + members)).serialized() + "\n"
        try file.write(contentsOf: Data(line.utf8))
        try events.record(step: step, metrics, at: time)
    }

    deinit { try? file.close() }

    private static func cutBack(_ url: URL, after step: Int) throws {
        guard step > 0, FileManager.default.fileExists(atPath: url.path) else { return try DurableFiles.write("", to: url) }
        let lines = String(decoding: try DurableFiles.read(url, limit: 1 << 30), as: UTF8.self).split(separator: "\n")
        let kept = lines.filter { line in
            ((try? JSONValue(parsing: String(line)))?["step"]?.integer).map { $0 <= step } ?? false
        }
        try DurableFiles.write(kept.map { $0 + "\n" }.joined(), to: url)
    }
}

extension MetricsLog {
    /// The points of one metric in a finished or running log, in the order of the steps.
    public static func points(of name: String, in file: URL) throws -> [(step: Int, value: Double)] {
        let text = String(decoding: try DurableFiles.read(file, limit: 1 << 30), as: UTF8.self)
        return try text.split(separator: "\n").compactMap { line in
            let json = try JSONValue(parsing: String(line))
            guard let step = json["step"]?.integer, let value = json[name]?.number else { return nil }
            return (step, value)
        }
    }
}
