public import PreferenceData

/// What is worth knowing of a data set before training on it: pictures that are in it twice, pictures of the evaluation
/// split that training would see, languages, and labels that contradict each other.
public struct DataAudit: Sendable {
    /// Hashes that differ in at most this many of 64 bits count as near.
    public static let defaultDistance = 6

    /// A picture of the evaluation split that the training split shows too.
    public struct Leak: Sendable, Equatable {
        public enum Kind: String, Sendable, CaseIterable {
            case sameFile = "same file"
            case samePixels = "same pixels in another file"
            case near = "near"
        }

        public var kind: Kind
        public var training, evaluation: PictureIndex.Place
        /// Bits in which the hashes differ; 0 but for `near`.
        public var distance: Int
    }

    public let rowCount: Int
    public let pictureCount: Int
    public let repeatedFileCount: Int
    /// Pairs of different files with the same pixels, and with near hashes.
    public let samePixelsCount, nearCount: Int
    /// The first pairs, in words.
    public let examples: [String]
    public let undecodable: [String]
    public let leaks: [Leak]
    /// Training rows in `leaks`; one row may show several pictures of the evaluation split.
    public var leakedRowCount: Int { Set(leaks.map(\.training)).count }
    /// Languages of questions and of responses.
    public let languages: [String: [String: Int]]
    /// The label audit: contradictions between flags, rates and preferences, with their counts.
    public let labels: [Finding]

    /// Reads every row twice: once for pictures and texts, once for the labels.
    public init<Row: StoredRow>(_ datasets: [StoredDataset<Row>], maximumDistance: Int = defaultDistance) throws {
        let index = try PictureIndex(datasets)
        let alike = index.alike(maximumDistance: maximumDistance)
        rowCount = datasets.reduce(0) { $0 + $1.count }
        pictureCount = index.entries.count
        repeatedFileCount = index.repeatedFileCount
        samePixelsCount = alike.count { $0.likeness == .pixels }
        nearCount = alike.count - samePixelsCount
        examples = alike.prefix(10).map { index.words(for: $0) }
        undecodable = index.undecodable
        leaks = index.leaks(alike)
        languages = try Self.languages(datasets)
        labels = try DataCheck(datasets).findings.filter { $0.kind != .pictureInBothSplits }
    }

    private static func languages<Row: StoredRow>(_ datasets: [StoredDataset<Row>]) throws -> [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for dataset in datasets {
            try dataset.forEachSample(badRows: .skip) { sample in
                counts["question", default: [:]][Language(of: sample.prompt.text).name, default: 0] += 1
                for text in sample.responseTexts { counts["response", default: [:]][Language(of: text).name, default: 0] += 1 }
            }
        }
        return counts
    }
}

extension PictureIndex {
    /// Every place of training whose picture is also in the evaluation split.
    func leaks(_ alike: [Alike]) -> [DataAudit.Leak] {
        let inFile = entries.indices.flatMap { leaks(.sameFile, $0, $0, 0) }
        let between = alike.flatMap { pair in
            let (kind, distance): (DataAudit.Leak.Kind, Int) =
                switch pair.likeness {
                case .pixels: (.samePixels, 0)
                case .near(let distance): (.near, distance)
                }
            return leaks(kind, pair.first, pair.second, distance) + leaks(kind, pair.second, pair.first, distance)
        }
        return inFile + between
    }

    private func leaks(_ kind: DataAudit.Leak.Kind, _ training: Int, _ evaluation: Int, _ distance: Int) -> [DataAudit.Leak] {
        guard let seen = entries[evaluation].places.first(where: { $0.split == .evaluation }) else { return [] }
        return entries[training].places.filter { $0.split == .train }.map {
            DataAudit.Leak(kind: kind, training: $0, evaluation: seen, distance: distance)
        }
    }

    func words(for pair: Alike) -> String {
        let how = switch pair.likeness {
        case .pixels: "same pixels"
        case .near(let distance): "\(distance) of 64 bits"
        }
        return "\(entries[pair.first].places[0]) and \(entries[pair.second].places[0]) (\(how))"
    }
}
