import DurableFiles
import Foundation

/// What lies below a folder, by relative path.
enum FileTree {
    enum Kind { case file, emptyFolder, other }

    struct Entry {
        /// Relative to the folder, with `/` between the parts.
        var path: String
        var kind: Kind
    }

    /// Files, folders with nothing in them, and what is neither (links, pipes, devices), in the order of their paths'
    /// bytes. Folders with something in them are not listed themselves.
    static func entries(under folder: URL, followingLinks: Bool = false) throws -> [Entry] {
        try entries(under: folder, "", followingLinks).sorted {
            $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
        }
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func entries(under folder: URL, _ prefix: String, _ followingLinks: Bool) throws -> [Entry] {
        try DurableFiles.names(in: folder).flatMap { name -> [Entry] in
            let url = folder.appending(path: name)
            switch try type(of: url, followingLinks) {
            case .typeDirectory:
                let inner = try entries(under: url, prefix + name + "/", followingLinks)
                return inner.isEmpty ? [Entry(path: prefix + name, kind: .emptyFolder)] : inner
            case .typeRegular: return [Entry(path: prefix + name, kind: .file)]
            default: return [Entry(path: prefix + name, kind: .other)]
            }
        }
    }

    private static func type(of url: URL, _ followingLinks: Bool) throws -> FileAttributeType? {
        let path = followingLinks ? url.resolvingSymlinksInPath().path : url.path
        return try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    }
}
