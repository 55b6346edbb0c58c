import Conversations
import Foundation
import ImageProcessing
public import PreferenceData

/// The distinct pictures of a data set: by file, by pixels, by looks. Pictures are decoded one at a time; kept are digests
/// and the places where they occur.
public struct PictureIndex: Sendable {
    /// One picture file and where it occurs.
    public struct Entry: Sendable {
        /// SHA-256 of the file: its name in a `PictureStore`, without extension.
        public let digest: String
        /// SHA-256 of size and pixels; `nil` for a file that cannot be decoded.
        public let pixels: String?
        /// `nil` for a picture of one colour, and for one that cannot be decoded.
        public let hash: PerceptualHash?
        public internal(set) var places: [Place]
    }

    public struct Place: Sendable, Hashable, CustomStringConvertible {
        public var split: Split
        public var position: RowPosition

        public var description: String { "\(split.rawValue): \(position)" }
    }

    /// In the order in which the files were first seen.
    public private(set) var entries: [Entry] = []
    /// Pictures that cannot be decoded, with their first place and the reason.
    public private(set) var undecodable: [String] = []
    private var indices: [String: Int] = [:]

    public init() {}

    /// Adds every row of the splits; rows that cannot be read are passed over (`data check` tells of them).
    public init<Row: StoredRow>(_ datasets: [StoredDataset<Row>]) throws {
        self.init()
        for dataset in datasets {
            try dataset.forEachSample(badRows: .skip) { sample in
                add(sample.prompt.image.bytes, at: Place(split: dataset.split, position: sample.position))
            }
        }
    }

    public mutating func add(_ bytes: [UInt8], at place: Place) {
        let digest = PictureStore.digest(of: bytes)
        if let index = indices[digest] { return entries[index].places.append(place) }
        indices[digest] = entries.count
        do throws(ImageError) {
            let image = try Image.decode(bytes)
            entries.append(Entry(digest: digest, pixels: Self.pixelDigest(image), hash: PerceptualHash(of: image), places: [place]))
        } catch {
            undecodable.append("\(place): \(error)")
            entries.append(Entry(digest: digest, pixels: nil, hash: nil, places: [place]))
        }
    }

    /// Of size and pixels, so that the same picture in another file is found.
    private static func pixelDigest(_ image: Image) -> String {
        PictureStore.digest(of: Array("\(image.width)x\(image.height):".utf8) + image.pixels)
    }
}

// MARK: - What is alike

extension PictureIndex {
    /// How two pictures are alike.
    public enum Likeness: Sendable, Equatable {
        /// Different files, the same pixels.
        case pixels
        /// Hashes that differ in this many bits.
        case near(Int)
    }

    /// Two different files that show the same or nearly the same; places in `entries`.
    public struct Alike: Sendable, Equatable {
        public var first, second: Int
        public var likeness: Likeness
    }

    /// Files that occur in several rows.
    public var repeatedFileCount: Int { entries.count { $0.places.count > 1 } }

    /// All pairs of different files whose pixels are the same or whose hashes differ in at most `maximumDistance` bits.
    public func alike(maximumDistance: Int) -> [Alike] {
        let hashed = entries.indices.filter { entries[$0].hash != nil }
        let near = NearPairs(maximumDistance: maximumDistance).find(in: hashed.compactMap { entries[$0].hash }).map { pair in
            let (first, second) = (hashed[pair.first], hashed[pair.second])
            let samePixels = entries[first].pixels == entries[second].pixels
            return Alike(first: first, second: second, likeness: samePixels ? .pixels : .near(pair.distance))
        }
        return near + samePixelsWithoutHash
    }

    /// Pictures of one colour have no hash; their pixels are compared all the same.
    private var samePixelsWithoutHash: [Alike] {
        let flat = entries.indices.filter { entries[$0].hash == nil && entries[$0].pixels != nil }
        let groups = Dictionary(grouping: flat) { entries[$0].pixels ?? "" }.values.sorted { $0[0] < $1[0] }
        return groups.flatMap { group in group.dropFirst().map { Alike(first: group[0], second: $0, likeness: .pixels) } }
    }
}
