import DurableFiles
import Foundation
import Reports
import StrictJSON
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How long each stage took and how much memory the process had held by then; kept in a file, so that a story that was
/// interrupted and continued still tells all of it. Stages that run side by side may note theirs from any thread.
final class StageLedger: Sendable {
    private let noted: Mutex<[StageCost]>
    private let file: URL

    var stages: [StageCost] { noted.withLock { $0 } }

    init(in folder: URL) throws {
        file = folder.appending(path: "stages.json")
        let json = FileManager.default.fileExists(atPath: file.path) ? try JSONValue(parsing: DurableFiles.read(file, limit: 1 << 20)) : []
        noted = Mutex(json.array?.compactMap(Self.stage) ?? [])
    }

    /// Runs a stage and notes its cost.
    func measure<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        let start = DispatchTime.now().uptimeNanoseconds
        let result = try body()
        try note(name, since: start)
        return result
    }

    /// Runs a stage that waits for others, and notes its cost.
    func measure<Result>(_ name: String, _ body: () async throws -> Result) async throws -> Result {
        let start = DispatchTime.now().uptimeNanoseconds
        let result = try await body()
        try note(name, since: start)
        return result
    }

    private func note(_ name: String, since start: UInt64) throws {
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        try noted.withLock { stages in
            stages.removeAll { $0.name == name }
            stages.append(StageCost(name: name, seconds: seconds, peakBytes: peakMemoryBytes()))
            try DurableFiles.write(JSONValue.array(stages.map(Self.json)).serialized(pretty: true) + "\n", to: file)
        }
    }

    private static func stage(_ json: JSONValue) -> StageCost? {
        guard let name = json["name"]?.string, let seconds = json["seconds"]?.number, let bytes = json["peak_memory_bytes"]?.integer
        else { return nil }
        return StageCost(name: name, seconds: seconds, peakBytes: bytes)
    }

    private static func json(_ stage: StageCost) -> JSONValue {
        ["name": .string(stage.name), "seconds": .number(stage.seconds), "peak_memory_bytes": .integer(Int64(stage.peakBytes))]
    }
}

/// The most memory this process has held.
private func peakMemoryBytes() -> Int {
    var usage = rusage()
    #if canImport(Glibc)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss) * 1024
    #else
        getrusage(RUSAGE_SELF, &usage)
        return Int(usage.ru_maxrss)
    #endif
}
