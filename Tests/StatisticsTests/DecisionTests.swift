import Statistics
import StrictJSON
import Testing

@Suite("Yes–no decisions")
struct DecisionTests {
    @Test("are counted and rated, by hand")
    func byHand() {
        let counts = BinaryCounts([
            (predicted: true, actual: true), (predicted: true, actual: true), (predicted: true, actual: false),
            (predicted: false, actual: false), (predicted: false, actual: true), (predicted: false, actual: true),
            (predicted: false, actual: true), (predicted: false, actual: false),
        ])
        #expect(counts == BinaryCounts(truePositives: 2, falsePositives: 1, trueNegatives: 2, falseNegatives: 3))
        #expect(counts.count == 8 && counts.positives == 5 && counts.negatives == 3)
        #expect(counts.accuracy == 0.5)
        #expect(counts.precision == 2 / 3.0)
        #expect(counts.recall == 0.4)
        #expect(counts.falsePositiveRate == 1 / 3.0)
        #expect(counts.f1 == 0.5)
        #expect(counts.majorityBaseline == 0.625)
    }

    @Test("without one class leave its rates open")
    func oneClass() {
        let counts = BinaryCounts(truePositives: 3, falseNegatives: 1)
        #expect(counts.recall == 0.75 && counts.precision == 1)
        #expect(counts.falsePositiveRate.isNaN && counts.balancedAccuracy.isNaN)
        #expect(BinaryCounts().accuracy.isNaN && BinaryCounts().f1.isNaN && BinaryCounts().majorityBaseline.isNaN)
    }

    @Test("equal scikit-learn's rates, by golden")
    func golden() throws {
        let golden = try StatisticsGoldens.value("decisions")
        let labels = golden.flags("labels")
        let counts = BinaryCounts(zip(golden.flags("predictions"), labels).map { (predicted: $0, actual: $1) })
        let confusion = [counts.trueNegatives, counts.falsePositives, counts.falseNegatives, counts.truePositives]
        #expect(confusion.map(Double.init) == golden.numbers("confusion"))
        #expect(close(counts.accuracy, golden.number("accuracy")))
        #expect(close(counts.balancedAccuracy, golden.number("balanced_accuracy")))
        #expect(close(counts.precision, golden.number("precision")))
        #expect(close(counts.recall, golden.number("recall")))
        #expect(close(counts.f1, golden.number("f1")))
        let scored = zip(golden.numbers("scores"), labels).map { (score: $0, isPositive: $1) }
        #expect(close(areaUnderCurve(scored), golden.number("area")))
    }
}

@Suite("Area under the curve")
struct AreaTests {
    @Test("counts ordered pairs, ties half, by hand")
    func byHand() {
        // Of the four pairs: 2 > 1, 2 > 2 is a tie, 3 > 1, 3 > 2.
        let scored = [(2.0, true), (3.0, true), (1.0, false), (2.0, false)].map { (score: $0.0, isPositive: $0.1) }
        #expect(areaUnderCurve(scored) == 0.875)
        #expect(areaUnderCurve(scored.map { (score: 5, isPositive: $0.isPositive) }) == 0.5)
    }

    @Test("equals the count over all pairs, and turns over with the scores' sign, by law")
    func pairs() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<30 {
            let scored = (0..<40).map { _ in
                (score: Double(generator.below(12)), isPositive: generator.below(2) == 1)
            }
            let positives = scored.filter(\.isPositive)
            let negatives = scored.filter { !$0.isPositive }
            let points = positives.map { p in
                mean(negatives.map { p.score > $0.score ? 1 : p.score == $0.score ? 0.5 : 0 })
            }
            let area = areaUnderCurve(scored)
            #expect(close(area, mean(points)))
            let reversed = scored.map { (score: -$0.score, isPositive: $0.isPositive) }
            #expect(close(areaUnderCurve(reversed), 1 - area))
        }
    }

    @Test("is open without both classes, or with a score that is no number")
    func open() {
        #expect(areaUnderCurve([]).isNaN)
        #expect(areaUnderCurve([(1, true)]).isNaN)
        #expect(areaUnderCurve([(1, false), (2, false)]).isNaN)
        #expect(areaUnderCurve([(.nan, true), (2, false)]).isNaN)
        #expect(areaUnderCurve([(.infinity, true), (-.infinity, false)]) == 1)
    }
}

@Suite("Describing values")
struct DescriptiveTests {
    @Test("by hand")
    func byHand() {
        #expect(mean([1, 2, 6]) == 3)
        #expect(standardDeviation([1, 3]) == 2.0.squareRoot())
        #expect(standardDeviation([1]) == 0)
        #expect(median([5, 1, 3]) == 3)
        #expect(median([4, 1, 3, 2]) == 2.5)
        #expect(quantile(sorted: [0, 1, 2, 3, 4], 0.375) == 1.5)
        #expect(quantile(sorted: [1, 2], -1) == 1 && quantile(sorted: [1, 2], 2) == 2)
        #expect(mean([]).isNaN && median([]).isNaN)
    }

    @Test("equals numpy's, by golden")
    func golden() throws {
        for sample in try #require(StatisticsGoldens.value("samples").array) {
            let values = sample.numbers("values")
            #expect(close(mean(values), sample.number("mean")))
            #expect(close(standardDeviation(values), sample.number("std")))
            #expect(close(median(values), sample.number("median")))
            for row in sample["quantiles"]?.array?.map(\.numbers) ?? [] {
                #expect(close(quantile(sorted: values.sorted(), row[0]), row[1]))
            }
        }
    }
}
