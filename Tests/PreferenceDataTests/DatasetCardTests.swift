import Foundation
import PreferenceData
import Testing

@Suite("Data set card")
struct DatasetCardTests {
    @Test(
        "finds test-only in the head of the card",
        arguments: [
            "---\nusage: test-only\n---\n", "---\nlicense: x\nusage: 'test-only' # why\n---\ntext",
            "\u{FEFF}---\r\nusage: Test-Only\r\n---\r\n", "---\nusage:   \"test-only\"  \n",
        ])
    func testOnly(text: String) { #expect(DatasetCard(parsing: text).isTestOnly) }

    @Test(
        "does not find it elsewhere",
        arguments: [
            "", "usage: test-only", "---\n---\nusage: test-only", "---\nother:\n  usage: test-only\n---\n",
            "---\nusage: training\n---\n", "---\n# usage: test-only\n---\n", "# Title\n---\nusage: test-only\n---\n",
        ])
    func notTestOnly(text: String) { #expect(!DatasetCard(parsing: text).isTestOnly) }

    @Test("reads the licence")
    func license() { #expect(DatasetCard(parsing: "---\nlicense: cc-by-nc-4.0\n---").license == "cc-by-nc-4.0") }

    @Test(
        "belongs to the folder and to every file of the layout below it",
        arguments: ["", "data", "data/animal_abuse", "data/animal_abuse/train.parquet"])
    func place(path: String) throws {
        let folder = try TemporaryFolder()
        try folder.write([BeaverTailsVRow.sound()], to: "data/animal_abuse/train.parquet")
        try folder.write("---\nusage: test-only\n---\n", to: "README.md")
        #expect(try BeaverTailsVDataset.load(folder.file(path)).isTestOnly)
    }

    @Test("does not belong to a folder that only lies beside the data")
    func elsewhere() throws {
        let folder = try TemporaryFolder()
        try folder.write([BeaverTailsVRow.sound()], to: "mine/train.parquet")
        try folder.write("---\nusage: test-only\n---\n", to: "README.md")
        #expect(try !BeaverTailsVDataset.load(folder.file("mine")).isTestOnly)
    }

    @Test("a card that is there and cannot be read is an error, since it may forbid training")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        try folder.write([BeaverTailsVRow.sound()], to: "train.parquet")
        try FileManager.default.createDirectory(at: folder.file("README.md"), withIntermediateDirectories: true)
        #expect(throws: (any Error).self) { try BeaverTailsVDataset.load(folder.url) }
    }
}
