import Foundation
import StrictJSON
import TestPeers
import Testing

/// By the reference: TensorBoard's own reader finds in a run's event files what the run's log says.
@Suite("TensorBoard reads a run", .serialized)
struct TensorBoardTests {
    @Test(
        "every metric has its tag, steps and values",
        .enabled(if: Python.with("tensorboard") != nil, "no Python with tensorboard: name one by SAFE_RLHF_V_PYTHON"))
    func tags() throws {
        _ = try Undisturbed.shared.get()
        let run = try SmallWorld.shared.get().folder("undisturbed")
        let script = """
            import sys, json
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
            events.Reload()
            print(json.dumps({tag: [[s.step, s.value] for s in events.Scalars(tag)] for tag in events.Tags()["scalars"]}))
            """
        let python = try #require(Python.with("tensorboard"))
        let read = try JSONValue(parsing: Array(python.run(script, run.appending(path: "events").path).utf8))

        var expected: [String: [[Double]]] = [:]
        for line in String(decoding: try Data(contentsOf: run.appending(path: "metrics.jsonl")), as: UTF8.self).split(separator: "\n") {
            let record = try JSONValue(parsing: String(line))
            let step = try #require(record["step"]?.number)
            for (name, value) in record.object?.members ?? [] where name != "step" {
                // TensorBoard keeps float32.
                expected[name, default: []].append([step, Double(Float(try #require(value.number)))])
            }
        }
        #expect(expected.count > 20 && expected["ppo/kl"]?.count == SmallRun.steps)
        #expect(Set(read.object?.keys ?? []) == Set(expected.keys))
        for (name, points) in expected {
            #expect(read[name]?.array?.map { $0.array?.compactMap(\.number) ?? [] } == points, "\(name)")
        }
    }
}
