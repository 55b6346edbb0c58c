import Statistics
import Testing

@testable import Agreement

@Suite("Intervals of agreement")
struct BootstrapTests {
    /// Two annotators of 60 items who differ on every fourth one.
    let uneven = table([(0..<60).map { Double($0 % 3) }, (0..<60).map { Double(($0 + ($0 % 4 == 0 ? 1 : 0)) % 3) }])

    @Test("the seed decides the interval, and the interval holds the value")
    func seeded() throws {
        let first = AgreementReport(uneven, BootstrapSettings(resamples: 200, seed: 3))
        let again = AgreementReport(uneven, BootstrapSettings(resamples: 200, seed: 3))
        let other = AgreementReport(uneven, BootstrapSettings(resamples: 200, seed: 4))
        for measure in AgreementReport.Measure.allCases {
            let coefficient = try #require(first[measure])
            #expect(coefficient == again[measure])
            #expect(coefficient.interval.low < coefficient.interval.value && coefficient.interval.value < coefficient.interval.high)
            #expect(coefficient.interval.n == 60 && coefficient.undefinedResamples == 0)
        }
        #expect(first[.alphaNominal] != other[.alphaNominal])
    }

    @Test("items are drawn whole: counting an item twice is having it twice, by law")
    func weights() {
        let rows: [[Double?]] = [[0, 1, 2, nil, 3], [0, 2, 2, 1, 3], [1, 1, nil, 1, 2]]
        var weights = ItemWeights(each: 5)
        weights.counts = [2, 1, 0, 3, 1]
        let repeated = table(rows.map { row in [0, 0, 1, 3, 3, 3, 4].map { row[$0] } })
        for metric in AlphaMetric.allCases {
            #expect(close(table(rows).alpha(metric, weights), krippendorffAlpha(repeated, metric), 1e-14))
        }
        let even: [[Double?]] = rows.map { $0.map { $0 ?? 0 } }
        let evenRepeated = table(even.map { row in [0, 0, 1, 3, 3, 3, 4].map { row[$0] } })
        #expect(close(table(even).fleissKappa(weights), evenRepeated.fleissKappa(ItemWeights(each: 7)), 1e-14))
        let two = Array(even.prefix(2)), twoRepeated = table(two.map { row in [0, 0, 1, 3, 3, 3, 4].map { row[$0] } })
        for weight in DisagreementWeight.allCases {
            #expect(close(table(two).cohenKappa(weight, weights), twoRepeated.cohenKappa(weight, ItemWeights(each: 7)), 1e-14))
        }
    }

    @Test("the interval of a share of equal pairs is the bootstrap of the mean, by law")
    func meanBootstrap() throws {
        let found = try #require(AgreementReport(uneven, BootstrapSettings(resamples: 500, seed: 9))[.equalPairs])
        let equal = (0..<60).map { $0 % 4 == 0 ? 0.0 : 1.0 }
        let expected = bootstrapMean(equal, resamples: 500, seed: 9)
        #expect(close(found.interval.low, expected.low, 1e-12) && close(found.interval.high, expected.high, 1e-12))
    }

    @Test("resamples in which nothing varies are counted, not hidden")
    func undefined() throws {
        let nearlyConstant = table([[1, 1, 1, 1, 2], [1, 1, 1, 1, 2]])
        let found = try #require(AgreementReport(nearlyConstant, BootstrapSettings(resamples: 300, seed: 1))[.alphaNominal])
        // (4/5)⁵ ≈ a third of the resamples miss the fifth item.
        #expect((60...140).contains(found.undefinedResamples))
        #expect(found.interval.value == 1 && found.interval.low == 1)
    }

    @Test("a report has the coefficients that fit: Cohen for two, Fleiss for even, graded ones for numbers")
    func fitting() {
        let three = AgreementReport(table([[1, 2], [1, nil], [2, 2]]), BootstrapSettings(resamples: 0))
        #expect(three.coefficients.map(\.measure) == [.equalPairs, .alphaNominal, .alphaOrdinal, .alphaInterval])
        let words = RatingTable(
            question: "q", ["a", "b"].map { Rating(item: "1", annotator: $0, question: "q", value: .text($0)) })
        #expect(AgreementReport(words).coefficients.map(\.measure) == [.equalPairs, .cohen, .fleiss, .alphaNominal])
    }
}
