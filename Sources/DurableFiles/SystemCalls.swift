import Foundation

/// Runs a system call that answers −1 on failure; again as long as a signal interrupted it.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}

/// The path of a file URL, as the system takes it.
func systemPath(_ url: URL) throws(FileError) -> String {
    let path = url.path
    guard url.isFileURL, !path.isEmpty, !path.utf8.contains(0) else {
        throw FileError(.open, path, code: EINVAL, detail: "not the URL of a file")
    }
    return path
}

/// Writes all of `bytes`, however few of them each call of `write` takes.
func writeFully(
    _ bytes: UnsafeRawBufferPointer, to path: String, write: (UnsafeRawPointer, Int) -> Int
) throws(FileError) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
        let count = uninterrupted { write(start, rest.count) }
        guard count > 0 else {
            throw FileError(
                .write, path, code: count == 0 ? EIO : errno,
                detail: "\(bytes.count - rest.count) of \(bytes.count) bytes were written")
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
}

/// Gives a file or folder another name; a file that has that name is replaced.
func renameEntry(_ source: String, to target: String) throws(FileError) {
    guard rename(source, target) == 0 else {
        throw FileError(.rename, source, code: errno, detail: "the new name was \(target)")
    }
}
