public import Conversations
public import Foundation

/// The part of a data set that is for training or for evaluation.
public enum Split: String, Sendable, CaseIterable, Codable {
    case train, evaluation
}

/// Which of the harm categories are read.
public enum CategorySelection: Sendable, Equatable {
    case all
    case only(Set<HarmCategory>)

    func contains(_ category: HarmCategory) -> Bool {
        switch self {
        case .all: true
        case .only(let chosen): chosen.contains(category)
        }
    }
}

/// Where the files of a data set are.
///
/// Three layouts are known, below the folder given or its subfolder `data`: a folder for each category, as the data set
/// is published (`data/<category>/<split>.parquet`); one file for the split (`<split>.parquet` or `<split>.jsonl`); and
/// either of these cut into parts (`<split>-00000-of-00002.parquet`).
public enum DatasetLayout {
    /// Where the rows of a category and split lie in a data set of the published layout.
    public static func file(in folder: URL, _ category: HarmCategory, _ split: Split) -> URL {
        folder.appending(path: "data/\(category.rawValue)/\(split.rawValue).parquet")
    }

    /// The splits that have files at `url`, sound or not; one file is taken for `train`. Empty when there is nothing.
    public static func splits(at url: URL) -> [Split] {
        guard entries(of: url) != nil else {
            return FileManager.default.fileExists(atPath: url.path) ? [.train] : []
        }
        return Split.allCases.filter { (try? find(url, $0, .all)) != nil }
    }

    /// A file of rows, and the category of its folder if it lies in one.
    struct Entry {
        var url: URL
        var name: String
        var category: HarmCategory?
    }

    /// The files of a split in a fixed order: by category name, parts by number. `url` may also be one file, whatever
    /// its split.
    static func find(_ url: URL, _ split: Split, _ selection: CategorySelection) throws(DatasetError) -> [Entry] {
        let names = entries(of: url)
        guard let names else { return [try single(url)] }
        let bases = names.contains("data") ? ["", "data/"] : [""]
        for base in bases {
            let folder = base.isEmpty ? url : url.appending(path: base)
            let found = categoryFiles(in: folder, base, split)
            if !found.isEmpty { return try chosen(found, selection, in: url) }
            let flat = files(in: folder, base, split, nil)
            if !flat.isEmpty { return flat }
        }
        throw .notFound(
            path: url.path,
            lookedFor: [
                "data/<category>/\(split.rawValue).parquet", "\(split.rawValue).parquet", "\(split.rawValue).jsonl",
            ])
    }

    private static func single(_ url: URL) throws(DatasetError) -> Entry {
        guard FileManager.default.fileExists(atPath: url.path) else {
            throw .notFound(path: url.path, lookedFor: ["a file or a folder of this name"])
        }
        return Entry(url: url, name: url.lastPathComponent, category: nil)
    }

    private static func categoryFiles(in folder: URL, _ base: String, _ split: Split) -> [Entry] {
        HarmCategory.allCases.sorted { $0.rawValue < $1.rawValue }.flatMap { category in
            files(
                in: folder.appending(path: category.rawValue), "\(base)\(category.rawValue)/", split, category)
        }
    }

    /// The split's file in one folder, or its parts; Parquet before JSONL, never both.
    private static func files(in folder: URL, _ base: String, _ split: Split, _ category: HarmCategory?) -> [Entry] {
        let names = entries(of: folder) ?? []
        for format in RowFileFormat.allCases {
            let whole = "\(split.rawValue).\(format.rawValue)"
            let parts = names.filter { isPart($0, of: split, format) }
            let found = names.contains(whole) ? [whole] : parts
            if found.isEmpty { continue }
            return found.map { Entry(url: folder.appending(path: $0), name: base + $0, category: category) }
        }
        return []
    }

    /// Whether the name is `<split>-<number>-of-<number>.<format>`.
    private static func isPart(_ name: String, of split: Split, _ format: RowFileFormat) -> Bool {
        guard name.hasPrefix("\(split.rawValue)-"), name.hasSuffix(".\(format.rawValue)") else { return false }
        let middle = name.dropFirst(split.rawValue.count + 1).dropLast(format.rawValue.count + 1)
        let words = middle.split(separator: "-", omittingEmptySubsequences: false)
        return words.count == 3 && words[1] == "of" && Int(words[0]) != nil && Int(words[2]) != nil
    }

    private static func chosen(
        _ files: [Entry], _ selection: CategorySelection, in url: URL
    ) throws(DatasetError) -> [Entry] {
        guard case .only(let wanted) = selection else { return files }
        let present = Set(files.compactMap(\.category))
        let missing = wanted.subtracting(present)
        guard missing.isEmpty else {
            throw .missingCategories(
                path: url.path, missing: missing.map(\.rawValue).sorted(), present: present.map(\.rawValue).sorted())
        }
        return files.filter { $0.category.map(wanted.contains) ?? false }
    }

    /// The sorted names in a folder; `nil` when it is none.
    private static func entries(of folder: URL) -> [String]? {
        try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }
}
