import Foundation
import Synchronization

/// The built program, run as a child process.
struct Program {
    /// How a run of the program ended.
    enum Ending: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    struct Result {
        let ending: Ending
        let output: String
        let errors: String
    }

    /// The program lies beside the bundle that these tests are in.
    static var executable: URL {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
        return folder.appending(path: "safe-rlhf-v")
    }

    /// Runs it to its end.
    @discardableResult
    static func run(_ arguments: [String], input: String? = nil) throws -> Result {
        try RunningProgram(executable, arguments, input: input).result()
    }

    /// Runs it to its end from a shell that sets limits first.
    static func run(after shellCommands: String, _ arguments: [String]) throws -> Result {
        let script = shellCommands + "; exec \"$0\" \"$@\""
        return try RunningProgram(URL(filePath: "/bin/sh"), ["-c", script, executable.path] + arguments).result()
    }

    static func start(_ arguments: [String]) throws -> RunningProgram { try RunningProgram(executable, arguments) }
}

/// A program that was started. What it writes goes to files, so that no full pipe can hold it up.
final class RunningProgram {
    private let process = Process()
    private let folder: TemporaryFolder

    init(_ executable: URL, _ arguments: [String], input: String? = nil) throws {
        folder = try TemporaryFolder()
        process.executableURL = executable
        process.arguments = arguments
        for (name, content) in [("input", input ?? ""), ("output", ""), ("errors", "")] {
            try Data(content.utf8).write(to: folder.url.appending(path: name))
        }
        process.standardInput = try FileHandle(forReadingFrom: folder.url.appending(path: "input"))
        process.standardOutput = try FileHandle(forWritingTo: folder.url.appending(path: "output"))
        process.standardError = try FileHandle(forWritingTo: folder.url.appending(path: "errors"))
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func send(_ signal: Int32) { if process.isRunning { kill(process.processIdentifier, signal) } }

    var isRunning: Bool { process.isRunning }

    func result() throws -> Program.Result {
        process.waitUntilExit()
        let status = process.terminationStatus
        return Program.Result(
            ending: process.terminationReason == .exit ? .exit(status) : .signal(status), output: try text("output"),
            errors: try text("errors"))
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.url.appending(path: name)), as: UTF8.self)
    }
}

/// A folder that is removed with its owner.
final class TemporaryFolder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "safe-rlhf-v-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func callAsFunction(_ name: String) -> URL { url.appending(path: name) }
}
