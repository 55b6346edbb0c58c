import Conversations
import DataFormats
import Foundation
import PreferenceData
import TestPeers
import Testing

private let python = Python.with("pyarrow", "datasets", "PIL")

/// Runs where a Python with pyarrow and datasets is at hand (`SAFE_RLHF_V_PYTHON` names it, else `python3`).
@Suite("Imported and exported files in other tools", .enabled(if: python != nil, "no Python with pyarrow and datasets: name one by SAFE_RLHF_V_PYTHON"))
struct PythonTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write((0..<5).map { pairRow($0) }, to: "pairs/train.parquet")
    }

    @Test("datasets decodes the picture column of what was imported")
    func datasets() throws {
        _ = try DataImport(folder.file("pairs"), ImportSettings(format: .pairwise)).write(to: folder.file("out"))
        let output = try #require(python).run(
            """
            import datasets, sys
            rows = datasets.Dataset.from_parquet(sys.argv[1], cache_dir=sys.argv[2])
            print(type(rows.features["image"]).__name__, rows[3]["image"].size, rows[3]["image"].getpixel((0, 0)), rows[4]["safer_response_id"])
            """, folder.file("out/train.parquet").path, folder.file("cache").path)
        #expect(output == "Image (4, 4) (3, 100, 200) 2\n")
    }

    @Test("datasets reads TRL rows, with the pictures as a list of pictures")
    func trl() throws {
        _ = try DataExport(format: .trl).write(folder.file("pairs"), to: folder.file("out"))
        let output = try #require(python).run(
            """
            import datasets, os, sys
            os.chdir(sys.argv[1])
            rows = datasets.load_dataset("json", data_files="train.jsonl", split="train", cache_dir=sys.argv[2])
            rows = rows.cast_column("images", datasets.List(datasets.Image()))
            row = rows[2]
            print(row["prompt"][0]["content"][0]["type"], row["chosen"][0]["content"][0]["text"], row["images"][0].size, len(rows))
            """, folder.file("out").path, folder.file("cache").path)
        #expect(output == "image First 2. (4, 4) 5\n")
    }

    @Test("Parquet that datasets wrote is imported")
    func fromDatasets() throws {
        _ = try #require(python).run(
            """
            import datasets, io, sys
            from PIL import Image
            rows = [{"id": str(i), "image": Image.new("RGB", (4, 4), (i, 1, 2)), "question": f"Q{i}", "chosen": "Yes.", "rejected": "No."} for i in range(3)]
            datasets.Dataset.from_list(rows).cast_column("image", datasets.Image()).to_parquet(sys.argv[1])
            """, folder.file("spa-vl.parquet").path)
        let rows = try imported(BeaverTailsVRow.self, folder.file("spa-vl.parquet"), .spaVL, in: folder) { $0.category = .horrorAndGore }
        #expect(rows.map(\.question) == ["Q0", "Q1", "Q2"] && rows.allSatisfy { $0.category == "horror_and_gore" })
    }
}
