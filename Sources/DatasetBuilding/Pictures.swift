import Conversations
import DurableFiles
import Foundation
import ImageProcessing
import PreferenceData

/// A picture of the folder, known by its bytes.
struct BuildPicture: Sendable {
    /// The beginning of the digest of the file's bytes.
    let key: String
    let url: URL

    static let maximumBytes = 10 << 20

    func image() throws(FileError) -> EncodedImage {
        EncodedImage(bytes: try DurableFiles.read(url, limit: Self.maximumBytes), path: url.lastPathComponent)
    }

    /// The pictures of a folder by name, each content once, and what is wrong with the others.
    static func find(in folder: URL) throws -> (pictures: [BuildPicture], failures: [(name: String, reason: String)]) {
        let names = try DurableFiles.names(in: folder).filter {
            ["png", "jpg", "jpeg", "webp"].contains(URL(filePath: $0).pathExtension.lowercased())
        }
        guard !names.isEmpty else { throw BuildError.noPictures(folder: folder.path) }
        var (pictures, failures, seen): ([BuildPicture], [(String, String)], Set<String>) = ([], [], [])
        for name in names {
            let url = folder.appending(path: name)
            do {
                let bytes = try DurableFiles.read(url, limit: maximumBytes)
                _ = try Image.decode(bytes)
                let key = String(ContentDigest(of: [bytes]).description.prefix(16))
                if seen.insert(key).inserted { pictures.append(BuildPicture(key: key, url: url)) }
            } catch {
                failures.append((name, "\(error)"))
            }
        }
        return (pictures, failures)
    }
}
