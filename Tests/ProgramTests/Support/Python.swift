import Foundation

/// A Python for comparisons: the one that SAFE_RLHF_V_PYTHON names, else python3, if it has all the modules.
struct Python {
    let command: String

    static func with(_ modules: String...) -> Python? {
        let python = Python(command: ProcessInfo.processInfo.environment["SAFE_RLHF_V_PYTHON"] ?? "python3")
        let script = "import sys, importlib.util; print(all(importlib.util.find_spec(name) for name in sys.argv[1:]))"
        return (try? python.run(["-c", script] + modules)) == "True\n" ? python : nil
    }

    /// What a script prints.
    func run(_ script: String, _ arguments: String...) throws -> String { try run(["-c", script] + arguments) }

    /// What a file of Python prints.
    func run(file: URL, _ arguments: String...) throws -> String { try run([file.path] + arguments) }

    private func run(_ arguments: [String]) throws -> String {
        try RunningProgram(URL(filePath: "/usr/bin/env"), [command] + arguments).result().output
    }
}
