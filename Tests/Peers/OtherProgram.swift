import Foundation

/// Runs programs that others wrote, by name or path.
public enum OtherProgram {
    /// What becomes of what a program says on its error stream.
    public enum ErrorStream: Sendable { case joined, dropped }

    /// Its status and what it printed.
    public static func run(
        _ program: String, _ arguments: [String], errors: ErrorStream = .dropped
    ) throws -> (status: Int32, text: String) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardOutput = output
        process.standardError = errors == .joined ? output : FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// The same on a thread of its own, for tests whose server has to answer the program meanwhile.
    public static func runAside(
        _ program: String, _ arguments: [String], errors: ErrorStream = .dropped
    ) async throws -> (status: Int32, text: String) {
        try await Task.detached { try run(program, arguments, errors: errors) }.value
    }
}
