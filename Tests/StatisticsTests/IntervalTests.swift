import StrictJSON
import Testing

@testable import Statistics

@Suite("Intervals")
struct IntervalTests {
    @Test("quantiles equal scipy's, by golden")
    func quantiles() throws {
        for row in try StatisticsGoldens.rows("normal_quantiles") {
            #expect(close(normalQuantile(row[0]), row[1], 1e-14), "\(row)")
        }
        // scipy's own inversion is good to about 1e-12.
        for row in try StatisticsGoldens.rows("student_quantiles") {
            #expect(close(studentQuantile(row[0], degrees: Int(row[1])), row[2], 1e-11), "\(row)")
        }
    }

    @Test("quantiles are odd around one half, by law")
    func symmetry() {
        for p in [0.01, 0.25, 0.499] {
            #expect(close(normalQuantile(p), -normalQuantile(1 - p), 1e-13))
            #expect(studentQuantile(p, degrees: 3) == -studentQuantile(1 - p, degrees: 3))
        }
        #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity)
    }

    @Test("of shares equal scipy's Wilson intervals, by golden")
    func wilson() throws {
        for row in try StatisticsGoldens.rows("wilson") {
            let interval = wilsonInterval(successes: Int(row[0]), of: Int(row[1]), confidence: row[2])
            #expect(interval.value == row[0] / row[1] && interval.n == Int(row[1]))
            #expect(close(interval.low, row[3]) && close(interval.high, row[4]), "\(row)")
        }
    }

    @Test("of shares never leave 0…1 and reach the ends only there, by law")
    func wilsonEnds() {
        for n in 1...30 {
            for successes in 0...n {
                let interval = wilsonInterval(successes: successes, of: n)
                #expect(0 <= interval.low && interval.low <= interval.value)
                #expect(interval.value <= interval.high && interval.high <= 1)
                #expect((interval.low == 0) == (successes == 0) && (interval.high == 1) == (successes == n))
            }
        }
        let empty = wilsonInterval(successes: 0, of: 0)
        #expect(empty.value.isNaN && empty.low.isNaN && empty.high.isNaN && empty.n == 0)
    }

    @Test("of means equal scipy's, by golden")
    func means() throws {
        for sample in try #require(StatisticsGoldens.value("samples").array) {
            let values = sample.numbers("values")
            let normal = normalInterval(values)
            let student = meanOverSeeds(values, confidence: 0.99)
            #expect(close(normal.value, sample.number("mean")) && normal.n == values.count)
            #expect(close(normal.low, sample.numbers("normal")[0]) && close(normal.high, sample.numbers("normal")[1]))
            #expect(close(student.low, sample.numbers("student")[0], 1e-11))
            #expect(close(student.high, sample.numbers("student")[1], 1e-11))
        }
    }

    @Test("of one observation or none are open, not narrow")
    func fewObservations() {
        let one = meanOverSeeds([3])
        #expect(one.value == 3 && one.low.isNaN && one.high.isNaN && one.n == 1)
        let none = normalInterval([])
        #expect(none.value.isNaN && none.low.isNaN && none.n == 0)
    }
}

@Suite("Bootstrap")
struct BootstrapTests {
    @Test("equals the same resampling written down independently, by golden")
    func golden() throws {
        for sample in try #require(StatisticsGoldens.value("samples").array) {
            let interval = bootstrapMean(sample.numbers("values"), seed: 11)
            let expected = sample.numbers("bootstrap")
            #expect(close(interval.low, expected[0]) && close(interval.high, expected[1]))
        }
        let paired = try StatisticsGoldens.value("paired")
        let difference = pairedBootstrap(first: paired.numbers("first"), second: paired.numbers("second"), seed: 5)
        let expected = paired.numbers("interval")
        #expect(close(difference.interval.low, expected[0]) && close(difference.interval.high, expected[1]))
    }

    @Test("follows from the seed alone")
    func seeds() {
        let values = [1.0, 2, 4, 8, 16]
        #expect(bootstrapMean(values, seed: 3) == bootstrapMean(values, seed: 3))
        #expect(bootstrapMean(values, seed: 3) != bootstrapMean(values, seed: 4))
    }

    @Test("of equal values has no width, by hand")
    func constant() {
        #expect(bootstrapMean([2, 2, 2]) == Interval(value: 2, low: 2, high: 2, n: 3))
        #expect(bootstrapMean([]).value.isNaN)
    }

    @Test("of pairs sees only the differences, by law")
    func pairs() {
        // The items differ widely, the systems by exactly one half on each.
        let first = [0.0, 100, -50, 7]
        let better = pairedBootstrap(first: first, second: first.map { $0 + 0.5 })
        #expect(better.interval == Interval(value: 0.5, low: 0.5, high: 0.5, n: 4))
        #expect(better.shareAboveZero == 1)
        #expect(pairedBootstrap(first: first, second: first).shareAboveZero == 0.5)
        #expect(pairedBootstrap(first: first, second: first.map { $0 - 0.5 }).shareAboveZero == 0)
        #expect(pairedBootstrap(first: [], second: []).shareAboveZero.isNaN)
    }

    @Test("covers the true mean about as often as it says, by law")
    func coverage() {
        var generator = SeededGenerator(seed: 9)
        let covered = (0..<200).count { trial in
            let values = (0..<60).map { _ in generator.unit() }
            let interval = bootstrapMean(values, resamples: 200, seed: UInt64(trial))
            return interval.low <= 0.5 && 0.5 <= interval.high
        }
        // 200 trials of 95 %: three standard deviations are 9.
        #expect((178...199).contains(covered))
    }

    @Test("of win rates counts ties half, by hand")
    func winRate() {
        let rate = WinRate([(3, 1), (1, 3), (2, 2), (5, 0)])
        #expect(rate.interval.value == 0.625)
        #expect((rate.wins, rate.ties, rate.losses) == (2, 1, 1))
        #expect(rate.tieShare == 0.25)
        #expect(WinRate([(first: 0.5, second: 0.25)]).interval == Interval(value: 1, low: 1, high: 1, n: 1))
        let none = WinRate([(first: Int, second: Int)]())
        #expect(none.interval.value.isNaN && none.tieShare.isNaN)
    }
}
