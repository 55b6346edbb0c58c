import Conversations
import Foundation
import PreferenceData
import StrictJSON
import Testing

@Suite("Data statistics")
struct DataStatisticsTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func statistics() throws -> DataStatistics {
        let tie = BeaverTailsVRow.sound(2, category: "sexual_crimes").with {
            $0.helpfulRates = Pair(3, 3)
            $0.image = picture(1)
        }
        let bad = BeaverTailsVRow.sound(3).with { $0.saferResponseID = "" }
        try folder.write([.sound(1), tie, bad], to: "train.parquet")
        try folder.write([BeaverTailsVRow.sound(4)], to: "evaluation.parquet")
        return try DataStatistics(Split.allCases.map { try BeaverTailsVDataset.load(folder.url, split: $0) })
    }

    @Test("counts rows by category and split, and those left out")
    func rows() throws {
        let statistics = try statistics()
        #expect(statistics.rowCounts == [.animalAbuse: [.train: 1, .evaluation: 1], .sexualCrimes: [.train: 1]])
        #expect(statistics.rowCount == 3)
        #expect(statistics.badRowCount == 1)
        #expect(statistics.distinctPictureCount == 2)
        #expect(statistics.distinctPromptCount == 3)
    }

    @Test("counts labels and ties")
    func labels() throws {
        let histograms = try statistics().histograms
        #expect(histograms["harmless rate"]?.counts == ["-2": 3, "1": 3])
        #expect(histograms["helpful rate"]?.counts == ["3": 4, "1": 2])
        #expect(histograms["response severity"]?.counts == ["moderate": 3, "safe": 3])
        #expect(histograms["helpful rates of a pair"]?.counts == ["tie": 1, "decided": 2])
        #expect(histograms["harmless rates of a pair"]?.counts == ["decided": 3])
        #expect(histograms["image severity"]?.counts == ["2": 3])
        #expect(histograms["harmless rate"]?.sorted.map(\.value) == ["-2", "1"])
    }

    @Test("measures texts by rank")
    func lengths() throws {
        // "Helpful n." has 10 characters, "Safe n." has 7; three of each.
        let lengths = try #require(try statistics().lengths["response"])
        #expect(lengths.count == 6)
        #expect(lengths.mean == 8.5)
        #expect(lengths.quantiles([0, 0.5, 0.51, 1]) == [7, 7, 10, 10])
    }

    @Test("counts an emoji of one scalar as one")
    func scalars() throws {
        let row = QuestionAnswerRow(
            question: "💧é", image: picture(1), category: "animal_abuse", imageSeverity: 0, response: "",
            isResponseSafe: "yes")
        try folder.write([row], to: "train.parquet")
        let statistics = try DataStatistics([QuestionAnswerDataset.load(folder.url)])
        #expect(statistics.lengths["question"]?.quantiles([1]) == [2])
        #expect(statistics.histograms["response flag"]?.counts == ["safe": 1])
        #expect(statistics.histograms["harmless rate"] == nil)
    }

    @Test("shows tables and JSON of the same numbers")
    func report() throws {
        let statistics = try statistics()
        #expect(
            statistics.description.hasPrefix(
                """
                3 usable rows, 1 left out; 2 distinct pictures, 3 distinct prompts

                category                                 train  evaluation
                animal_abuse                                 1           1
                sexual_crimes                                1           0

                harmless rate
                """))
        #expect(statistics.json["categories"]?["animal_abuse"]?["train"]?.integer == 1)
        #expect(statistics.json["labels"]?["harmless rate"]?["-2"]?.integer == 3)
        #expect(statistics.json["lengths"]?["response"]?["median"]?.integer == 7)
    }

    @Test("no rows give no numbers and no trap")
    func empty() throws {
        try folder.write([BeaverTailsVRow](), to: "train.parquet")
        let statistics = try DataStatistics([BeaverTailsVDataset.load(folder.url)])
        #expect(statistics.rowCount == 0)
        #expect(!statistics.description.isEmpty)
    }
}
