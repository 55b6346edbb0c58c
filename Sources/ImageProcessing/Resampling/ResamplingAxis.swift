/// The weights of one resizing pass: for each new position, which old positions count and how much.
///
/// Weights are integers with 22 fractional bits, as in Pillow: 8 bits of pixel, 22 of weight and 2 for overshoot fill the
/// 32 of a sum.
struct ResamplingAxis {
    /// Bits behind the point of a weight.
    static let fractionBits: Int32 = 22

    /// How many new positions are made.
    let count: Int
    /// The old positions that any of the new ones needs.
    let inputs: Range<Int>
    /// The first old position that counts, counted from the first of `inputs`, per new position.
    let starts: [Int]
    /// How many old positions count, per new position.
    let counts: [Int]
    /// `weightsPerOutput` integers per new position; those behind its count are unused.
    let weights: [Int32]
    let weightsPerOutput: Int

    /// Weights for going from `inputCount` positions to `outputCount`, of which only `outputs`, at least one, are made.
    init(from inputCount: Int, to outputCount: Int, outputs: Range<Int>, filter: ResamplingFilter) {
        let scale = Double(inputCount) / Double(outputCount)
        let widening = max(scale, 1)
        let support = filter.support * widening
        let spans = outputs.map { output in
            let centre = (Double(output) + 0.5) * scale
            return max(0, Int(centre - support + 0.5))..<min(inputCount, Int(centre + support + 0.5))
        }
        let first = spans.first?.lowerBound ?? 0
        count = outputs.count
        inputs = first..<(spans.last?.upperBound ?? 0)
        starts = spans.map { $0.lowerBound - first }
        counts = spans.map(\.count)
        weightsPerOutput = Int(support.rounded(.up)) * 2 + 1

        var weights = [Int32](repeating: 0, count: count * weightsPerOutput)
        var exact = [Double](repeating: 0, count: weightsPerOutput)
        for (index, (output, span)) in zip(outputs, spans).enumerated() {
            let centre = (Double(output) + 0.5) * scale
            var sum = 0.0
            for (offset, input) in span.enumerated() {
                exact[offset] = filter.weight((Double(input) - centre + 0.5) * (1 / widening))
                sum += exact[offset]
            }
            for offset in 0..<span.count {
                let weight = sum == 0 ? exact[offset] : exact[offset] / sum
                weights[index * weightsPerOutput + offset] = Self.fixedPoint(weight)
            }
        }
        self.weights = weights
    }

    private static func fixedPoint(_ weight: Double) -> Int32 {
        let scaled = weight * Double(1 << fractionBits)
        return Int32(scaled + (weight < 0 ? -0.5 : 0.5))
    }
}
