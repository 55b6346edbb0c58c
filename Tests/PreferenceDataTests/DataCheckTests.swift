import Conversations
import Foundation
import PreferenceData
import StrictJSON
import Testing

@Suite("Data check")
struct DataCheckTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func check(
        train: [BeaverTailsVRow], evaluation: [BeaverTailsVRow] = [], inspect: PictureInspection? = nil
    ) throws -> DataCheck {
        try folder.write(train, to: "train.parquet")
        try folder.write(evaluation, to: "evaluation.parquet")
        let splits = try Split.allCases.map { try BeaverTailsVDataset.load(folder.url, split: $0) }
        return try DataCheck(splits, inspect: inspect)
    }

    @Test("finds nothing in sound rows")
    func sound() throws {
        let check = try check(train: [.sound(1), .sound(2)], evaluation: [.sound(3)])
        #expect(check.findings.isEmpty)
        #expect(check.description == "2 train + 1 evaluation rows, 3 usable, 0 with errors, 0 warnings")
    }

    @Test(
        "finds labels that contradict each other, and only those",
        arguments: [
            (BeaverTailsVRow.sound().with { $0.areResponsesSafe.first = "yes" }, Finding.Kind.flagAgainstRate),
            (.sound().with { $0.moreHelpfulResponseID = "2" }, .preferenceAgainstRates),
            (.sound().with { $0.responses.first = " \n" }, .emptyText),
            (.sound().with { $0.responses.second = $0.responses.first }, .identicalResponses),
        ])
    func contradiction(row: BeaverTailsVRow, kind: Finding.Kind) throws {
        let check = try check(train: [row, .sound(1)])
        #expect(check.findings.map(\.kind) == [kind])
        #expect(check.findings.map(\.count) == [1])
        #expect(check.errorCount == 0)
        #expect(check.warningCount == 1)
    }

    @Test("a safer preference that crosses the border contradicts rates and flags")
    func crossing() throws {
        let check = try check(train: [.sound().with { $0.saferResponseID = "1" }])
        #expect(check.findings.map(\.kind) == [.preferenceAgainstRates, .preferenceAgainstFlags])
        #expect(
            check.findings.map(\.examples) == [
                ["train.parquet, row 0: response 1 preferred, harmless rates -2 and 1"],
                ["train.parquet, row 0: response 1 preferred and flagged no, response 2 flagged yes"],
            ])
    }

    @Test("equal rates contradict no preference")
    func tie() throws {
        let row = BeaverTailsVRow.sound().with {
            $0.helpfulRates = Pair(2, 2)
            $0.harmlessRates = Pair(-1, -1)
            $0.areResponsesSafe = Pair("no", "no")
        }
        #expect(try check(train: [row]).findings.isEmpty)
    }

    @Test("counts errors by kind and column and remembers the first three")
    func counts() throws {
        let bad = (0..<5).map { number in BeaverTailsVRow.sound(number).with { $0.saferResponseID = "x" } }
        let check = try check(train: bad + [.sound(9), .sound(8, category: "kittens")])
        #expect(check.findings.map(\.count) == [5, 1])
        #expect(check.findings.map(\.column) == ["safer_response_id", "category"])
        #expect(check.findings.first?.examples.count == 3)
        #expect(check.soundRowCount == 1)
        #expect(check.errorCount == 6)
        #expect(check.description.contains("error    5 × value not allowed (safer_response_id)"))
        #expect(check.description.contains("… and 2 more"))
    }

    @Test("finds the same row again, also with its responses exchanged")
    func duplicates() throws {
        let exchanged = BeaverTailsVRow.sound(1).with {
            $0.responses = Pair($0.responses.second, $0.responses.first)
            $0.areResponsesSafe = Pair("yes", "no")
            $0.harmlessRates = Pair(1, -2)
            $0.helpfulRates = Pair(1, 3)
            $0.moreHelpfulResponseID = "2"
            $0.saferResponseID = "1"
        }
        let check = try check(train: [.sound(1), .sound(2), exchanged])
        #expect(check.findings.map(\.kind) == [.duplicateRow])
        #expect(check.findings.first?.examples == ["train.parquet, row 2 is train.parquet, row 0 again"])
    }

    @Test("finds training rows whose picture file is in the evaluation split")
    func sharedFiles() throws {
        let other = { (number: Int) in BeaverTailsVRow.sound(number).with { $0.image = picture(5) } }
        let check = try check(train: [other(1), .sound(2), other(3)], evaluation: [other(4)])
        #expect(check.findings.map(\.kind) == [.pictureInBothSplits])
        #expect(check.findings.map(\.count) == [2])
        #expect(
            check.findings.first?.examples.last
                == "train.parquet, row 2 shows the picture of evaluation.parquet, row 0")
    }

    @Test("finds equal pixels in different picture files when pictures are decoded")
    func sharedPixels() throws {
        let inspect: PictureInspection = { image in
            InspectedPicture(width: 1, height: 1, pixels: [(image.bytes.last ?? 0) / 2])
        }
        #expect(try check(train: [.sound(2)], evaluation: [.sound(3)]).findings.isEmpty)
        let decoded = try check(train: [.sound(2)], evaluation: [.sound(3)], inspect: inspect)
        #expect(decoded.findings.map(\.kind) == [.pictureInBothSplits])
    }

    @Test("does not take a picture of another shape for the same")
    func shapes() throws {
        let inspect: PictureInspection = { image in
            InspectedPicture(width: Int(image.bytes.last ?? 0), height: 6, pixels: [0, 0, 0, 0, 0, 0])
        }
        #expect(try check(train: [.sound(2)], evaluation: [.sound(3)], inspect: inspect).findings.isEmpty)
    }

    @Test("a picture that cannot be decoded makes its row unusable")
    func undecodable() throws {
        struct Broken: Error, CustomStringConvertible { var description: String { "not a picture" } }
        let check = try check(train: [.sound(1)]) { _ in throw Broken() }
        #expect(check.findings.map(\.kind) == [.badRow(.unreadablePicture)])
        #expect(check.findings.first?.examples.first?.contains("not a picture") == true)
        #expect(check.soundRowCount == 0)
    }

    @Test("a category that is not that of the folder is doubtful")
    func otherFolder() throws {
        try folder.write([BeaverTailsVRow.sound()], to: "data/sexual_crimes/train.parquet")
        let check = try DataCheck([BeaverTailsVDataset.load(folder.file("data"))])
        #expect(check.findings.map(\.kind) == [.categoryOfAnotherFolder])
    }

    @Test("says the same as JSON")
    func json() throws {
        let check = try check(train: [.sound().with { $0.saferResponseID = "x" }])
        #expect(
            check.json.serialized() == #"{"rows":{"train":1,"evaluation":0},"soundRows":0,"errors":1,"warnings":0,"#
                + #""findings":[{"kind":"value not allowed","isError":true,"column":"safer_response_id","count":1,"#
                + #""examples":["train.parquet, row 0: column 'safer_response_id': found \"x\", expected \"1\" or \"2\""]}]}"#
        )
    }
}
