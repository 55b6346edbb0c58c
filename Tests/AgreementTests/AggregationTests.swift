import Statistics
import StrictJSON
import Testing

@testable import Agreement

@Suite("Aggregated labels")
struct AggregationTests {
    private func settings(_ rounds: Int) -> DawidSkene.Settings {
        var settings = DawidSkene.Settings()
        (settings.maximumIterations, settings.tolerance) = (rounds, -.infinity)
        return settings
    }

    /// Annotators of known accuracy; deterministic.
    private func noisy(_ accuracies: [Double], items: Int, seed: UInt64 = 5) -> (table: RatingTable, truth: [Int]) {
        var generator = SeededGenerator(seed: seed)
        let truth = (0..<items).map { _ in generator.below(3) }
        let rows = accuracies.map { accuracy in
            truth.map { label -> Double? in
                generator.unit() < accuracy ? Double(label) : Double((label + 1 + generator.below(2)) % 3)
            }
        }
        return (table(rows), truth)
    }

    @Test("by Dawid and Skene equal crowd-kit's after as many rounds, by golden")
    func dawidSkeneGolden() throws {
        for golden in try #require(try AgreementGoldens.value("dawid_skene").array) {
            for fit in golden["fits"]?.array ?? [] {
                let model = DawidSkene(golden.table, settings(fit["rounds"]?.integer ?? 0))
                let majority = majorityVote(golden.table)
                for (item, expected) in (fit["probabilities"]?.array ?? []).enumerated() {
                    let index = try #require(model.items.firstIndex { $0.item == "\(item)" })
                    // crowd-kit lifts counts below 1e-10 to that.
                    for (found, expected) in zip(model.items[index].probabilities, expected.array ?? []) {
                        #expect(close(found, expected.number ?? .nan, 1e-9))
                    }
                    for (found, expected) in zip(majority[index].probabilities, fit["majority"]?.array?[item].array ?? []) {
                        #expect(close(found, expected.number ?? .nan, 1e-15))
                    }
                }
            }
        }
    }

    @Test("one round, by hand")
    func byHand() {
        // Votes 0|0 and 0|1: T = (1, 0), (½, ½). M: π = (¾, ¼); a0 says 0 always; a1 says 0 in 1 of 1½ when 0, never when 1.
        let model = DawidSkene(table([[0, 0], [0, 1]]), settings(1))
        #expect(close(model.prevalences[0], 0.75, 1e-15))
        #expect(close(model.confusion(annotator: 1, truth: 0)[0], 2.0 / 3, 1e-15))
        #expect(model.confusion(annotator: 1, truth: 1) == [0, 1])
        // E: the second item is ¾·1·⅓ against ¼·1·1.
        #expect(model.items[0].probabilities == [1, 0])
        #expect(close(model.items[1].probabilities[0], 0.5, 1e-15))
    }

    @Test("the likelihood never falls, by law", arguments: [UInt64(1), 2, 3, 4])
    func likelihood(seed: UInt64) {
        let model = DawidSkene(noisy([0.9, 0.6, 0.4, 0.5], items: 80, seed: seed).table, settings(60))
        for (before, after) in zip(model.logLikelihoods, model.logLikelihoods.dropFirst()) {
            // Rounding of sums of 80 logarithms.
            #expect(after >= before - 1e-10)
        }
    }

    @Test("the order of items, annotators and labels changes nothing, by law")
    func permutations() {
        let (original, _) = noisy([0.9, 0.7, 0.5], items: 40)
        let first = DawidSkene(original, settings(40))
        var ratings: [Rating] = []
        for item in original.items.indices.reversed() {
            for answer in original.answers[original.answerRange(item)].reversed() {
                ratings.append(
                    Rating(
                        item: original.items[item], annotator: "z\(9 - answer.annotator)", question: "q",
                        value: .number(-Double(answer.label))))
            }
        }
        let second = DawidSkene(RatingTable(question: "q", ratings), settings(40))
        let found = Dictionary(uniqueKeysWithValues: second.items.map { ($0.item, $0.probabilities) })
        for item in first.items {
            for (a, b) in zip(item.probabilities, (found[item.item] ?? []).reversed()) { #expect(close(a, b, 1e-9)) }
        }
    }

    @Test("perfect annotators are found out, and their labels are certain")
    func perfect() {
        let (table, truth) = noisy([1, 1, 0.4], items: 100)
        let model = DawidSkene(table)
        #expect(model.hasConverged)
        #expect(model.items.map { Int("\($0.label)") } == truth)
        // Sums of a hundred shares.
        #expect(close(model.accuracy(ofAnnotator: 0), 1) && close(model.accuracy(ofAnnotator: 1), 1))
        #expect(model.items.allSatisfy { $0.probabilities.contains { $0 > 1 - 1e-9 } })
        #expect((0.25...0.55).contains(model.accuracy(ofAnnotator: 2)))
    }

    @Test("one good annotator among noise outweighs the majority")
    func outweighs() {
        let (table, truth) = noisy([0.95, 0.95, 0.4, 0.4, 0.4], items: 400)
        func right(_ labels: [AggregatedLabel]) -> Int { zip(labels, truth).count { "\($0.label)" == "\($1)" } }
        #expect(right(DawidSkene(table).items) > right(majorityVote(table)))
    }

    @Test("a majority gives the shares of the votes, and says when two labels are level")
    func majority() {
        let labels = majorityVote(table([[0, 0, 1], [0, 1, 1], [2, nil, 1]]))
        #expect(labels.map(\.probabilities) == [[2.0 / 3, 0, 1.0 / 3], [0.5, 0.5, 0], [0, 1, 0]])
        #expect(labels.map(\.isTied) == [false, true, false])
        #expect(labels.map(\.label) == [.number(0), .number(0), .number(1)])
        #expect(labels.map(\.answerCount) == [3, 2, 3])
    }

    @Test("nothing to aggregate is nothing aggregated")
    func empty() {
        let empty = RatingTable(question: "q", [])
        #expect(majorityVote(empty).isEmpty && DawidSkene(empty).items.isEmpty && DawidSkene(empty).hasConverged)
    }
}
