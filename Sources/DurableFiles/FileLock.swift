public import Foundation

/// The kernel's exclusive lock on a file, held until this is released or its process ends, however it ends.
///
/// Only those who take the lock too are kept out. The file stays when the lock is released, so that nobody can hold the
/// lock of a file that another one has already replaced.
public final class FileLock {
    private let descriptor: Descriptor

    /// Takes the lock, creating the file when it is not there; nil when somebody else holds it. Never waits.
    public init?(at url: URL) throws(FileError) {
        descriptor = try Descriptor(opening: systemPath(url), O_RDWR | O_CREAT)
        guard try descriptor.lockExclusively() else {
            descriptor.closeQuietly()
            return nil
        }
    }

    /// The number by which the file system knows the locked file. A copy of the file has another one.
    public func fileNumber() throws(FileError) -> UInt64 {
        UInt64(try descriptor.status().st_ino)
    }

    /// Replaces the text in the locked file.
    public func write(_ text: String) throws(FileError) {
        try descriptor.truncate(to: 0)
        try descriptor.rewind()
        try Array(text.utf8).withUnsafeBufferPointer { bytes throws(FileError) in
            try descriptor.write(UnsafeRawBufferPointer(bytes))
        }
        try descriptor.synchronise()
    }

    /// Gives the lock back. Nothing happens when it was given back before.
    public func release() {
        descriptor.unlock()
        descriptor.closeQuietly()
    }

    deinit { release() }
}
