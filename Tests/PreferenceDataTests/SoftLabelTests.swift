import Foundation
import Parquet
import PreferenceData
import Testing

@Suite("Soft labels in rows")
struct SoftLabelTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let labels = SoftLabels(firstMoreHelpful: 0.75, firstSafer: 0, safe: Pair(0.125, nil))

    @Test("come back from both formats, and their absence too", arguments: ["train.parquet", "train.jsonl"])
    func roundTrip(name: String) throws {
        let rows = [BeaverTailsVRow.sound(0).with { $0.softLabels = labels }, BeaverTailsVRow.sound(1)]
        try RowWriter.write(rows, to: folder.file(name), withOptionalColumns: true)
        let dataset = try BeaverTailsVDataset.load(folder.url)
        #expect(try dataset.indices.map { try dataset.row(at: $0).softLabels } == [labels, SoftLabels()])
        #expect(try dataset.sample(at: 0).softLabels == labels)
        let sample = try dataset.sample(at: 0)
        #expect(BeaverTailsVRow(sample).softLabels == labels)
        #expect(sample.softLabels.moreHelpful(.second) == 0.25 && sample.softLabels.safer(.second) == 1)
    }

    @Test("the published form has none of their columns", arguments: ["train.parquet", "train.jsonl"])
    func published(name: String) throws {
        try RowWriter.write([BeaverTailsVRow.sound(0).with { $0.softLabels = labels }], to: folder.file(name))
        #expect(try BeaverTailsVDataset.load(folder.url).row(at: 0).softLabels.isEmpty)
        if name.hasSuffix("parquet") {
            #expect(try ParquetFile(url: folder.file(name)).schema.columns.map(\.name) == BeaverTailsVRow.columns.map(\.name))
        }
    }

    @Test("a number that is no probability, and a word, are refused with their column")
    func refusals() throws {
        for found in [1.5, -0.1, Double.nan] {
            let row = BeaverTailsVRow.sound(0).with { $0.softLabels.firstSafer = found }
            #expect(
                throws: RowError(
                    .valueNotAllowed, at: somewhere, column: "response_1_safer_probability", found: "\(found)",
                    expected: "a probability, 0 … 1")
            ) { try PreferenceSample(row, at: somewhere) }
        }
        try RowWriter.write([BeaverTailsVRow.sound(0)], to: folder.file("train.jsonl"))
        let line = try String(contentsOf: folder.file("train.jsonl"), encoding: .utf8)
        try folder.write(line.replacingOccurrences(of: "}\n", with: ",\"response_1_safe_probability\":\"high\"}\n"), to: "train.jsonl")
        #expect(throws: RowError.self) { try BeaverTailsVDataset.load(folder.url).row(at: 0) }
    }
}
