import DurableFiles
import Foundation
import Reports
import StrictJSON

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How long each stage took and how much memory the process had held by then; kept in a file, so that a story that was
/// interrupted and continued still tells all of it.
struct StageLedger {
    private(set) var stages: [StageCost] = []
    private let file: URL

    init(in folder: URL) throws {
        file = folder.appending(path: "stages.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return }
        let json = try JSONValue(parsing: DurableFiles.read(file, limit: 1 << 20))
        stages = json.array?.compactMap(Self.stage) ?? []
    }

    func has(_ name: String) -> Bool { stages.contains { $0.name == name } }

    /// Runs a stage and notes its cost.
    mutating func measure(_ name: String, _ body: () throws -> Void) throws {
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        stages.removeAll { $0.name == name }
        stages.append(StageCost(name: name, seconds: seconds, peakBytes: peakMemoryBytes()))
        let json = JSONValue.array(stages.map(Self.json))
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: file)
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
