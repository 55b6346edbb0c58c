import Foundation
public import StrictJSON

/// What a run says of the machine and the program it ran on, since bit-equal results are promised only for the same ones.
public enum RunEnvironment {
    /// - Parameters:
    ///   - codeVersion: the version of this program.
    ///   - others: further members, such as LibTorch's version, the device and the number of threads.
    public static func describe(codeVersion: String, _ others: JSONObject = [:]) -> JSONValue {
        let process = ProcessInfo.processInfo
        var members: JSONObject = [
            "code_version": .string(codeVersion), "system": .string(process.operatingSystemVersionString),
            "architecture": .string(architecture), "processors": .integer(Int64(process.processorCount)),
            "memory_bytes": .integer(Int64(clamping: process.physicalMemory)),
        ]
        for (key, value) in others.members { members[key] = value }
        return .object(members)
    }

    /// The machine's name, as it knows itself.
    static var host: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "this machine" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "other"
        #endif
    }
}
