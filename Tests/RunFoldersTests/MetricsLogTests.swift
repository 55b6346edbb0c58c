import DurableFiles
import Foundation
import StrictJSON
import Testing

@testable import RunFolders

@Suite("Metrics logs")
struct MetricsLogTests {
    private let folder: TemporaryFolder
    private let run: RunDirectory
    private var text: String { get throws { try String(contentsOf: run.folder.metrics, encoding: .utf8) } }

    init() throws {
        folder = try TemporaryFolder()
        run = try RunDirectory.create(at: folder("run"), config: "a: 1\n", inputs: [], environment: [:])
    }

    /// Records `steps`, each with twice its number as the loss.
    private func record(_ steps: ClosedRange<Int>, after step: Int) throws {
        let log = try MetricsLog(in: run, continuingAfter: step)
        #expect(log.notices == [])
        for step in steps { try log.record(step: step, ["train/loss": Double(2 * step)]) }
        try log.synchronise()
    }

    @Test("hold one line a step, names in order, with what is not finite as text")
    func lines() throws {
        let log = try MetricsLog(in: run, continuingAfter: 0)
        try log.record(step: 1, ["train/loss": 0.5, "cost/mean": .nan, "ppo/kl": 3])
        try log.record(step: 2, ["train/loss": .infinity, "cost/mean": -.infinity])
        #expect(
            try text == """
                {"step":1,"cost/mean":"NaN","ppo/kl":3.0,"train/loss":0.5}
                {"step":2,"cost/mean":"-Infinity","train/loss":"Infinity"}

                """)
        let losses = try MetricsLog.points(of: "train/loss", in: run.folder.metrics)
        #expect(losses.map(\.step) == [1, 2] && losses.map(\.value) == [0.5, .infinity])
        #expect(try MetricsLog.points(of: "cost/mean", in: run.folder.metrics).first?.value.isNaN == true)
        #expect(try MetricsLog.points(of: "ppo/kl", in: run.folder.metrics).count == 1)
    }

    @Test("are the same after an interruption at any step as without one, by law", arguments: 1...9)
    func interruption(lost: Int) throws {
        try record(1...9, after: 0)
        let whole = try text
        try record(1...9, after: 0)
        try record((lost...9), after: lost - 1)
        #expect(try text == whole)
    }

    @Test("are cut back to the checkpoint's step, whatever a crash left at the end")
    func cutBack() throws {
        try record(1...5, after: 0)
        let torn = #"{"step":6,"train/lo"#
        try Data((try text + torn).utf8).write(to: run.folder.metrics)
        #expect(try MetricsLog.points(of: "train/loss", in: run.folder.metrics).count == 5)
        try record(4...4, after: 3)
        #expect(try MetricsLog.points(of: "train/loss", in: run.folder.metrics).map(\.step) == [1, 2, 3, 4])
        try record(1...1, after: 0)
        #expect(try MetricsLog.points(of: "train/loss", in: run.folder.metrics).map(\.step) == [1])
    }

    @Test("report lines that cannot be read, repeated steps and missing ones")
    func notices() throws {
        let lines = [#"{"step":1}"#, "garbage", #"{"step":2}"#, #"{"step":2}"#, #"{"step":1}"#, #"{"loss":1}"#]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: run.folder.metrics)
        let log = try MetricsLog(in: run, continuingAfter: 4)
        #expect(
            log.notices == [2, 4, 5, 6].map { "metrics.jsonl: line \($0) is not that of a later step and was left out" }
                + ["metrics.jsonl: the steps from 3 to 4 are missing"])
        #expect(try text == "{\"step\":1}\n{\"step\":2}\n")
    }

    @Test("refuse to be read where a line in the middle is broken")
    func brokenMiddle() throws {
        try Data("{\"step\":1}\ngarbage\n{\"step\":2}\n".utf8).write(to: run.folder.metrics)
        let error = try #require(throws: RunFolderError.self) { try MetricsLog.points(of: "x", in: run.folder.metrics) }
        #expect("\(error)".hasSuffix("line 2 is not the record of a step"))
    }

    @Test("read lines longer than a piece, and pass over endless ones")
    func longLines() throws {
        let long = "{\"step\":1,\"x\":\"" + String(repeating: "a", count: 3 << 20) + "\"}\n"
        let endless = String(repeating: "b", count: 17 << 20) + "\n"
        try Data((long + endless + "{\"step\":2}\n").utf8).write(to: run.folder.metrics)
        let log = try MetricsLog(in: run, continuingAfter: 2)
        #expect(log.notices.count == 1 && log.notices[0].contains("line 2"))
        #expect(try text == long + "{\"step\":2}\n")
    }
}

@Suite("The table of metrics")
struct MetricNameTests {
    @Test("has each name once, in one form, with unit and meaning")
    func table() {
        #expect(Set(MetricName.table.map(\.name)).count == MetricName.table.count)
        for metric in MetricName.table {
            #expect(metric.name.wholeMatch(of: /[a-z]+\/[a-z_]+/) != nil, "\(metric.name)")
            #expect(!metric.unit.isEmpty && !metric.meaning.isEmpty && !metric.meaning.contains("|"))
            #expect(MetricName.named(metric.name) == metric)
        }
        #expect(MetricName.named("ppo/unknown") == nil)
    }

    /// After a change of the table, run the tests once with UPDATE_DOCS=1 in the environment: it writes the new one.
    @Test("is the one in docs/metrics.md")
    func docs() throws {
        let url = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/metrics.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        let marks = ("<!-- table: from MetricName.table -->\n", "<!-- end of the table -->\n")
        let start = try #require(text.range(of: marks.0)).upperBound
        let end = try #require(text.range(of: marks.1)).lowerBound
        if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
            try DurableFiles.write(text.replacingCharacters(in: start..<end, with: MetricName.markdownTable), to: url)
        } else {
            #expect(text[start..<end] == MetricName.markdownTable)
        }
    }
}
