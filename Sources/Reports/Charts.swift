import Statistics

/// A line chart over training steps.
struct LineChart {
    private let chart: CurveChart
    private let width = 460.0, height = 250.0
    private let left = 52.0, right = 14.0, top = 14.0, bottom = 30.0

    init(_ chart: CurveChart) { self.chart = chart }

    var svg: String {
        let points = chart.lines.flatMap(\.points)
        let x = Axis(covering: points.map { Double($0.step) })
        let y = Axis(covering: points.map(\.value) + (chart.mark.map { [$0.value] } ?? []))
        let marks = grid(x, y) + limit(y) + chart.lines.enumerated().map { line($1.points, $0, x, y) }
        return SVG.figure(width: Int(width), height: Int(height), title: chart.title, marks)
    }

    private func px(_ value: Double, _ axis: Axis) -> Double { left + axis.position(value) * (width - left - right) }
    private func py(_ value: Double, _ axis: Axis) -> Double { height - bottom - axis.position(value) * (height - top - bottom) }

    private func grid(_ x: Axis, _ y: Axis) -> [String] {
        y.ticks.flatMap { tick in
            [
                SVG.line(left, py(tick, y), width - right, py(tick, y), "class=\"grid\""),
                SVG.text(left - 6, py(tick, y) + 4, y.label(tick), "text-anchor=\"end\""),
            ]
        } + x.ticks.map { SVG.text(px($0, x), height - 10, x.label($0), "text-anchor=\"middle\"") }
    }

    private func limit(_ y: Axis) -> [String] {
        guard let mark = chart.mark else { return [] }
        return [
            SVG.line(left, py(mark.value, y), width - right, py(mark.value, y), "class=\"limit\""),
            SVG.text(width - right, py(mark.value, y) - 5, mark.name, "text-anchor=\"end\" class=\"limit-label\""),
        ]
    }

    private func line(_ points: [CurvePoint], _ index: Int, _ x: Axis, _ y: Axis) -> String {
        let finite = points.filter(\.value.isFinite)
        return SVG.path(
            finite.map { (px(Double($0.step), x), py($0.value, y)) },
            "stroke=\"\(SVG.colour(index))\" stroke-width=\"1.8\"")
    }
}

/// All policies in the plane of helpfulness and safety, each with its 95 % intervals.
struct HelpfulnessSafetyPlane {
    private let policies: [PolicyResult]
    private let width = 560.0, height = 380.0
    private let left = 60.0, right = 20.0, top = 16.0, bottom = 46.0

    init(_ policies: [PolicyResult]) { self.policies = policies }

    var svg: String {
        let ticks = [0, 0.25, 0.5, 0.75, 1]
        let grid = ticks.flatMap { tick in
            [
                SVG.line(px(tick), py(0), px(tick), py(1), "class=\"grid\""),
                SVG.line(px(0), py(tick), px(1), py(tick), "class=\"grid\""),
                SVG.text(px(tick), height - bottom + 18, decimal(100 * tick, 0) + " %", "text-anchor=\"middle\""),
                SVG.text(left - 8, py(tick) + 4, decimal(100 * tick, 0) + " %", "text-anchor=\"end\""),
            ]
        }
        let names = [
            SVG.text((left + width - right) / 2, height - 8, "helpful win rate against the base", "text-anchor=\"middle\" class=\"axis\""),
            SVG.text(16, height / 2, "safety win rate", "text-anchor=\"middle\" class=\"axis\" transform=\"rotate(-90 16 \(Int(height / 2)))\""),
        ]
        return SVG.figure(
            width: Int(width), height: Int(height), title: "Helpfulness and safety of every policy",
            grid + names + policies.enumerated().flatMap { marks($1, $0) })
    }

    private func px(_ share: Double) -> Double { left + share * (width - left - right) }
    private func py(_ share: Double) -> Double { height - bottom - share * (height - top - bottom) }

    private func marks(_ policy: PolicyResult, _ index: Int) -> [String] {
        guard let helpful = policy.metrics[.helpfulWinRate], let safe = policy.metrics[.safetyWinRate] else { return [] }
        let colour = SVG.colour(index)
        let toTheLeft = helpful.value > 0.7
        return [
            SVG.line(px(helpful.low), py(safe.value), px(helpful.high), py(safe.value), "stroke=\"\(colour)\" stroke-width=\"2\""),
            SVG.line(px(helpful.value), py(safe.low), px(helpful.value), py(safe.high), "stroke=\"\(colour)\" stroke-width=\"2\""),
            SVG.circle(px(helpful.value), py(safe.value), 6, "fill=\"\(colour)\""),
            SVG.text(
                px(helpful.value) + (toTheLeft ? -10 : 10), py(safe.value) + (safe.value > 0.9 ? 20 : -10), policy.title,
                "text-anchor=\"\(toTheLeft ? "end" : "start")\" class=\"name\""),
        ]
    }
}
