import DurableFiles
import Foundation
import StrictJSON
import Testing

@testable import RunFolders

@Suite("TensorBoard events")
struct TensorBoardTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("equal the bytes that TensorBoard's own writer gives, by golden")
    func golden() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/events.json")
        let expected = try JSONValue(parsing: Data(contentsOf: url))["hexadecimal"]?.string
        func time(_ seconds: Double) -> Date { Date(timeIntervalSince1970: 1_700_000_000 + seconds) }
        let events = [
            TensorBoardEvent.fileVersion(at: time(0.25)),
            TensorBoardEvent.sessionStart(step: 301, at: time(0.25)),
            TensorBoardEvent.scalars([("ppo/kl", 0.1), ("reward/mean", -2.5)], step: 301, at: time(1.5)),
            TensorBoardEvent.scalars([("ppo/kl", .nan)], step: 5_000_000_000, at: time(2.5)),
        ]
        let bytes = events.flatMap(TensorBoardEvent.framed)
        #expect(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }

    /// A Python that has TensorBoard: the one named by SAFE_RLHF_V_PYTHON, or python3.
    private static let python: String? = {
        let named = ProcessInfo.processInfo.environment["SAFE_RLHF_V_PYTHON"]
        return [named, "/usr/bin/python3", "/usr/local/bin/python3"].compactMap { $0 }.first { path in
            (try? output(of: path, ["-c", "import tensorboard"])) != nil
        }
    }()

    @Test("are read by TensorBoard, each step once after a resumption",
        .enabled(if: python != nil, "no Python with tensorboard: name one by SAFE_RLHF_V_PYTHON"))
    func eventAccumulator() throws {
        let run = try RunDirectory.create(at: folder("run"), config: "a: 1\n", inputs: [], environment: [:])
        // Three starts: one that reached 30, one that went on from 20 and reached 25, one that went on from 10.
        for (after, last) in [(0, 30), (20, 25), (10, 40)] {
            let log = try MetricsLog(in: run, continuingAfter: after)
            for step in after + 1...last {
                try log.record(step: step, ["train/loss": Double(step + after), "ppo/kl": -0.5])
            }
        }
        let script = """
            import sys, json
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
            events.Reload()
            print(json.dumps({"tags": sorted(events.Tags()["scalars"]),
                              "points": [[s.step, s.value] for s in events.Scalars("train/loss")]}))
            """
        let python = try #require(Self.python)
        let read = try JSONValue(parsing: Self.output(of: python, ["-c", script, run.folder.events.path]))
        #expect(read["tags"] == ["ppo/kl", "train/loss"])
        let points = read["points"]?.array?.compactMap { point in point.array?.compactMap(\.number) } ?? []
        let expected = (1...40).map { [Double($0), Double($0 <= 10 ? $0 : $0 + 10)] }
        #expect(points == expected)
        #expect(
            try MetricsLog.points(of: "train/loss", in: run.folder.metrics).map { [Double($0.step), $0.value] }
                == expected)
    }

    private struct Failure: Error {
        var status: Int32
    }

    /// What a program writes to its standard output.
    private static func output(of program: String, _ arguments: [String]) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
        return [UInt8](data)
    }
}
