import Foundation
import Testing

/// The Python that may check saved folders; unset and empty mean none.
let python = ProcessInfo.processInfo.environment["SAFE_RLHF_V_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }

/// Runs a script of Tests/Goldens.
func runPython(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = [
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/\(script)").path
    ] + arguments
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
}
