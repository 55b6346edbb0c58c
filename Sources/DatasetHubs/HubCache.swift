import DurableFiles
public import Foundation

/// The folder that the hub's tools share: `datasets--OWNER--NAME` with the contents in `blobs`, the commit of each
/// revision in `refs`, and in `snapshots/<commit>` the files under their names, as links to their contents.
public struct HubCache: Sendable {
    public let folder: URL

    public init(_ folder: URL) { self.folder = folder }

    private func repository(_ address: HubAddress) -> URL {
        folder.appending(path: "datasets--" + address.repository.split(separator: "/").joined(separator: "--"))
    }

    /// Where a data set's files are, when they were got before; `nil` when they were not. Nothing is asked of the hub.
    public func snapshot(of address: HubAddress) -> URL? {
        let reference = repository(address).appending(path: "refs/\(address.revision)")
        let commit = (try? String(contentsOf: reference, encoding: .utf8)) ?? address.revision
        let url = snapshot(of: address, commit: commit.trimmingCharacters(in: .whitespacesAndNewlines))
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue ? url : nil
    }

    func snapshot(of address: HubAddress, commit: String) -> URL {
        repository(address).appending(path: "snapshots/\(commit)")
    }

    /// Where a content lies, or will.
    func blob(_ file: HubFile, of address: HubAddress) -> URL {
        repository(address).appending(path: "blobs/\(file.checksum.name)")
    }

    func lock(_ file: HubFile, of address: HubAddress) -> URL {
        folder.appending(path: ".locks/\(repository(address).lastPathComponent)/\(file.checksum.name).lock")
    }

    /// Notes which commit a revision is.
    func remember(_ commit: String, of address: HubAddress) throws {
        guard commit != address.revision else { return }
        let reference = repository(address).appending(path: "refs/\(address.revision)")
        try DurableFiles.createDirectory(at: reference.deletingLastPathComponent())
        try DurableFiles.write(commit, to: reference)
    }

    /// Puts a content under its name in the snapshot, as a relative link, so that the cache can be moved.
    func link(_ file: HubFile, of address: HubAddress, commit: String) throws {
        let url = snapshot(of: address, commit: commit).appending(path: file.path)
        let depth = file.path.split(separator: "/").count + 1
        let target = String(repeating: "../", count: depth) + "blobs/\(file.checksum.name)"
        if (try? FileManager.default.destinationOfSymbolicLink(atPath: url.path)) == target { return }
        try DurableFiles.createDirectory(at: url.deletingLastPathComponent())
        try? FileManager.default.removeItem(at: url)
        try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
    }
}
