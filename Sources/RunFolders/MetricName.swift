/// One number that runs report, with what it means. `table` is the only list of them; docs/metrics.md is made from it.
public struct MetricName: Sendable, Equatable {
    /// The name in `metrics.jsonl` and in TensorBoard: "ppo/kl".
    public let name: String
    /// "score", "nats", "share", "tokens", …
    public let unit: String
    /// What is measured, over what the mean is taken, and which way is better where one is.
    public let meaning: String

    init(_ name: String, _ unit: String, _ meaning: String) {
        self.name = name
        self.unit = unit
        self.meaning = meaning
    }

    /// The metric of that name, if it is in the table.
    public static func named(_ name: String) -> MetricName? { byName[name] }

    private static let byName = Dictionary(table.map { ($0.name, $0) }) { first, _ in first }

    /// The table in Markdown, as docs/metrics.md holds it.
    public static var markdownTable: String {
        "| name | unit | meaning |\n|---|---|---|\n"
            + table.map { "| `\($0.name)` | \($0.unit) | \($0.meaning) |\n" }.joined()
    }
}
