public import Foundation

/// A Python for comparisons: the one that a variable of the environment names, else python3, if it has all the modules.
public struct Python: Sendable {
    public let command: String

    public static func with(_ modules: String..., named variable: String = "SAFE_RLHF_V_PYTHON") -> Python? {
        let name = ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : $0 }
        let python = Python(command: name ?? "python3")
        let script = "import sys, importlib.util; print(all(importlib.util.find_spec(name) for name in sys.argv[1:]))"
        return (try? python.run(["-c", script] + modules)) == "True\n" ? python : nil
    }

    /// What a script prints.
    public func run(_ script: String, _ arguments: String...) throws -> String { try run(["-c", script] + arguments) }

    /// What a file of Python prints.
    public func run(file: URL, _ arguments: String...) throws -> String { try run([file.path] + arguments) }

    private func run(_ arguments: [String]) throws -> String { try OtherProgram.run(command, arguments).text }
}
