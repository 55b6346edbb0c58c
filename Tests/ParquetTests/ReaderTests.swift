import Foundation
import Parquet
import Testing

@Suite("Parquet reader")
struct ReaderTests {
    let golden = Golden.url("types.parquet")

    @Test("knows the spellings of types that pyarrow writes")
    func schema() throws {
        let file = try ParquetFile(url: golden)
        let types = file.schema.columns.map(\.type)
        #expect(types == [.string, .string, .string, .int64, .int64, .double, .double, .bool, .image, nil])
        #expect(file.schema["list"]?.storedType == "list<element: int64>")
        #expect(file.rowGroups == [2, 2])
        #expect(file.rowCount == 4)
    }

    @Test("reads what pyarrow wrote, nulls as nulls")
    func values() throws {
        let large = String(repeating: "x", count: 300)
        #expect(
            try rows(of: golden) == [
                [
                    .string("a"), .string(large), .string("yes"), .int64(-1), .int64(.min), .double(0.5),
                    .double(0.5), .bool(true), .image(ParquetImage(bytes: [1, 2], path: "a.png")),
                ],
                [
                    .string(""), .string("y"), .string("no"), .int64(2), .int64(0), .null, .null, .bool(false),
                    .image(ParquetImage(bytes: [], path: nil)),
                ],
                [.null, .string("z"), .null, .null, .int64(.max), .double(-2), .double(-2), .null, .null],
                [
                    .string("né 💧"), .null, .string("yes"), .int64(2_147_483_647), .null, .double(1e300), .double(4),
                    .bool(true), .image(ParquetImage(bytes: nil, path: "d.png")),
                ],
            ])
    }

    @Test("refuses to read a column of a type it does not know")
    func unknownType() {
        #expect {
            _ = try rows(of: golden, columns: ["list"])
        } throws: { error in
            guard case ParquetError.wrongType(_, "list", "list<element: int64>", _) = error else { return false }
            return true
        }
    }

    @Test("names the column that is missing and those that are there")
    func missingColumn() {
        #expect {
            _ = try rows(of: golden, columns: ["texts"])
        } throws: { error in
            "\(error)" == "\(golden.path): has no column 'texts'; its columns are "
                + "text, large, word, narrow, wide, real, half, flag, image, list"
        }
    }

    @Test("names the type found where another is required")
    func wrongType() throws {
        let file = try ParquetFile(url: golden)
        #expect(
            throws: ParquetError.wrongType(file: golden.path, column: "narrow", found: "int32", expected: "string")
        ) { try file.require("narrow", .string) }
    }

    @Test("reads pictures that the datasets library wrote")
    func datasetsPictures() throws {
        let pictures = try rows(of: Golden.url("pairs.parquet"), columns: ["image"])
        let pngMark: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
        #expect(pictures.count == 3)
        for (index, row) in pictures.enumerated() {
            guard case .image(let image) = row[0] else { Issue.record("no picture in row \(index)"); continue }
            #expect(image.bytes?.prefix(4) == pngMark[...])
            #expect(image.path == "\(index).png")
        }
    }
}
