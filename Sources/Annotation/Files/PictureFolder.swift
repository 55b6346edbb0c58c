import Crypto
import DurableFiles
import Foundation
import ImageProcessing

/// Pictures by the SHA-256 of their bytes, each once, never changed: `pictures/ab/ab12…`.
struct PictureFolder: Sendable {
    let folder: URL
    static let limits = DecodingLimits(maximumBytes: 64 << 20)

    func url(_ hash: String) -> URL { folder.appending(path: "\(hash.prefix(2))/\(hash)") }

    /// Puts a picture in, durably, unless it is there; says its hash.
    func add(_ bytes: [UInt8]) throws -> String {
        let hash = hexadecimal(SHA256.hash(data: bytes))
        let url = url(hash)
        if !FileManager.default.fileExists(atPath: url.path) {
            try DurableFiles.createDirectory(at: url.deletingLastPathComponent())
            try DurableFiles.write(bytes, to: url)
        }
        return hash
    }

    /// The bytes as they came; throws when they are not those that were put in.
    func bytes(_ hash: String) throws -> [UInt8] {
        let bytes = try DurableFiles.read(url(hash), limit: Self.limits.maximumBytes)
        guard hexadecimal(SHA256.hash(data: bytes)) == hash else {
            throw StoreError.damaged(path: url(hash).path, reason: "the picture is not the one that was imported")
        }
        return bytes
    }
}

/// How much of a picture is shown.
public enum PictureView: Sendable {
    /// Sixteen pixels at the longer side: colours and nothing to recognise.
    case covered
    case whole
}

extension AnnotationStore {
    /// The picture of an item, decoded and written again as PNG: nothing of the file it came from reaches a browser.
    func png(_ hash: String, _ view: PictureView) throws -> [UInt8] {
        let image = try Image.decode(try pictures.bytes(hash), limits: PictureFolder.limits)
        switch view {
        case .whole: return try image.encodedPNG()
        case .covered:
            let longer = max(image.width, image.height)
            return try image.resized(width: max(1, 16 * image.width / longer), height: max(1, 16 * image.height / longer)).encodedPNG()
        }
    }

    /// The picture of the person's own assignment. The whole of it only after it was uncovered today.
    public func picture(of assignment: Int64, _ view: PictureView, for user: User) async throws -> [UInt8] {
        let found = try await self.assignment(assignment, of: user)
        guard view == .covered || found.isUncovered else { throw AnnotationError.refused("the picture is covered: ask for it first") }
        return try png(found.item.picture, view)
    }

    /// The picture of an item under review.
    public func picture(ofItem item: Int64, _ view: PictureView, for user: User) async throws -> [UInt8] {
        try png(try await reviewedItem(item, for: user).item.picture, view)
    }
}
