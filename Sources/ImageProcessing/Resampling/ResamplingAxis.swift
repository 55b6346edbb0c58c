/// The weights of one resizing pass: for each new position, which old positions count and how much.
///
/// Weights are integers with 22 fractional bits, as in Pillow: 8 bits of pixel, 22 of weight and 2 for overshoot fill the
/// 32 of a sum.
struct ResamplingAxis {
    /// Bits behind the point of a weight.
    static let fractionBits: Int32 = 22

    /// The new positions that are made; a part of `0..<outputCount`.
    let outputs: Range<Int>
    /// The first old position that counts, per new position.
    private(set) var starts: [Int] = []
    /// How many old positions count, per new position.
    private(set) var counts: [Int] = []
    /// `weightsPerOutput` integers per new position; those behind its count are unused.
    private(set) var weights: [Int32]
    let weightsPerOutput: Int

    /// The old positions that any of the new ones needs.
    var inputs: Range<Int> {
        guard let first = starts.first, let last = starts.last, let count = counts.last else { return 0..<0 }
        return first..<(last + count)
    }

    /// Weights for going from `inputCount` positions to `outputCount`, of which only `outputs` are wanted.
    init(from inputCount: Int, to outputCount: Int, outputs: Range<Int>, filter: ResamplingFilter) {
        let scale = Double(inputCount) / Double(outputCount)
        let widening = max(scale, 1)
        let support = filter.support * widening
        self.outputs = outputs
        weightsPerOutput = Int(support.rounded(.up)) * 2 + 1
        weights = [Int32](repeating: 0, count: outputs.count * weightsPerOutput)

        var exact = [Double](repeating: 0, count: weightsPerOutput)
        for (index, output) in outputs.enumerated() {
            let centre = (Double(output) + 0.5) * scale
            let start = max(0, Int(centre - support + 0.5))
            let end = min(inputCount, Int(centre + support + 0.5))
            var sum = 0.0
            for input in start..<end {
                exact[input - start] = filter.weight((Double(input) - centre + 0.5) * (1 / widening))
                sum += exact[input - start]
            }
            for offset in 0..<(end - start) {
                let weight = sum == 0 ? exact[offset] : exact[offset] / sum
                weights[index * weightsPerOutput + offset] = Self.fixedPoint(weight)
            }
            starts.append(start)
            counts.append(end - start)
        }
    }

    private static func fixedPoint(_ weight: Double) -> Int32 {
        let scaled = weight * Double(1 << fractionBits)
        return Int32(scaled + (weight < 0 ? -0.5 : 0.5))
    }
}
