import Foundation
import Testing

@testable import Statistics

@Suite("Calibration")
struct CalibrationTests {
    @Test("a reliability curve and its error, by hand")
    func reliability() {
        // Two bins: 0.2 and 0.4 (one of two right, mean 0.3); 0.5 goes down, 0.9 and 1 (both right, mean 0.95).
        let curve = ReliabilityCurve(
            [(0.2, true), (0.4, false), (0.9, true), (1, true)].map { (confidence: $0.0, isRight: $0.1) }, binCount: 2)
        #expect(curve.bins.map(\.count) == [2, 2])
        #expect(close(curve.bins[0].meanConfidence, 0.3) && curve.bins[0].accuracy == 0.5)
        // ½·|0.5 − 0.3| + ½·|1 − 0.95| = 0.125
        #expect(close(curve.expectedCalibrationError, 0.125))
        let border = ReliabilityCurve([(confidence: 0.5, isRight: true), (confidence: 0, isRight: false)], binCount: 2)
        #expect(border.bins.map(\.count) == [2, 0])
        #expect(ReliabilityCurve([]).expectedCalibrationError.isNaN)
    }

    @Test("the temperature of a yes–no decision, by hand")
    func temperatureByHand() {
        // Logit 2 on four items of which three are positive: likeliest where σ(2 / T) = 3/4, so 2 / T = log 3.
        let decisions = [true, true, true, false].map { LabelledLogits(logit: 2, isPositive: $0) }
        #expect(abs(fittedTemperature(decisions) - 2 / log(3.0)) < 1e-6)
        #expect(abs(negativeLogLikelihood(decisions, temperature: 2 / log(3.0)) - (0.75 * log(4.0 / 3) + 0.25 * log(4.0))) < 1e-12)
    }

    @Test("the temperature of three classes, by hand")
    func classes() {
        // Logits (log 4, 0, 0)·2 with shares (4, 1, 1)/6: right at T = 2.
        let logits = [2 * log(4.0), 0, 0]
        let decisions = [0, 0, 0, 0, 1, 2].map { LabelledLogits(logits: logits, label: $0) }
        #expect(abs(fittedTemperature(decisions) - 2) < 1e-6)
        #expect(softmax(logits, temperature: 2).map { ($0 * 6).rounded(.toNearestOrEven) } == [4, 1, 1])
    }

    @Test("stays in its range where there is no best temperature")
    func borders() {
        let right = [LabelledLogits(logit: 3, isPositive: true), LabelledLogits(logit: -1, isPositive: false)]
        #expect(abs(fittedTemperature(right) - 0.05) < 1e-6)
        let wrong = [LabelledLogits(logit: 3, isPositive: false), LabelledLogits(logit: -1, isPositive: true)]
        #expect(abs(fittedTemperature(wrong) - 20) < 1e-3)
        #expect(fittedTemperature([]) == 1)
    }

    @Test("never makes the likelihood worse, and large logits do not overflow, by law")
    func law() {
        var generator = SeededGenerator(seed: 4)
        for scale in [0.1, 1, 10, 1000] {
            let decisions = (0..<50).map { _ in
                LabelledLogits(logits: (0..<4).map { _ in scale * (generator.unit() - 0.5) }, label: generator.below(4))
            }
            let temperature = fittedTemperature(decisions)
            let best = negativeLogLikelihood(decisions, temperature: temperature)
            #expect(best.isFinite)
            for other in [0.05, 0.5, 1, 2, 20] {
                #expect(best <= negativeLogLikelihood(decisions, temperature: other) + 1e-9)
            }
        }
    }
}

@Suite("Conformal risk control")
struct ConformalTests {
    @Test("by hand")
    func byHand() {
        // n = 19, α = 0.1: (k + 1) / 20 ≤ 0.1 allows one miss, so the second smallest score is the threshold.
        let scores = (1...19).map { Double($0) / 20 }
        let found = conformalThreshold(scores.shuffled(), missRate: 0.1)
        #expect(found == ConformalThreshold(threshold: 0.1, bound: 0.1, misses: 1, n: 19))
        // n = 9 allows none: the smallest score.
        #expect(conformalThreshold((1...9).map { Double($0) / 10 }, missRate: 0.1).threshold == 0.1)
        // n = 8 is too few for any promise but finding everything.
        let few = conformalThreshold((1...8).map { Double($0) / 10 }, missRate: 0.1)
        #expect(few == ConformalThreshold(threshold: 0, bound: 0, misses: 0, n: 8))
        #expect(conformalThreshold([], missRate: 0.5).threshold == 0)
    }

    @Test("equal scores are missed together or not at all")
    func ties() {
        let found = conformalThreshold([0.2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], missRate: 0.5)
        #expect(found.threshold == 0.5 && found.misses == 1 && found.bound == 0.2)
    }

    @Test("keeps its promise on average over calibration sets, by law")
    func promise() {
        var generator = SeededGenerator(seed: 8)
        for missRate in [0.05, 0.2] {
            var missed = 0
            let trials = 4000
            for _ in 0..<trials {
                let threshold = conformalThreshold((0..<39).map { _ in generator.unit() }, missRate: missRate).threshold
                if generator.unit() < threshold { missed += 1 }
            }
            // With continuous scores the rate is exactly α here (40·α is whole); 4 standard errors of 4000 draws.
            let error = 4 * (missRate * (1 - missRate) / Double(trials)).squareRoot()
            #expect(abs(Double(missed) / Double(trials) - missRate) < error)
        }
    }
}

@Suite("Intervals of rates")
struct RateIntervalTests {
    @Test("F1's is that of the share of named items, carried over")
    func f1() {
        let counts = BinaryCounts(truePositives: 6, falsePositives: 1, trueNegatives: 50, falseNegatives: 3)
        let interval = f1Interval(counts)
        #expect(close(interval.value, counts.f1) && interval.n == 10)
        // Wilson's interval of 6 in 10 is 0.3127 … 0.8318 (Newcombe 1998); 2J / (1 + J).
        #expect(abs(interval.low - 2 * 0.31267 / 1.31267) < 1e-4 && abs(interval.high - 2 * 0.83182 / 1.83182) < 1e-4)
        #expect(f1Interval(BinaryCounts(truePositives: 9)).high == 1 && f1Interval(BinaryCounts()).value.isNaN)
    }

    @Test("the area's satisfies its own equation at both ends, and is honest at 1")
    func area() {
        let scored = (0..<40).map { (score: Double($0), isPositive: $0 > 12 && $0 % 3 != 0) }
        let found = areaInterval(scored)
        let (p, m) = (Double(scored.count(where: \.isPositive)), Double(scored.count { !$0.isPositive }))
        for end in [found.low, found.high] {
            let spread = 1 + ((p + m) / 2 - 1) * ((1 - end) / (2 - end) + end / (1 + end))
            let variance = end * (1 - end) * spread / (p * m)
            #expect(abs(abs(found.value - end) - 1.959963984540054 * variance.squareRoot()) < 1e-9)
        }
        #expect(found.low < found.value && found.value < found.high && found.n == 40)
        let perfect = areaInterval((0..<20).map { (score: Double($0), isPositive: $0 >= 10) })
        #expect(perfect.value == 1 && perfect.high == 1 && perfect.low > 0.6 && perfect.low < 0.95)
        #expect(areaInterval([(1, true)]).value.isNaN)
    }
}
