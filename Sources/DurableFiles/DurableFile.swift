public import Foundation

/// A file that replaces another one as a whole: until `commit` returns, the old file (or none) is what everybody sees;
/// afterwards the new one survives a loss of power.
///
/// The bytes go to a temporary file in the same folder. `commit` writes them to the device, renames the temporary file
/// over the old one and writes the folder to the device. Without `commit` the temporary file is removed. A file that is
/// replaced keeps its permissions; a new one gets 0644. A symbolic link is replaced, not followed.
public final class DurableFile {
    /// Bytes collected before they are handed to the system.
    private static let bufferBytes = 256 << 10

    /// The file that `commit` replaces.
    public let url: URL
    private let target, temporary: String
    private let descriptor: Descriptor
    private var buffer: [UInt8] = []
    private var isCommitted = false
    /// The first thing that went wrong; it is thrown again by whatever is tried afterwards.
    private var failure: FileError?

    /// Begins a new file beside `url`, whose folder must exist.
    public init(replacing url: URL) throws(FileError) {
        self.url = url
        target = try systemPath(url)
        temporary = try systemPath(TemporaryName.beside(url))
        descriptor = try Descriptor(opening: temporary, O_WRONLY | O_CREAT | O_EXCL)
        var old = stat()
        if lstat(target, &old) == 0, old.st_mode & S_IFMT == S_IFREG {
            try recordingFailure { () throws(FileError) in try descriptor.setPermissions(old.st_mode & 0o777) }
        }
    }

    deinit {
        if !isCommitted { unlink(temporary) }
    }

    /// Appends bytes.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        precondition(!isCommitted, "DurableFile: write after commit")
        try recordingFailure { () throws(FileError) in
            if buffer.count + bytes.count > DurableFile.bufferBytes { try flush() }
            if bytes.count > DurableFile.bufferBytes {
                try descriptor.write(bytes)
            } else {
                buffer.append(contentsOf: bytes)
            }
        }
    }

    /// Appends bytes.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withUnsafeBufferPointer { bytes throws(FileError) in try write(UnsafeRawBufferPointer(bytes)) }
    }

    /// Appends the UTF-8 bytes of `text`.
    public func write(_ text: String) throws(FileError) {
        try write(Array(text.utf8))
    }

    /// Puts the new file in the place of the old one, durably; once.
    ///
    /// When writing the folder to the device fails, the error is thrown although the new file is already in place.
    public func commit() throws(FileError) {
        precondition(!isCommitted, "DurableFile: commit after commit")
        try recordingFailure { () throws(FileError) in
            try flush()
            try descriptor.synchronise()
            try descriptor.close()
            try renameEntry(temporary, to: target)
        }
        isCommitted = true
        try DurableFiles.synchroniseFolder(at: url.deletingLastPathComponent())
    }

    private func flush() throws(FileError) {
        try buffer.withUnsafeBufferPointer { bytes throws(FileError) in
            try descriptor.write(UnsafeRawBufferPointer(bytes))
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func recordingFailure(_ body: () throws(FileError) -> Void) throws(FileError) {
        if let failure { throw failure }
        do {
            try body()
        } catch {
            failure = error
            throw error
        }
    }
}
