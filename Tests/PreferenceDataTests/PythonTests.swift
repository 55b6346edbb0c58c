import Foundation
import PreferenceData
import TestPeers
import Testing

private let python = Python.with("pyarrow", "datasets")

/// Runs where a Python with pyarrow and datasets is at hand (`SAFE_RLHF_V_PYTHON` names it, else `python3`); elsewhere the suite
/// is reported as skipped.
@Suite("Files read by other tools", .enabled(if: python != nil, "no Python with pyarrow and datasets: name one by SAFE_RLHF_V_PYTHON"))
struct PythonTests {
    let folder: TemporaryFolder
    let rows = (0..<5).map { BeaverTailsVRow.sound($0) }

    init() throws { folder = try TemporaryFolder() }

    @Test("pyarrow reads every column of our Parquet")
    func pyarrow() throws {
        try folder.write(rows, to: "train.parquet")
        let output = try #require(python).run(
            """
            import pyarrow.parquet as pq, sys
            table = pq.read_table(sys.argv[1])
            print(table.num_rows, table.column("safer_response_id").to_pylist()[4],
                  table.column("response_1_harmless_rate").to_pylist()[0],
                  list(table.column("image").to_pylist()[3]["bytes"])[4], table.schema.field("image").type)
            """, folder.file("train.parquet").path)
        #expect(output == "5 2 -2 3 struct<bytes: binary, path: string>\n")
    }

    @Test("datasets shows the image column as pictures and the rest as values")
    func datasets() throws {
        try folder.write(rows, to: "train.parquet")
        let output = try #require(python).run(
            """
            import datasets, sys
            rows = datasets.Dataset.from_parquet(sys.argv[1], cache_dir=sys.argv[2])
            raw = rows.cast_column("image", datasets.Image(decode=False))
            print(type(rows.features["image"]).__name__, rows.features["image_severity"].dtype, len(rows),
                  raw[4]["image"]["path"], raw[4]["image"]["bytes"][4])
            """, folder.file("train.parquet").path, folder.file("cache").path)
        #expect(output == "Image int64 5 4.png 4\n")
    }

    @Test("json reads every line of our JSONL")
    func json() throws {
        try folder.write(rows, to: "train.jsonl")
        let output = try #require(python).run(
            """
            import json, os, sys
            rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
            file = os.path.join(os.path.dirname(sys.argv[1]), rows[2]["image"])
            print(len(rows), rows[2]["question"], open(file, "rb").read()[4])
            """, folder.file("train.jsonl").path)
        #expect(output == "5 Question 2? 2\n")
    }
}
