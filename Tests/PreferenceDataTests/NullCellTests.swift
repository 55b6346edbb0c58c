import Foundation
import Parquet
import PreferenceData
import Testing

@Suite("Cells that are not as they should be")
struct NullCellTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes one sound row with one cell replaced, and gives the error of reading it.
    private func error(replacing column: String, by cell: ParquetValue) throws -> RowError? {
        var cells = BeaverTailsVRow.sound().cells
        let index = try #require(BeaverTailsVRow.columns.firstIndex { $0.name == column })
        cells[index] = cell
        let writer = try ParquetWriter(
            url: folder.file("train.parquet"), schema: ParquetSchema(BeaverTailsVRow.columns))
        try writer.append(cells)
        try writer.close()
        let dataset = try BeaverTailsVDataset.load(folder.file("train.parquet"))
        do {
            _ = try dataset.sample(at: 0)
            return nil
        } catch let error as RowError {
            return error
        }
    }

    @Test("no value in any column is an error that names the column", arguments: BeaverTailsVRow.columns.map(\.name))
    func null(column: String) throws {
        let found = try #require(try error(replacing: column, by: .null))
        #expect(found.kind == .missingValue)
        #expect(found.column == column)
        #expect(found.found == "no value")
        #expect(found.position == RowPosition(file: "train.parquet", row: 0))
    }

    @Test("a picture of no bytes is an error", arguments: [nil, []] as [[UInt8]?])
    func emptyPicture(bytes: [UInt8]?) throws {
        let found = try #require(try error(replacing: "image", by: .image(ParquetImage(bytes: bytes))))
        #expect(found.kind == .missingValue)
        #expect(found.column == "image")
    }

    @Test("a picture without bytes is read from the file that it names")
    func namedPicture() throws {
        try folder.write("picture", to: "pictures/a.png")
        #expect(try error(replacing: "image", by: .image(ParquetImage(bytes: nil, path: "pictures/a.png"))) == nil)
        let outside = try error(replacing: "image", by: .image(ParquetImage(bytes: nil, path: "../a.png")))
        #expect(outside?.kind == .unreadablePicture)
    }
}
