import Foundation
import Parquet

/// A whole small file, row by row, cells in the order of `columns`.
func rows(of url: URL, columns: [String]? = nil, limits: ParquetLimits = .default) throws -> [[ParquetValue]] {
    let file = try ParquetFile(url: url, limits: limits)
    let names = columns ?? file.schema.columns.filter { $0.type != nil }.map(\.name)
    var rows: [[ParquetValue]] = []
    try file.forEachBatch(columns: names, batchRows: 3) { batch in
        for offset in 0..<batch.rowCount {
            let row = batch.row(offset)
            rows.append(names.map { row[$0] ?? .null })
        }
    }
    return rows
}

func write(
    _ rows: [[ParquetValue]], _ columns: [ParquetColumn], to url: URL, groupBytes: Int = 64 << 20,
    groupRows: Int = 1000
) throws {
    let writer = try ParquetWriter(
        url: url, schema: ParquetSchema(columns), groupBytes: groupBytes, groupRows: groupRows)
    for row in rows { try writer.append(row) }
    try writer.close()
}

let everyColumn = [
    ParquetColumn("text", .string), ParquetColumn("count", .int64), ParquetColumn("real", .double),
    ParquetColumn("flag", .bool), ParquetColumn("image", .image),
]

/// One row of `everyColumn`, different for each index; every fifth one is all null.
func everyRow(_ index: Int) -> [ParquetValue] {
    guard index % 5 != 4 else { return Array(repeating: .null, count: 5) }
    let bytes = (0..<index * 3).map { UInt8(truncatingIfNeeded: $0) }
    return [
        .string(String(repeating: "é", count: index)), .int64(.min + Int64(index)), .double(Double(index) / 4),
        .bool(index % 2 == 0), .image(ParquetImage(bytes: bytes, path: index % 3 == 0 ? nil : "\(index).png")),
    ]
}
