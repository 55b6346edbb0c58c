public import Foundation

/// A configuration made of its defaults, a YAML file laid over them, and `path.to.key=value` overrides laid over both.
///
/// - Dictionaries gain or replace members; lists, and enums whose cases carry values, are replaced as a whole.
/// - A key that the defaults do not have is refused with the nearest known ones. Optionals that are nil have no key.
/// - Nothing is made of something else: `3.0` and `1e3` are not integers, `yes` is not a truth value, `None` not a number.
/// - Anchors, aliases and keys that occur twice in the file are refused.
///
/// Throws one `ConfigError` with every problem: those of the keys, of the types, and those that `problems()` finds.
public func resolve<Config: Codable & Checkable>(
    _ defaults: Config, file: URL? = nil, overrides: [String] = []
) throws -> Config {
    let origin = file?.path ?? "the command line"
    let defaultTree = try ConfigTree(encoding: defaults)
    var tree = defaultTree
    var problems: [String] = []

    if let file {
        var reader = YAMLTreeReader { line in "line \(line)" }
        let written = try reader.tree(of: contents(of: file))
        if let written, !written.isNothing { tree.lay(written, root: defaultTree, &problems) }
        problems += reader.problems
    }
    for override in overrides {
        guard let written = overrideTree(override, &problems) else { continue }
        tree.lay(written, root: defaultTree, &problems)
    }

    let config = try ConfigDecoder.decode(Config.self, from: tree, defaults: defaultTree, &problems)
    problems += config.problems()
    guard problems.isEmpty else { throw ConfigError(origin: origin, problems: problems) }
    return config
}

/// A configuration as YAML, in the order of declaration; the same configuration always gives the same text, and
/// resolving that text gives the same configuration.
public func yaml(_ config: some Encodable) throws -> String {
    try ConfigTree(encoding: config).yaml()
}

/// Configuration files are written by people; a larger one is something else.
private let maximumFileBytes = 1 << 20

private func contents(of file: URL) throws -> String {
    func failure(_ problem: String, _ status: ExitStatus) -> ConfigError {
        ConfigError(origin: file.path, problems: [problem], exitStatus: status)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
        throw failure("there is no such file", .missingInput)
    }
    guard !isFolder.boolValue, let handle = try? FileHandle(forReadingFrom: file),
        let bytes = try? handle.read(upToCount: maximumFileBytes + 1) ?? Data()
    else { throw failure("the file cannot be read", .io) }
    guard bytes.count <= maximumFileBytes else {
        throw failure("more than \(maximumFileBytes) bytes: not a configuration", .usage)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else { throw failure("the file is not UTF-8 text", .usage) }
    return text
}

/// `a.b=c` as the tree `a: {b: c}`. Nothing after the sign is an empty text.
private func overrideTree(_ override: String, _ problems: inout [String]) -> ConfigTree? {
    let parts = override.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, path.allSatisfy({ !$0.isEmpty }) else {
        problems.append("--set \(quoted(override)): expected path.to.key=value")
        return nil
    }
    var value: ConfigTree? = ConfigTree(.scalar("", .text), place: "--set")
    if !parts[1].isEmpty {
        var reader = YAMLTreeReader { _ in "--set" }
        value = reader.tree(of: String(parts[1]))
        problems += reader.problems.map { "--set \(quoted(override)): " + $0 }
    }
    return value.map { value in
        path.reversed().reduce(value) { ConfigTree(.section([($1, $0)], keys: .fixed), place: "--set") }
    }
}
