import Foundation
import Parquet
import Testing

@Suite("Writing and reading back")
struct RoundTripTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("gives every value back", arguments: [0, 1, 23])
    func everyValue(count: Int) throws {
        let written = (0..<count).map(everyRow)
        try write(written, everyColumn, to: folder.file("a.parquet"))
        #expect(try rows(of: folder.file("a.parquet")) == written)
    }

    @Test("gives a picture without bytes back as one without bytes")
    func missingBytes() throws {
        let written: [[ParquetValue]] = [
            [.image(ParquetImage(bytes: nil, path: "a.png"))], [.image(ParquetImage(bytes: [], path: ""))], [.null],
        ]
        try write(written, [ParquetColumn("image", .image)], to: folder.file("a.parquet"))
        #expect(try rows(of: folder.file("a.parquet")) == written)
    }

    @Test("cuts row groups by rows")
    func groupRows() throws {
        try write((0..<5).map(everyRow), everyColumn, to: folder.file("a.parquet"), groupRows: 2)
        #expect(try ParquetFile(url: folder.file("a.parquet")).rowGroups == [2, 2, 1])
    }

    @Test("cuts row groups by bytes")
    func groupBytes() throws {
        let written: [[ParquetValue]] = (0..<5).map { _ in [.string(String(repeating: "x", count: 40))] }
        try write(written, [ParquetColumn("text", .string)], to: folder.file("a.parquet"), groupBytes: 80)
        #expect(try ParquetFile(url: folder.file("a.parquet")).rowGroups == [2, 2, 1])
    }

    @Test("says where each batch stands")
    func places() throws {
        try write((0..<5).map(everyRow), everyColumn, to: folder.file("a.parquet"), groupRows: 3)
        var places: [[Int]] = []
        try ParquetFile(url: folder.file("a.parquet")).forEachBatch(columns: ["count"], batchRows: 2) { batch in
            places.append([batch.rowGroup, batch.firstRow, batch.rowCount])
        }
        #expect(places == [[0, 0, 2], [0, 2, 1], [1, 3, 2]])
    }

    @Test("reads only the columns and row groups asked for")
    func projection() throws {
        try write((0..<6).map(everyRow), everyColumn, to: folder.file("a.parquet"), groupRows: 2)
        try ParquetFile(url: folder.file("a.parquet")).forEachBatch(columns: ["flag"], rowGroups: 1..<9) { batch in
            #expect(batch.rowGroup >= 1)
            #expect(batch["image"] == nil)
            #expect(batch["flag"]?.count == batch.rowCount)
        }
    }

    @Test("writes the same bytes for the same rows")
    func deterministic() throws {
        for name in ["a", "b"] { try write((0..<9).map(everyRow), everyColumn, to: folder.file(name)) }
        #expect(try Data(contentsOf: folder.file("a")) == Data(contentsOf: folder.file("b")))
    }

    @Test("tells the datasets library which columns are pictures")
    func features() throws {
        let columns = [ParquetColumn("a\"b", .double), ParquetColumn("image", .image)]
        try write([], columns, to: folder.file("a.parquet"))
        let expected = #"""
            {"info": {"features": {"a\"b": {"dtype": "float64", "_type": "Value"}, "image": {"_type": "Image"}}}}
            """#
        #expect(try ParquetFile(url: folder.file("a.parquet")).metadata("huggingface") == expected)
    }
}
