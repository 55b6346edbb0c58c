import Foundation
import Statistics
import StrictJSON
import Testing

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
    @Test("equal an independent version of the same papers, by golden")
    func golden() throws {
        for row in try #require(StatisticsGoldens.value("random").array) {
            var generator = SeededGenerator(seed: try #require(row["seed"]?.string.flatMap(UInt64.init)))
            for expected in row["next"]?.array?.compactMap(\.string) ?? [] {
                #expect(String(generator.next()) == expected)
            }
            for pair in row["below"]?.array?.compactMap(\.array) ?? [] {
                #expect(generator.below(try #require(pair[0].integer)) == pair[1].integer)
            }
            #expect(generator.state == row["state"]?.string)
        }
    }

    @Test("go on after saving and restoring as if nothing had happened, by law")
    func state() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<100 { _ = generator.next() }
        var restored = try #require(SeededGenerator(state: generator.state))
        var decoded = try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(generator))
        for _ in 0..<100 {
            let expected = generator.next()
            #expect(restored.next() == expected)
            #expect(decoded.next() == expected)
        }
    }

    @Test(
        "refuse a state that cannot have been",
        arguments: [
            "", "0", String(repeating: "0", count: 64), String(repeating: "g", count: 64),
            String(repeating: "1", count: 63),
            "+" + String(repeating: "1", count: 63), String(repeating: "é", count: 32),
        ])
    func badState(text: String) {
        #expect(SeededGenerator(state: text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(text))
        }
    }

    @Test("lie below their bound and spread evenly, by law")
    func evenness() {
        var generator = SeededGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
        // Each is 10,000 with a standard deviation of 93.
        #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
        for _ in 0..<1000 {
            let unit = generator.unit()
            #expect(0 <= unit && unit < 1)
        }
        #expect(generator.below(1) == 0)
    }
}

@Suite("Permutations by seed and epoch")
struct PermutationTests {
    @Test("equal an independent version, by golden")
    func golden() throws {
        for row in try #require(StatisticsGoldens.value("permutations").array).compactMap(\.array) {
            let (seed, epoch) = (try #require(row[0].integer), try #require(row[1].integer))
            #expect(permutation(of: 12, seed: UInt64(seed), epoch: epoch) == row[2].numbers.map { Int($0) })
        }
    }

    @Test("hold every number once, and differ between epochs and seeds, by law")
    func law() {
        for count in [0, 1, 2, 100] {
            #expect(permutation(of: count, seed: 1, epoch: 2).sorted() == Array(0..<count))
        }
        let orders = (0..<10).flatMap { epoch in (0..<10).map { permutation(of: 50, seed: $0, epoch: epoch) } }
        #expect(Set(orders).count == 100)
        #expect(permutation(of: -1, seed: 1, epoch: 1) == [])
        #expect(permutation(of: 3, seed: .max, epoch: -1).count == 3)
    }

    @Test("are all equally likely, by law")
    func uniform() {
        var counts: [[Int]: Int] = [:]
        for epoch in 0..<6000 { counts[permutation(of: 3, seed: 8, epoch: epoch), default: 0] += 1 }
        // Six orders, each 1000 with a standard deviation of 29.
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { abs($0 - 1000) < 130 })
    }
}
