import Foundation

/// What a file operation could not do, to which path, and what the system said.
public struct FileError: Error, Equatable, Sendable {
    /// The step that failed.
    public enum Operation: String, Sendable {
        case open, read, write, synchronise, close, rename, remove, list, lock, truncate
        case createFolder = "create the folder"
    }

    public var operation: Operation
    /// The path as it was given to the system.
    public var path: String
    /// The system's error number (`errno`).
    public var code: Int32
    /// What the system's words do not say: what was found, what was expected. May be empty.
    public var detail: String
    /// Bytes still free on the path's file system, recorded when there was no space or quota left.
    public var freeBytes: Int?

    public init(_ operation: Operation, _ path: String, code: Int32, detail: String = "") {
        self.operation = operation
        self.path = path
        self.code = code
        self.detail = detail
        freeBytes = code == ENOSPC || code == EDQUOT ? FileError.freeBytes(near: path) : nil
    }

    /// Whether the file or folder does not exist.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }

    /// Free space of the file system that holds `path`, or its folder when `path` itself is not there.
    private static func freeBytes(near path: String) -> Int? {
        var information = statvfs()
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard statvfs(path, &information) == 0 || statvfs(folder, &information) == 0 else { return nil }
        let (bytes, tooLarge) = UInt64(information.f_bavail).multipliedReportingOverflow(
            by: UInt64(information.f_frsize))
        return tooLarge ? nil : Int(exactly: bytes)
    }
}

extension FileError: CustomStringConvertible {
    public var description: String {
        var sentence = "cannot \(operation.rawValue) \(printable(path)): \(String(cString: strerror(code)))"
        if !detail.isEmpty { sentence += "; " + detail }
        if let freeBytes { sentence += "; \(freeBytes) bytes are free there" }
        return sentence
    }

    /// The path with control and format characters spelled out, so that a name cannot rewrite a terminal's line.
    private func printable(_ path: String) -> String {
        path.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            default: String(Character(scalar))
            }
        }.joined()
    }
}
