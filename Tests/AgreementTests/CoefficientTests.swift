import StrictJSON
import Testing

@testable import Agreement

@Suite("Coefficients of agreement")
struct CoefficientTests {
    @Test("Krippendorff's α equals the package krippendorff's, with missing answers, by golden")
    func alphaGolden() throws {
        for golden in try #require(try AgreementGoldens.value("alpha").array) {
            for metric in AlphaMetric.allCases {
                #expect(close(krippendorffAlpha(golden.table, metric), golden.number(metric.rawValue)), "\(metric)")
            }
        }
    }

    @Test("Cohen's κ, plain and weighted, equals scikit-learn's, by golden")
    func cohenGolden() throws {
        for golden in try #require(try AgreementGoldens.value("cohen").array) {
            for weight in DisagreementWeight.allCases {
                #expect(close(try cohenKappa(golden.table, weight), golden.number(weight.rawValue)), "\(weight)")
            }
        }
    }

    @Test("Fleiss' κ equals statsmodels', by golden")
    func fleissGolden() throws {
        for golden in try #require(try AgreementGoldens.value("fleiss").array) {
            #expect(close(try fleissKappa(golden.table), golden.number("kappa")))
        }
    }

    @Test("the published examples come out as printed")
    func published() throws {
        let published = try AgreementGoldens.value("published")
        let krippendorff = try #require(published["krippendorff_2011"])
        let printed = krippendorff["printed"]?.array?.compactMap(\.number) ?? []
        for (metric, printed) in zip(AlphaMetric.allCases, printed) {
            #expect(close(krippendorffAlpha(krippendorff.table, metric), printed, 0.0005), "\(metric)")
            #expect(close(krippendorffAlpha(krippendorff.table, metric), krippendorff.number(metric.rawValue)))
        }
        let fleiss = try #require(published["fleiss"])
        #expect(close(try fleissKappa(fleiss.countedTable), fleiss.number("printed"), 0.0005))
        #expect(close(try fleissKappa(fleiss.countedTable), fleiss.number("kappa")))
        let cohen = try #require(published["cohen_1968"])
        #expect(close(try cohenKappa(cohen.crossTable), cohen.number("printed"), 0.0005))
        for weight in DisagreementWeight.allCases {
            #expect(close(try cohenKappa(cohen.crossTable, weight), cohen.number(weight.rawValue)))
        }
    }

    @Test("two annotators who differ once in four items have κ ½ and α 8/15, by hand")
    func byHand() throws {
        // Cohen: observed ¼, expected ½. α: 8 answers, 4 : 4 after (1,1) (1,1) (0,0) (0,1) are 5 : 3; D_o = 2, D_e = 64 − 34 = 30.
        let two = table([[1, 1, 0, 0], [1, 1, 0, 1]])
        #expect(try cohenKappa(two) == 0.5)
        #expect(close(krippendorffAlpha(two, .nominal), 8.0 / 15.0, 1e-15))
        // P̄ = ¾, P̄_e = (25 + 9) / 64, so κ = (48 − 34) / (64 − 34)
        #expect(close(try fleissKappa(two), 14.0 / 30.0, 1e-15))
    }

    @Test("full agreement is 1 by every coefficient, and nothing when all answers are equal")
    func ends() throws {
        let perfect = table([[0, 1, 2, 2], [0, 1, 2, 2]])
        for metric in AlphaMetric.allCases { #expect(krippendorffAlpha(perfect, metric) == 1) }
        for weight in DisagreementWeight.allCases { #expect(try cohenKappa(perfect, weight) == 1) }
        #expect(try fleissKappa(perfect) == 1)
        let constant = table([[1, 1, 1], [1, 1, 1]])
        for metric in AlphaMetric.allCases { #expect(krippendorffAlpha(constant, metric).isNaN) }
        #expect(try cohenKappa(constant).isNaN && fleissKappa(constant).isNaN)
        #expect(krippendorffAlpha(table([[1, nil], [nil, 2]]), .nominal).isNaN)
    }

    @Test("the names of items and annotators, and the order of lines, change nothing, by law")
    func permutations() throws {
        let rows: [[Double?]] = [[0, 1, 2, nil, 3, 0], [0, 2, 2, 1, 3, nil], [1, 1, nil, 1, 2, 0]]
        let mirrored = table(rows.reversed().map { $0.reversed() })
        for metric in AlphaMetric.allCases {
            #expect(close(krippendorffAlpha(table(rows), metric), krippendorffAlpha(mirrored, metric), 1e-14))
        }
    }

    @Test("interval α moves with no shift and no scale, ordinal α with no stretch of the labels, by law")
    func scales() {
        let rows: [[Double?]] = [[0, 1, 2, nil, 3, 0], [0, 2, 2, 1, 3, nil], [1, 1, nil, 1, 2, 0]]
        func mapped(_ change: (Double) -> Double) -> RatingTable { table(rows.map { $0.map { $0.map(change) } }) }
        #expect(close(krippendorffAlpha(table(rows), .interval), krippendorffAlpha(mapped { 1e6 + 8 * $0 }, .interval), 1e-9))
        #expect(close(krippendorffAlpha(table(rows), .ordinal), krippendorffAlpha(mapped { $0 * $0 * $0 }, .ordinal), 1e-14))
        #expect(!close(krippendorffAlpha(table(rows), .interval), krippendorffAlpha(mapped { $0 * $0 * $0 }, .interval), 1e-3))
    }

    @Test("an item with one answer says nothing about agreement, by law")
    func single() {
        let rows: [[Double?]] = [[0, 1, 2, 3], [0, 2, 2, 3]]
        let more: [[Double?]] = [[0, 1, 2, 3, 7], [0, 2, 2, 3, nil]]
        for metric in AlphaMetric.allCases {
            #expect(krippendorffAlpha(table(rows), metric) == krippendorffAlpha(table(more), metric))
        }
    }

    @Test("what a coefficient cannot say is an error with a way out")
    func refusals() {
        #expect(throws: AgreementError.notTwoAnnotators(found: 3)) { try cohenKappa(table([[1], [1], [2]])) }
        #expect(throws: AgreementError.unevenAnswers(fewest: 1, most: 2)) { try fleissKappa(table([[1, 2], [1, nil]])) }
        let words = RatingTable(question: "q", ["a", "b"].map { Rating(item: "1", annotator: $0, question: "q", value: .text($0)) })
        #expect(throws: AgreementError.unorderedLabels(question: "q")) { try cohenKappa(words, .linear) }
        #expect("\(AgreementError.unevenAnswers(fewest: 1, most: 2))".contains("found 1 to 2; Krippendorff's α does not"))
    }

    @Test("words in a given order are as good as their places, by law")
    func orderedWords() {
        let order = ["safe", "minor", "moderate", "severe"]
        let rows: [[Double?]] = [[0, 1, 2, 3, 1], [0, 2, 2, 3, 0]]
        let words = rows.enumerated().flatMap { annotator, row in
            row.enumerated().map { item, value in
                Rating(item: "\(item)", annotator: "a\(annotator)", question: "q", value: .text(order[Int(value ?? 0)]))
            }
        }
        let ordered = RatingTable(question: "q", words, order: order)
        #expect(ordered.scale == .ordinal && RatingTable(question: "q", words).scale == .nominal)
        #expect(krippendorffAlpha(ordered, .ordinal) == krippendorffAlpha(table(rows), .ordinal))
        #expect(ordered.labels.map(\.description) == order)
    }
}
