import Foundation

/// An open file. Closed when nothing refers to it; `close` reports what `deinit` cannot.
final class Descriptor {
    let path: String
    /// Negative once closed.
    private var number: Int32

    init(opening path: String, _ flags: Int32) throws(FileError) {
        self.path = path
        number = uninterrupted { open(path, flags | O_CLOEXEC, 0o644) }
        guard number >= 0 else { throw FileError(.open, path, code: errno) }
    }

    deinit { closeQuietly() }

    /// Closes the file now. The number is gone whatever the answer, so a failed close is never repeated.
    func close() throws(FileError) {
        let answer = systemClose(number)
        number = -1
        if answer != 0, errno != EINTR { throw FileError(.close, path, code: errno) }
    }

    /// Closes the file, if it is still open, where nothing can be done about an error.
    func closeQuietly() {
        if number >= 0 { _ = systemClose(number) }
        number = -1
    }

    func status() throws(FileError) -> stat {
        var status = stat()
        guard fstat(number, &status) == 0 else { throw FileError(.read, path, code: errno) }
        return status
    }

    func setPermissions(_ mode: mode_t) throws(FileError) {
        guard fchmod(number, mode) == 0 else { throw FileError(.write, path, code: errno) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        try writeFully(bytes, to: path) { systemWrite(number, $0, $1) }
    }

    /// The size of the file in bytes; what is not a regular file is refused.
    func regularFileSize() throws(FileError) -> Int {
        let status = try status()
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Int(status.st_size)
        case S_IFDIR: throw FileError(.read, path, code: EISDIR)
        default: throw FileError(.read, path, code: EINVAL, detail: "expected a regular file, found a device or pipe")
        }
    }

    /// Reads into `bytes` from position `start` on, up to the end of `bytes` or of the file; the number of bytes read.
    func read(into bytes: inout [UInt8], from start: Int = 0) throws(FileError) -> Int {
        try bytes.withUnsafeMutableBufferPointer { buffer throws(FileError) in
            try read(into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[start...])))
        }
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = uninterrupted { systemRead(number, rest.baseAddress, rest.count) }
            guard count >= 0 else { throw FileError(.read, path, code: errno) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Goes to the beginning of the file.
    func rewind() throws(FileError) {
        guard lseek(number, 0, SEEK_SET) == 0 else { throw FileError(.write, path, code: errno) }
    }

    func truncate(to byteCount: Int) throws(FileError) {
        guard uninterrupted({ ftruncate(number, off_t(byteCount)) }) == 0 else {
            throw FileError(.truncate, path, code: errno)
        }
    }

    /// Takes the kernel's exclusive lock on the open file; false when another holder has it.
    func lockExclusively() throws(FileError) -> Bool {
        guard uninterrupted({ flock(number, LOCK_EX | LOCK_NB) }) != 0 else { return true }
        if errno == EWOULDBLOCK { return false }
        throw FileError(.lock, path, code: errno)
    }

    /// Gives the kernel's lock back. Closing the file would do so only once no child that is just being started shares it.
    func unlock() {
        if number >= 0 { flock(number, LOCK_UN) }
    }

    /// Waits until the bytes are on the device. On Darwin `fsync` stops at the drive's cache; `F_FULLFSYNC` does not.
    func synchronise() throws(FileError) {
        #if canImport(Darwin)
            if uninterrupted({ fcntl(number, F_FULLFSYNC) }) == 0 { return }
        #endif
        guard uninterrupted({ fsync(number) }) == 0 else { throw FileError(.synchronise, path, code: errno) }
    }
}

// The names of these calls are also the names of members of `Descriptor`.
private func systemClose(_ number: Int32) -> Int32 { close(number) }
private func systemWrite(_ number: Int32, _ start: UnsafeRawPointer, _ count: Int) -> Int {
    write(number, start, count)
}
private func systemRead(_ number: Int32, _ start: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(number, start, count)
}
