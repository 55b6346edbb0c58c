import Foundation
import Parquet
import Testing

@Suite("Parquet writer")
struct WriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("refuses a cell of another type and says which")
    func wrongCell() throws {
        let file = folder.file("a.parquet")
        let writer = try ParquetWriter(url: file, schema: ParquetSchema([ParquetColumn("count", .int64)]))
        #expect(
            throws: ParquetError.unfitRow(file: file.path, column: "count", found: "string", expected: "int64")
        ) { try writer.append([.string("1")]) }
    }

    @Test("refuses null where the column allows none")
    func nullCell() throws {
        let column = ParquetColumn("count", .int64, isNullable: false)
        let writer = try ParquetWriter(url: folder.file("a.parquet"), schema: ParquetSchema([column]))
        #expect(throws: ParquetError.self) { try writer.append([.null]) }
    }

    @Test("refuses a row of another length")
    func rowLength() throws {
        let writer = try ParquetWriter(url: folder.file("a.parquet"), schema: ParquetSchema(everyColumn))
        #expect(throws: ParquetError.self) { try writer.append([.string("a")]) }
    }

    @Test("leaves the older file alone, and nothing beside it, until it is closed")
    func unfinished() throws {
        let file = folder.file("a.parquet")
        try write([[.int64(1)]], [ParquetColumn("n", .int64)], to: file)
        do {
            let writer = try ParquetWriter(
                url: file, schema: ParquetSchema([ParquetColumn("n", .int64)]), groupRows: 1)
            try writer.append([.int64(2)])
        }
        #expect(try rows(of: file) == [[.int64(1)]])
        #expect(try folder.names() == ["a.parquet"])
    }

    @Test("replaces the older file when it is closed")
    func replaced() throws {
        let file = folder.file("a.parquet")
        for value: Int64 in [1, 2] { try write([[.int64(value)]], [ParquetColumn("n", .int64)], to: file) }
        #expect(try rows(of: file) == [[.int64(2)]])
    }

    @Test("fails where the folder does not exist")
    func missingFolder() throws {
        #expect(throws: (any Error).self) {
            try write([], [ParquetColumn("n", .int64)], to: folder.file("none/a.parquet"))
        }
    }
}
