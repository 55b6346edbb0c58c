import Foundation
import Synchronization

/// Counters, gauges and histograms of one server, written in Prometheus' text format. Names are fixed when it is made;
/// nothing that a client sends becomes a label.
package final class Metrics: Sendable {
    private struct Series {
        var counters: [String: [String: Double]] = [:]
        var histograms: [String: [String: Histogram]] = [:]
    }

    private struct Histogram {
        var counts = [Int](repeating: 0, count: Metrics.bounds.count)
        var count = 0
        var sum = 0.0
    }

    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    /// A counter or a histogram by name, with what it counts.
    package struct Family: Sendable {
        package enum Kind: String, Sendable { case counter, histogram }
        let name: String
        let kind: Kind
        let text: String

        package static func counter(_ name: String, _ text: String) -> Family { Family(name: name, kind: .counter, text: text) }
        package static func histogram(_ name: String, _ text: String) -> Family { Family(name: name, kind: .histogram, text: text) }
    }

    private let families: [Family]
    private let series = Mutex(Series())

    package init(_ families: [Family]) { self.families = families }

    package func count(_ name: String, _ labels: [(String, String)] = [], by amount: Double = 1) {
        let key = Self.labelText(labels)
        series.withLock { $0.counters[name, default: [:]][key, default: 0] += amount }
    }

    package func observe(_ name: String, _ labels: [(String, String)] = [], seconds: Double) {
        let key = Self.labelText(labels)
        series.withLock { series in
            var histogram = series.histograms[name, default: [:]][key] ?? Histogram()
            for index in Self.bounds.indices where seconds <= Self.bounds[index] { histogram.counts[index] += 1 }
            histogram.count += 1
            histogram.sum += seconds
            series.histograms[name, default: [:]][key] = histogram
        }
    }

    /// The value of a counter, all labels together.
    package func total(_ name: String) -> Double { series.withLock { ($0.counters[name] ?? [:]).values.reduce(0, +) } }

    /// Everything, with gauges that are read now.
    package func text(gauges: [(name: String, help: String, value: Double)]) -> String {
        let series = series.withLock { $0 }
        var lines: [String] = []
        for family in families {
            let name = family.name
            lines += ["# HELP \(name) \(family.text)", "# TYPE \(name) \(family.kind.rawValue)"]
            if family.kind == .histogram {
                for (labels, histogram) in (series.histograms[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
                    lines += Self.lines(name, labels, histogram)
                }
            } else {
                let counters = (series.counters[name] ?? [:]).sorted { $0.key < $1.key }
                lines +=
                    counters.isEmpty
                    ? ["\(name) 0"] : counters.map { "\(name)\(Self.braced($0.key)) \(Self.number($0.value))" }
            }
        }
        for gauge in gauges {
            lines += [
                "# HELP \(gauge.name) \(gauge.help)", "# TYPE \(gauge.name) gauge",
                "\(gauge.name) \(Self.number(gauge.value))",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> [String] {
        let prefix = labels.isEmpty ? "" : labels + ","
        let buckets = zip(bounds, histogram.counts).map { "\(name)_bucket{\(prefix)le=\"\($0)\"} \($1)" }
        return buckets + [
            "\(name)_bucket{\(prefix)le=\"+Inf\"} \(histogram.count)", "\(name)_sum\(braced(labels)) \(histogram.sum)",
            "\(name)_count\(braced(labels)) \(histogram.count)",
        ]
    }

    private static func labelText(_ labels: [(String, String)]) -> String {
        labels.map {
            "\($0)=\"\($1.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
        }
        .joined(separator: ",")
    }

    private static func braced(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }

    private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? value.description }
}
