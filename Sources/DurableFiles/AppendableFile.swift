public import Foundation

/// A log: a file that only grows at its end, or is cut back to a length that it had before.
///
/// What was appended survives a loss of power once `synchronise` has returned. Lines are handed to the system at once,
/// so a killed process loses none that it wrote.
public final class AppendableFile {
    public let url: URL
    private let descriptor: Descriptor

    /// Opens the file at its end; creates it, empty, when it is not there.
    public init(appendingTo url: URL) throws(FileError) {
        self.url = url
        descriptor = try Descriptor(opening: systemPath(url), O_WRONLY | O_CREAT | O_APPEND)
    }

    /// Appends bytes at the end.
    public func append(_ bytes: [UInt8]) throws(FileError) {
        try bytes.withUnsafeBufferPointer { bytes throws(FileError) in
            try descriptor.write(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Appends the UTF-8 bytes of `text`.
    public func append(_ text: String) throws(FileError) {
        try append(Array(text.utf8))
    }

    /// Drops everything behind the first `byteCount` bytes.
    public func truncate(to byteCount: Int) throws(FileError) {
        try descriptor.truncate(to: byteCount)
    }

    /// Waits until everything appended is on the device.
    public func synchronise() throws(FileError) {
        try descriptor.synchronise()
    }
}
