import ConfigFiles
import Foundation
import Testing

/// The problems that `body` is refused for; empty when it is not.
private func problems(_ body: () throws -> ExampleConfig) -> [String] {
    do {
        _ = try body()
        return []
    } catch {
        return (error as? ConfigError)?.problems ?? ["\(error)"]
    }
}

@Suite("Refusing a configuration, by hand")
struct RefusalTests {
    @Test("names an unknown key, its place and what was meant")
    func unknownKeys() {
        #expect(
            problems { try resolved("\nlagrange:\n  costLimti: 1\n") } == [
                "unknown key lagrange.costLimti (line 3); did you mean costLimit?"
                    + " [known here: costLimit, bound, windowSize, learningRate]"
            ])
        #expect(
            problems { try resolved("", ["lagrange.cost_limit=1"]) } == [
                "unknown key lagrange.cost_limit (--set); did you mean costLimit?"
                    + " [known here: costLimit, bound, windowSize, learningRate]"
            ])
        #expect(problems { try resolved("", ["bound=1"]) }.first?.contains("did you mean lagrange.bound?") == true)
        #expect(
            problems { try resolved("", ["lagrange.xyzzy=1"]) } == [
                "unknown key lagrange.xyzzy (--set) [known here: costLimit, bound, windowSize, learningRate]"
            ])
    }

    @Test(
        "never makes an integer of anything else",
        arguments: ["3.0", "1e2", "'3'", "None", "three", "~", "true", "[3]", "0x10"])
    func integers(text: String) {
        let found = problems { try resolved("lagrange: {windowSize: \(text)}") }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("lagrange.windowSize (line 1): found ") == true)
        #expect(found.first?.hasSuffix(text == "[3]" ? "expected one value" : "expected an integer") == true)
    }

    @Test(
        "never makes a number of anything else",
        arguments: ["None", "'1'", "nan", ".nan", "inf", "1,5", "1_000", "~", "false", "1e999"])
    func numbers(text: String) {
        let found = problems { try resolved("", ["lagrange.bound=\(text)"]) }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("lagrange.bound (--set): found ") == true, "\(found)")
        #expect(found.first?.hasSuffix("expected a number") == true)
    }

    @Test(
        "says what was found and what was expected",
        arguments: [
            ("isDeterministic=yes", #"isDeterministic (--set): found the text "yes", expected true or false"#),
            ("isDeterministic=1", "isDeterministic (--set): found the integer 1, expected true or false"),
            ("seed=-1", "seed (--set): found the integer -1, expected an integer from 0 to 4294967295"),
            ("seed=4294967296", "seed (--set): found the integer 4294967296, expected an integer from 0 to 4294967295"),
            ("title=~", "title (--set): found nothing, expected text"),
            (
                "optimizer.schedule=cosin",
                #"optimizer.schedule (--set): found the text "cosin", expected one of cosine, linear, constant_with_warmup"#
            ),
            (
                "lagrange=1",
                "lagrange (--set): found the integer 1, expected a section with costLimit, bound, windowSize, learningRate"
            ),
            ("targets=a", #"targets (--set): found the text "a", expected a list"#),
            ("targets=[a, ~]", "targets[1] (--set): found nothing, expected text"),
            ("title.x=1", "title (--set): found a section, expected one value"),
            ("thresholds.gore=high", #"thresholds.gore (--set): found the text "high", expected a number"#),
            ("sources=[{path: a}]", "sources[0].weight (--set): missing"),
            ("title", #"--set "title": expected path.to.key=value"#),
            ("=1", #"--set "=1": expected path.to.key=value"#),
            ("lagrange..bound=1", #"--set "lagrange..bound=1": expected path.to.key=value"#),
        ])
    func sentences(override: String, expected: String) {
        #expect(problems { try resolved("", [override]) } == [expected])
    }

    @Test("notices keys that nobody reads in lists and in enums with values")
    func unreadKeys() {
        #expect(
            problems { try resolved("sources: [{path: a, weight: 1, wieght: 2}]") } == [
                "unknown key sources[0].wieght (line 1); did you mean weight? [known here: path, weight]"
            ])
        #expect(
            problems { try resolved("sampling: {topP: {share: 1, temperature: 1, topK: 3}}") } == [
                "unknown key sampling.topP.topK (line 1) [known here: share, temperature]"
            ])
        #expect(problems { try resolved("sampling: {topQ: {}}") }.count == 1)
        #expect(problems { try resolved("sampling: {greedy: {}, topP: {share: 1, temperature: 1}}") }.count == 1)
    }

    @Test("reports every problem at once")
    func everything() {
        let found = problems {
            try resolved(
                "bund: 1\nlagrange: {windowSize: 0, learningRate: fast}\noptimizer: {schedule: none}\n",
                ["seed=x", "y"])
        }
        #expect(found.count == 6)
        for path in [
            "bund", "--set \"y\"", "seed", "lagrange.learningRate", "optimizer.schedule", "lagrange.windowSize must",
        ] {
            #expect(found.contains { $0.contains(path) }, "\(path)")
        }
    }

    @Test(
        "refuses what YAML leaves open",
        arguments: [
            ("seed: 1\nseed: 2\n", "line", "seed"), ("lagrange:\n  bound: 1\n  bound: 2\n", "line", "bound"),
            ("seed: 1\n\"seed\": 2\n", "line", "seed"), ("a: &x 1\nseed: *x\n", "line 1", "anchors"),
            ("lagrange: &x {bound: 1}\n", "line 1", "anchors"),
            ("lagrange: {<<: {bound: 1}}\n", "line 1", "plain word"),
            ("? {a: b}\n: 1\n", "line 1", "plain word"), ("a: [\n", "line", "not YAML"),
            ("seed: 1\n---\nseed: 2\n", "line", "not YAML"),
            ("a: *x\n", "line 1", "not YAML"), ("\tseed: 1\n", "line 1", "not YAML"),
        ])
    func ambiguity(text: String, place: String, reason: String) {
        let found = problems { try resolved(text) }
        #expect(found.contains { $0.contains(place) && $0.contains(reason) }, "\(found)")
    }

    @Test("refuses a document that is not a section", arguments: ["- 1\n", "word\n", "3\n"])
    func roots(text: String) {
        #expect(problems { try resolved(text) }.count == 1)
    }

    @Test("ends the program with the status that fits")
    func statuses() throws {
        let missing = FileManager.default.temporaryDirectory.appendingPathComponent("missing-\(UUID().uuidString)")
        #expect(
            throws: ConfigError(origin: missing.path, problems: ["there is no such file"], exitStatus: .missingInput)
        ) {
            try resolve(ExampleConfig(), file: missing)
        }
        #expect(throws: ConfigError(origin: "/", problems: ["the file cannot be read"], exitStatus: .io)) {
            try resolve(ExampleConfig(), file: URL(fileURLWithPath: "/"))
        }
        let error = try #require(throws: ConfigError.self) { try resolve(ExampleConfig(), overrides: ["x=1", "y=2"]) }
        #expect(error.exitStatus == .usage)
        #expect(
            error.description.hasPrefix("2 problems in the configuration (the command line):\n  unknown key x (--set)"))
        #expect(ExitStatus.allCases.map(\.rawValue) == [0, 64, 65, 66, 70, 74, 75, 79])
    }
}
