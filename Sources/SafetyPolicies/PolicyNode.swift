import Yams

/// A value of a policy file with the place where it was written, and the means to say what is wrong with it.
///
/// Every reader takes the keys that it knows; `finish` reports those that nobody took. Problems are collected, so that
/// one reading shows them all.
final class PolicySection {
    private let members: [(key: String, line: Int, node: Node)]
    private var taken: Set<String> = []
    private let problems: PolicyProblems
    let path: String
    let line: Int

    private init(members: [(key: String, line: Int, node: Node)], path: String, line: Int, _ problems: PolicyProblems) {
        (self.members, self.path, self.line, self.problems) = (members, path, line, problems)
    }

    /// The section that `node` is; an empty one, with a problem, when it is something else.
    convenience init(_ node: Node, path: String, line: Int, _ problems: PolicyProblems) {
        var members: [(key: String, line: Int, node: Node)] = []
        if node.anchor != nil { problems.add(line, "\(path): anchors and aliases are not read; write the value out") }
        if case .mapping(let mapping) = node {
            for (key, value) in mapping {
                let line = key.mark?.line ?? line
                guard case .scalar(let name) = key, key.anchor == nil else {
                    problems.add(line, "\(path): a key must be one plain word")
                    continue
                }
                if members.contains(where: { $0.key == name.string }) {
                    problems.add(line, "\(path).\(name.string): the key occurs twice")
                }
                members.append((name.string, line, value))
            }
        } else {
            problems.add(line, "\(path): expected a section, found \(described(node))")
        }
        self.init(members: members, path: path, line: line, problems)
    }

    /// An empty section, for what was missing; its problem has been told.
    static func missing(_ path: String, line: Int, _ problems: PolicyProblems) -> PolicySection {
        PolicySection(members: [], path: path, line: line, problems)
    }

    func has(_ key: String) -> Bool { members.contains { $0.key == key } }

    /// The line of a key, or the section's own.
    func line(of key: String) -> Int { members.first { $0.key == key }?.line ?? line }

    private func take(_ key: String) -> (key: String, line: Int, node: Node)? {
        taken.insert(key)
        return members.first { $0.key == key }
    }

    private func required(_ key: String) -> (key: String, line: Int, node: Node)? {
        if let member = take(key) { return member }
        problems.add(line, "\(place(key)) is missing")
        return nil
    }

    private func place(_ key: String) -> String { path == "policy" ? key : "\(path).\(key)" }

    // MARK: Values

    func section(_ key: String) -> PolicySection {
        guard let member = required(key) else { return .missing(place(key), line: line, problems) }
        return PolicySection(member.node, path: place(key), line: member.line, problems)
    }

    func optionalSection(_ key: String) -> PolicySection? {
        take(key).map { PolicySection($0.node, path: place(key), line: $0.line, problems) }
    }

    /// Text that is not empty; quoted, or plain.
    func text(_ key: String) -> String {
        guard let member = required(key) else { return "" }
        return text(member, key) ?? ""
    }

    func optionalText(_ key: String) -> String? { take(key).flatMap { text($0, key) } }

    private func text(_ member: (key: String, line: Int, node: Node), _ key: String) -> String? {
        guard case .scalar(let scalar) = member.node, member.node.anchor == nil,
            scalar.string.contains(where: { !$0.isWhitespace })
        else {
            problems.add(member.line, "\(place(key)): expected a text, found \(described(member.node))")
            return nil
        }
        return scalar.string
    }

    /// A number in `range`; nil, with a problem unless it is merely absent, when there is none.
    func probability(_ key: String) -> Double? {
        guard let member = take(key) else { return nil }
        guard case .scalar(let scalar) = member.node, member.node.anchor == nil, let value = Double(scalar.string),
            value > 0, value <= 1
        else {
            problems.add(
                member.line,
                "\(place(key)): expected a probability above 0 and at most 1, found \(described(member.node))")
            return nil
        }
        return value
    }

    /// One of the words of `Word`; nil when absent or, with a problem, when it is another.
    func word<Word: CaseIterable>(_ key: String, _ type: Word.Type, name: (Word) -> String) -> Word? {
        guard let member = take(key) else { return nil }
        return word(member.node, at: member.line, place(key), type, name)
    }

    func words<Word: CaseIterable>(_ key: String, _ type: Word.Type, name: (Word) -> String) -> [Word] {
        guard let member = required(key) else { return [] }
        guard case .sequence(let sequence) = member.node, member.node.anchor == nil else {
            problems.add(member.line, "\(place(key)): expected a list, found \(described(member.node))")
            return []
        }
        return sequence.compactMap { word($0, at: $0.mark?.line ?? member.line, place(key), type, name) }
    }

    private func word<Word: CaseIterable>(
        _ node: Node, at line: Int, _ place: String, _ type: Word.Type, _ name: (Word) -> String
    ) -> Word? {
        if case .scalar(let scalar) = node, node.anchor == nil,
            let found = type.allCases.first(where: { name($0) == scalar.string })
        {
            return found
        }
        let known = type.allCases.map(name).joined(separator: ", ")
        problems.add(line, "\(place): expected one of \(known), found \(described(node))")
        return nil
    }

    func report(_ key: String, _ problem: String) { problems.add(line(of: key), "\(place(key)): \(problem)") }

    /// Reports the keys that nobody took.
    func finish() {
        let unknown = members.filter { !taken.contains($0.key) }
        for member in unknown {
            problems.add(
                member.line, "unknown key \(place(member.key)); known here: \(taken.sorted().joined(separator: ", "))")
        }
    }
}

/// The problems of one file, in the order of its lines.
final class PolicyProblems {
    private var found: [(line: Int, text: String)] = []

    func add(_ line: Int, _ text: String) { found.append((line, text)) }

    var sentences: [String] {
        found.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map { "line \($0.element.line): \($0.element.text)" }
    }
}

private func described(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "\"\(scalar.string.prefix(60))\""
    case .mapping: "a section"
    case .sequence: "a list"
    case .alias: "an alias"
    }
}
