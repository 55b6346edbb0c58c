/// Reads a configuration out of a tree. What has the wrong type is noted and replaced by the default of the same path,
/// so that one reading finds every problem.
struct ConfigDecoder {
    /// Shared by all decoders of one reading.
    final class Notes {
        var problems: [String] = []
    }

    /// One value that cannot be read; the sentence says where, what was found and what was expected.
    struct Problem: Error {
        let sentence: String
    }

    let tree: ConfigTree
    /// The default in the same place; nil inside lists, and for keys that only the file has.
    let fallback: ConfigTree?
    let path: String
    let notes: Notes

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    static func decode<Config: Codable>(
        _ type: Config.Type, from tree: ConfigTree, defaults: ConfigTree, _ problems: inout [String]
    ) throws -> Config {
        let decoder = ConfigDecoder(tree: tree, fallback: defaults, path: "", notes: Notes())
        let config = try decoder.value(type)
        if decoder.notes.problems.isEmpty {
            try decoder.noteUnread(in: tree, readAs: ConfigTree(encoding: config), at: "")
        }
        problems += decoder.notes.problems
        return config
    }

    /// Reads the value here, or notes what is wrong and reads the default.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try read(type, from: tree)
        } catch  where fallback != nil {
            notes.problems.append(sentence(for: error))
            return try read(type, from: fallback ?? tree)
        }
    }

    private func read<Value: Decodable>(_ type: Value.Type, from tree: ConfigTree) throws -> Value {
        if let scalar = type as? any ConfigScalar.Type {
            guard case .scalar(let text, let kind) = tree.content,
                let value = scalar.init(configText: text, kind: kind) as? Value
            else { throw mismatch(tree, expected: scalar.expectation) }
            return value
        }
        if let allowed = allowedSpellings(of: type) {
            guard case .scalar(let text, _) = tree.content, allowed.contains(text) else {
                throw mismatch(tree, expected: "one of " + allowed.joined(separator: ", "))
            }
        }
        return try Value(from: ConfigDecoder(tree: tree, fallback: fallback, path: path, notes: notes))
    }

    /// The decoder of a member; without `key` in the tree a problem.
    func member(_ key: any CodingKey) throws -> ConfigDecoder {
        let full = path.isEmpty ? key.stringValue : path + "." + key.stringValue
        let inner = fallback?[key.stringValue]
        guard let member = tree[key.stringValue] ?? inner else {
            throw Problem(sentence: "\(tree.located(full)): missing")
        }
        return ConfigDecoder(tree: member, fallback: inner, path: full, notes: notes)
    }

    func elements() throws -> [ConfigDecoder] {
        guard case .list(let elements) = tree.content else { throw mismatch(tree, expected: "a list") }
        return elements.enumerated().map { index, element in
            ConfigDecoder(tree: element, fallback: nil, path: "\(path)[\(index)]", notes: notes)
        }
    }

    func mismatch(_ tree: ConfigTree, expected: String) -> Problem {
        Problem(sentence: "\(tree.located(path)): found \(tree.found), expected \(expected)")
    }

    private func sentence(for error: any Error) -> String {
        switch error {
        case let problem as Problem: problem.sentence
        case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
            DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(tree.located(path)): found \(tree.found): \(context.debugDescription)"
        default: "\(tree.located(path)): found \(tree.found): \(error)"
        }
    }

    /// Notes the keys that reading passed over: in the values of an enum's case and in the elements of lists, where there
    /// are no defaults to compare with.
    private func noteUnread(in written: ConfigTree, readAs read: ConfigTree, at path: String) {
        switch (written.content, read.content) {
        case (.section(let members, _), .section):
            for (key, value) in members {
                let full = path.isEmpty ? key : path + "." + key
                if let inner = read[key] {
                    noteUnread(in: value, readAs: inner, at: full)
                } else {
                    notes.problems.append(
                        UnknownKey(key, path: value.located(full), siblings: read.members, root: read).sentence)
                }
            }
        case (.list(let elements), .list(let others)):
            for (index, (element, other)) in zip(elements, others).enumerated() {
                noteUnread(in: element, readAs: other, at: "\(path)[\(index)]")
            }
        default: break
        }
    }
}

/// How the cases of an enum without values are written, if `type` is one that lists its cases.
private func allowedSpellings(of type: any Any.Type) -> [String]? {
    func spellings<Cases: CaseIterable>(_ type: Cases.Type) -> [String]? {
        let texts = type.allCases.map { element -> String? in
            guard let element = element as? any Encodable, let tree = try? ConfigTree(encoding: element),
                case .scalar(let text, _) = tree.content
            else { return nil }
            return text
        }
        return texts.contains(nil) ? nil : texts.compactMap { $0 }
    }
    return (type as? any CaseIterable.Type).flatMap { spellings($0) }
}
