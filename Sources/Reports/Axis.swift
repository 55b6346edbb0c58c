import Foundation

/// A linear scale from data to pixels, with round tick values.
struct Axis {
    let low, high: Double
    let ticks: [Double]

    /// Covers all `values` with a little air; about `count` ticks at 1, 2 or 5 times a power of ten.
    init(covering values: [Double], tickCount count: Int = 5) {
        let finite = values.filter(\.isFinite)
        var (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
        if high - low < 1e-9 { (low, high) = (low - 0.5, high + 0.5) }
        let step = Self.niceStep((high - low) / Double(count))
        self.low = (low / step).rounded(.down) * step
        self.high = (high / step).rounded(.up) * step
        ticks = stride(from: self.low, through: self.high + step / 2, by: step).map { $0 }
    }

    /// Where `value` lies, 0 at the low end and 1 at the high end.
    func position(_ value: Double) -> Double { (value - low) / (high - low) }

    func label(_ tick: Double) -> String {
        let span = high - low
        return decimal(tick, span >= 8 ? 0 : span >= 0.8 ? 1 : span >= 0.08 ? 2 : 3)
    }

    private static func niceStep(_ rough: Double) -> Double {
        let power = pow(10, floor(log10(rough)))
        let factor = rough / power
        return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10)
    }
}
