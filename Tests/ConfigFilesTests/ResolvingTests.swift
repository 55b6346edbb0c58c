import ConfigFiles
import Foundation
import Testing

/// Resolves the example with `text` as its file.
func resolved(_ text: String, _ overrides: [String] = []) throws -> ExampleConfig {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("config-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    return try resolve(ExampleConfig(), file: file, overrides: overrides)
}

@Suite("Resolving a configuration, by hand")
struct ResolvingTests {
    @Test("without file and overrides gives the defaults")
    func defaults() throws {
        #expect(try resolve(ExampleConfig()) == ExampleConfig())
        #expect(try resolved("") == ExampleConfig())
        #expect(try resolved("# nothing\n---\n") == ExampleConfig())
    }

    @Test("lays the file over the defaults, and overrides over the file")
    func layers() throws {
        let config = try resolved(
            "lagrange:\n  bound: 5\n  windowSize: 16\nseed: 7\n",
            ["lagrange.bound=2.5", "title=a=b", "isDeterministic=false", "lagrange.bound=3"])
        var expected = ExampleConfig()
        expected.lagrange.bound = 3
        expected.lagrange.windowSize = 16
        expected.seed = 7
        expected.title = "a=b"
        expected.isDeterministic = false
        #expect(config == expected)
    }

    @Test("reads numbers, truth values and texts by how they are written")
    func scalars() throws {
        let config = try resolved(
            "optimizer: {stepSize: 1e-6, warmupFraction: .5, maximumNorm: 1, schedule: linear}\ntitle: 1.10\n")
        #expect(config.optimizer == .init(stepSize: 1e-6, warmupFraction: 0.5, schedule: .linear, maximumNorm: 1))
        #expect(config.title == "1.10")
        #expect(try resolved("", ["title="]).title == "")
        #expect(try resolved("title: 'null'\noptimizer: {maximumNorm: .inf}\n").title == "null")
        #expect(try resolved("", ["optimizer.schedule=constant_with_warmup"]).optimizer.schedule == .constantWithWarmup)
    }

    @Test("replaces lists and enums with values, and adds to dictionaries")
    func collections() throws {
        let config = try resolved(
            """
            targets: [all]
            sampling: {greedy: {}}
            thresholds: {hate: 1, gore: 0}
            sources:
              - {path: a.parquet, weight: 1}
              - {path: b.parquet, weight: 0.5}
            """)
        #expect(config.targets == ["all"])
        #expect(config.sampling == .greedy)
        #expect(config.thresholds == ["violence": 0.5, "hate": 1, "gore": 0])
        #expect(config.sources == [.init(path: "a.parquet", weight: 1), .init(path: "b.parquet", weight: 0.5)])
        #expect(try resolved("", ["targets=[]", "thresholds.gore=0.1"]).thresholds["gore"] == 0.1)
        let sampling = try resolved("sampling: {topP: {share: 0.5, temperature: 2}}").sampling
        #expect(sampling == .topP(share: 0.5, temperature: 2))
    }
}

@Suite("Printing a configuration")
struct PrintingTests {
    @Test("prints in the order of declaration, by hand")
    func printed() throws {
        #expect(
            try yaml(ExampleConfig()) == """
                title: "run 1"
                seed: 42
                isDeterministic: true
                lagrange:
                  costLimit: -0.5
                  bound: 20.0
                  windowSize: 128
                  learningRate: 0.1
                optimizer:
                  stepSize: 1e-05
                  warmupFraction: 0.03
                  schedule: cosine
                  maximumNorm: .inf
                sampling:
                  topP:
                    share: 0.9
                    temperature: 1.0
                targets: [q_proj, v_proj]
                sources: []
                thresholds:
                  hate: 0.25
                  violence: 0.5

                """)
    }

    @Test("prints dictionaries in the order of their keys")
    func dictionaries() throws {
        let letters = "abcdefghijklmnopqrstuvwx".map(String.init)
        var config = ExampleConfig()
        config.thresholds = Dictionary(uniqueKeysWithValues: letters.map { ($0, 1) })
        #expect(try yaml(config).hasSuffix("thresholds:\n" + letters.map { "  \(quotedIfNeeded($0)): 1.0\n" }.joined()))
    }

    private func quotedIfNeeded(_ letter: String) -> String { letter == "n" ? "\"n\"" : letter }

    @Test(
        "what is printed resolves to the same configuration, by law",
        arguments: [
            "", " ", "plain", "1", "1.5", "true", "null", "~", "yes", "No", "a: b", "- a", "# a", "a #b", "*a", "&a",
            "!a", "'", "\"",
            "a\nb\n", "\t", "\\", "C:\\x", "grün", "中文", "😀", "\u{0}\u{1B}\u{7F}\u{85}\u{2028}\u{FEFF}", "<<", "=",
            "0x10", ".inf",
            "2001-01-01", "1_000", "[", "{}", "%", "@", "`", "a,b", "--- ", "...", "-", "?", "1e5", "+1", "0o7",
            "12:30:45",
        ])
    func roundTrip(text: String) throws {
        var config = ExampleConfig()
        config.title = text
        config.targets = [text, text]
        config.thresholds = [text: 1]
        config.sources = [.init(path: text, weight: -.infinity), .init(path: "b", weight: .leastNonzeroMagnitude)]
        config.lagrange.bound = .greatestFiniteMagnitude
        config.sampling = .greedy
        config.optimizer.schedule = .constantWithWarmup
        let printed = try yaml(config)
        var read = try resolved(printed)
        read.thresholds = read.thresholds.filter { $0.key == text }
        #expect(read == config, "\(printed)")
    }
}
