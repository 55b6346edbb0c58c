import DurableFiles
public import Foundation
public import Parquet

/// The folder whose picture files rows may name. A row comes from outside, so its paths lead nowhere else: not up, not
/// to the root, not through a symbolic link that leaves the folder; and only regular files of bounded size are read.
public struct PictureFolder: Sendable {
    public let url: URL
    let maximumBytes: Int

    public init(url: URL, maximumBytes: Int = ReadingLimits.default.pictureBytes) {
        self.url = url
        self.maximumBytes = maximumBytes
    }

    /// Reads the picture at `path`, relative to the folder. The error names `column` and `position`.
    public func read(_ path: String, column: String, at position: RowPosition) throws(RowError) -> ParquetImage {
        do {
            return ParquetImage(bytes: try DurableFiles.read(try resolve(path), limit: maximumBytes), path: path)
        } catch {
            throw RowError(
                .unreadablePicture, at: position, column: column, found: "\(quoted(path)) (\(error))",
                expected: "the path of a picture file below the folder of \(position.file)")
        }
    }

    private func resolve(_ path: String) throws(PathProblem) -> URL {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .init("not a path") }
        guard parts.first?.isEmpty == false else { throw .init("an absolute path") }
        guard !parts.contains("..") else { throw .init("a path that leads up") }
        guard let file = realPath(url.appending(path: path)) else { throw .init(String(cString: strerror(errno))) }
        guard let folder = realPath(url), file.hasPrefix(folder + "/") else {
            throw .init("a link that leaves the folder")
        }
        return URL(filePath: file)
    }

    /// The path without symbolic links; `nil`, with `errno` set, when it leads to nothing.
    private func realPath(_ url: URL) -> String? {
        guard let path = realpath(url.path, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}

private struct PathProblem: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
