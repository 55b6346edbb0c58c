public import Foundation

extension DurableFiles {
    /// Makes a folder that appears with all its contents or not at all.
    ///
    /// `fill` is given a temporary folder beside `url` and puts the files into it. Then every file and folder in it is
    /// written to the device, the temporary folder gets its name, and the folder around it is written to the device. When
    /// anything throws, the temporary folder is removed. A folder or file that is already at `url` is an error (EEXIST)
    /// and stays as it is.
    public static func publishDirectory(at url: URL, fill: (URL) throws -> Void) throws {
        let target = try systemPath(url)
        let temporary = TemporaryName.beside(url)
        try refuseExisting(target)
        try createFolder(systemPath(temporary))
        do {
            try fill(temporary)
            try synchroniseTree(at: temporary)
            try refuseExisting(target)
            try renameEntry(temporary.path, to: target)
        } catch {
            try? FileManager.default.removeItem(at: temporary)
            throw error
        }
        try synchroniseFolder(at: url.deletingLastPathComponent())
    }

    /// Removes a folder and everything in it; others see it whole or not at all.
    public static func removeDirectory(at url: URL) throws(FileError) {
        let temporary = TemporaryName.beside(url)
        try renameEntry(systemPath(url), to: systemPath(temporary))
        try synchroniseFolder(at: url.deletingLastPathComponent())
        try removeTree(at: temporary)
    }

    /// Makes a folder and those above it that are missing, durably. One that is there already is left as it is.
    public static func createDirectory(at url: URL) throws(FileError) {
        var status = stat()
        let path = try systemPath(url)
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        let parent = url.deletingLastPathComponent()
        if parent.path != path { try createDirectory(at: parent) }
        do {
            try createFolder(path)
        } catch  where error.code == EEXIST && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR {
            return
        }
        try synchroniseFolder(at: parent)
    }

    /// Removes what killed processes left unfinished in `folder`, files and folders. What a running process is still
    /// writing stays. The number of things removed.
    @discardableResult
    public static func removeStaleTemporaries(in folder: URL) throws(FileError) -> Int {
        let stale = try names(in: folder).filter(TemporaryName.isStale)
        for name in stale { try removeTree(at: folder.appendingPathComponent(name)) }
        return stale.count
    }

    /// The names of everything in a folder, in the order of their bytes.
    public static func names(in folder: URL) throws(FileError) -> [String] {
        let path = try systemPath(folder)
        do {
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        } catch {
            throw FileError(.list, path, code: systemCode(error))
        }
    }

    /// Waits until the entries of a folder are on the device.
    public static func synchroniseFolder(at url: URL) throws(FileError) {
        do {
            try Descriptor(opening: systemPath(url), O_RDONLY | O_DIRECTORY).synchronise()
        } catch  where error.operation == .synchronise && (error.code == EINVAL || error.code == ENOTSUP) {
            // Some network file systems keep no folders of their own to write; there is nothing to wait for.
        }
    }

    private static func synchroniseTree(at folder: URL) throws(FileError) {
        for name in try names(in: folder) {
            let url = folder.appendingPathComponent(name)
            var status = stat()
            let path = try systemPath(url)
            guard lstat(path, &status) == 0 else { throw FileError(.open, path, code: errno) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try synchroniseTree(at: url)
            case S_IFREG: try Descriptor(opening: path, O_RDONLY).synchronise()
            default: break
            }
        }
        try synchroniseFolder(at: folder)
    }

    private static func refuseExisting(_ path: String) throws(FileError) {
        var status = stat()
        guard lstat(path, &status) != 0 else {
            throw FileError(.createFolder, path, code: EEXIST)
        }
    }

    private static func createFolder(_ path: String) throws(FileError) {
        guard mkdir(path, 0o755) == 0 else { throw FileError(.createFolder, path, code: errno) }
    }

    private static func removeTree(at url: URL) throws(FileError) {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            throw FileError(.remove, url.path, code: systemCode(error))
        }
    }

    /// The system's error number inside an error of Foundation's; EIO when it names none.
    private static func systemCode(_ error: any Error) -> Int32 {
        let outer = error as NSError
        if outer.domain == NSPOSIXErrorDomain { return Int32(exactly: outer.code) ?? EIO }
        let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
        if let inner, inner.domain == NSPOSIXErrorDomain { return Int32(exactly: inner.code) ?? EIO }
        switch CocoaError.Code(rawValue: outer.code) {
        case .fileNoSuchFile, .fileReadNoSuchFile: return ENOENT
        case .fileReadNoPermission, .fileWriteNoPermission: return EACCES
        default: return EIO
        }
    }
}
