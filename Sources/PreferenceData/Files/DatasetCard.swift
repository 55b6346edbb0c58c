import Conversations
public import DurableFiles
public import Foundation

/// What a data set's card, the block of YAML at the head of its `README.md`, says about its use.
public struct DatasetCard: Sendable, Equatable {
    /// The card says `usage: test-only`: nothing may be trained on this data.
    public var isTestOnly = false
    /// The card's `license`, as written; `nil` when there is none.
    public var license: String?
    /// The columns whose values were filled in where the source had none, as `assumed_labels: a, b` says.
    public var assumedLabels: [String] = []

    public init() {}

    /// Reads the block between the first two lines `---` line by line: only `key: value` at the beginning of a line
    /// counts; quotes around a value and comments after it are dropped. A text without such a block says nothing.
    public init(parsing text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let isMark = { (line: Substring) in line.trimmed(\.isWhitespace) == "---" }
        guard let first = lines.first, isMark(first.trimmed { $0 == "\u{FEFF}" }) else { return }
        for line in lines.dropFirst().prefix(while: { !isMark($0) }) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = Self.value(line[line.index(after: colon)...])
            switch line[..<colon] {
            case "usage": isTestOnly = value.lowercased() == "test-only"
            case "license": license = value
            case "assumed_labels": assumedLabels = value.split { ", []".contains($0) }.map(String.init)
            default: break
            }
        }
    }

    private static func value(_ text: Substring) -> String {
        let bare = text.firstRange(of: " #").map { text[..<$0.lowerBound] } ?? text
        return String(bare.trimmed(\.isWhitespace).trimmed { $0 == "\"" || $0 == "'" })
    }
}

extension DatasetCard {
    /// The card of the data set that `url`, a folder or one file, belongs to: the nearest `README.md`, looked for in
    /// the folder and above it for as long as the folders are those of the layout (`data`, a category). A card on that
    /// way that says `test-only` always counts.
    ///
    /// Without a card the result says nothing. One that is there but cannot be read throws: it may forbid training.
    public static func find(for url: URL) throws(FileError) -> DatasetCard {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        var folder = (isFolder.boolValue ? url : url.deletingLastPathComponent()).standardizedFileURL
        var cards = [try read(in: folder)]
        while isPartOfLayout(folder.lastPathComponent) {
            folder.deleteLastPathComponent()
            cards.append(try read(in: folder))
        }
        let found = cards.compactMap { $0 }
        var card = found.first ?? DatasetCard()
        card.isTestOnly = found.contains { $0.isTestOnly }
        return card
    }

    private static func isPartOfLayout(_ name: String) -> Bool {
        name == "data" || HarmCategory(rawValue: name) != nil
    }

    private static func read(in folder: URL) throws(FileError) -> DatasetCard? {
        do {
            let bytes = try DurableFiles.read(folder.appending(path: "README.md"), limit: 1 << 20)
            return DatasetCard(parsing: String(decoding: bytes, as: UTF8.self))
        } catch {
            if error.isMissing { return nil }
            throw error
        }
    }
}

extension Substring {
    fileprivate func trimmed(_ isEdge: (Character) -> Bool) -> Substring {
        var rest = drop(while: isEdge)
        while let last = rest.last, isEdge(last) { rest.removeLast() }
        return rest
    }
}
