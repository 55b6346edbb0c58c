import Conversations
import Foundation
import PreferenceData
import Testing

@Suite("Rows as JSON lines")
struct JSONLTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("picture", to: "set/pictures/a.png")
    }

    private func line(image: String = #""pictures/a.png""#, safe: String = #""yes""#) -> String {
        #"{"question": "Q", "image": \#(image), "category": "animal_abuse", "image_severity": 1, "#
            + #""response": "A", "is_response_safe": \#(safe)}"# + "\n"
    }

    private func errors(_ text: String) throws -> [RowError] {
        try folder.write(text, to: "set/train.jsonl")
        return try QuestionAnswerDataset.load(folder.file("set")).forEachSample(badRows: .skip) { _ in }
    }

    @Test("reads the picture that a row names, as text or as an object")
    func picture() throws {
        try folder.write(line() + line(image: #"{"path": "pictures/a.png"}"#), to: "set/train.jsonl")
        let dataset = try QuestionAnswerDataset.load(folder.file("set"))
        for index in 0..<2 {
            let image = try dataset.sample(at: index).prompt.image
            #expect(image.bytes == Array("picture".utf8))
            #expect(image.path == "pictures/a.png")
        }
    }

    @Test(
        "reads no picture from outside the folder of the file",
        arguments: ["../secret", "/etc/passwd", "pictures/../../secret", "out/secret", "link", "", "pictures", "pipe"])
    func escape(path: String) throws {
        try folder.write("secret", to: "secret")
        let set = folder.file("set")
        try FileManager.default.createSymbolicLink(
            at: set.appending(path: "out"), withDestinationURL: folder.url)
        try FileManager.default.createSymbolicLink(
            at: set.appending(path: "link"), withDestinationURL: folder.file("secret"))
        mkfifo(set.appending(path: "pipe").path, 0o600)
        let found = try #require(try errors(line(image: "\"\(path)\"")).first)
        #expect(found.kind == .unreadablePicture)
        #expect(found.column == "image")
    }

    @Test("follows a link that stays inside the folder")
    func innerLink() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("set/link.png").path, withDestinationPath: "pictures/a.png")
        #expect(try errors(line(image: #""link.png""#)).isEmpty)
    }

    @Test("refuses a picture file larger than allowed")
    func largePicture() throws {
        try folder.write(line(), to: "set/train.jsonl")
        var limits = ReadingLimits()
        for (limit, isAllowed) in [(6, false), (7, true), (8, true)] {
            limits.pictureBytes = limit
            let dataset = try QuestionAnswerDataset.load(folder.file("set"), limits: limits)
            #expect(((try? dataset.sample(at: 0)) != nil) == isAllowed)
        }
    }

    @Test("a number is not the text of a flag")
    func wrongType() throws {
        let found = try #require(try errors(line(safe: "1")).first)
        #expect("\(found)" == "train.jsonl, row 0: column 'is_response_safe': found 1, expected text")
        #expect(found.kind == .wrongType)
        #expect(try errors(line(safe: "[true]")).first?.kind == .wrongType)
        #expect(try errors(line(safe: "null")).first?.kind == .missingValue)
    }

    @Test(
        "a line that is not one JSON object loses only itself",
        arguments: ["", "{", "[]", "{} {}", "\u{FEFF}{}", #"{"a": 1, "a": 2}"#, "\u{0}"])
    func badLine(text: String) throws {
        let found = try errors(line() + text + "\n" + line())
        #expect(found.map(\.position.row) == [1])
        #expect(found.map(\.kind) == [.unreadableLine])
    }

    @Test("the last line may lack its line feed, and an empty file has no rows")
    func lineEnds() throws {
        try folder.write(String(line().dropLast()), to: "set/train.jsonl")
        #expect(try QuestionAnswerDataset.load(folder.file("set")).count == 1)
        try folder.write("", to: "set/train.jsonl")
        #expect(try QuestionAnswerDataset.load(folder.file("set")).count == 0)
    }

    @Test("a line of more bytes than allowed is told and never read")
    func longLine() throws {
        let long = String(repeating: "x", count: 16 << 20)
        let found = try errors(line() + long + "\n" + line())
        #expect(found.map(\.position.row) == [1])
        #expect(found.first?.found == "\((16 << 20) + 1) bytes")
    }

    @Test("a pipe instead of a file is an error, without waiting")
    func pipe() throws {
        mkfifo(folder.file("set/train.jsonl").path, 0o600)
        #expect(throws: DatasetError.self) { try QuestionAnswerDataset.load(folder.file("set")) }
    }

    @Test("rows of equal pictures share one picture file")
    func sharedPictures() throws {
        let row = BeaverTailsVRow.sound(1)
        try folder.write([row, row, .sound(2)], to: "pairs/train.jsonl")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("pairs/train-pictures").path)
        #expect(names.count == 2)
        #expect(names.allSatisfy { $0.hasSuffix(".png") })
    }
}
