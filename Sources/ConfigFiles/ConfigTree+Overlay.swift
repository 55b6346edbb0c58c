extension ConfigTree {
    /// Lays what a file or the command line says over this tree. Keys that this tree does not have are refused, and what
    /// is refused changes nothing. Whether a scalar has the right type is seen later, by whoever reads it.
    mutating func lay(_ other: ConfigTree, at path: String = "", root: ConfigTree, _ problems: inout [String]) {
        switch (content, other.content) {
        case (.section(var mine, let rule), .section(let theirs, _)) where rule != .choice:
            for (key, value) in theirs {
                let full = path.isEmpty ? key : path + "." + key
                if let index = mine.firstIndex(where: { $0.key == key }) {
                    mine[index].value.lay(value, at: full, root: root, &problems)
                } else if rule == .free {
                    mine.append((key, value))
                } else {
                    problems.append(UnknownKey(key, path: value.located(full), siblings: mine, root: root).sentence)
                }
            }
            content = .section(mine, keys: rule)
        case (.section, .section), (.list, .list), (.scalar, .scalar):
            self = other
        default:
            problems.append("\(other.located(path)): found \(other.found), expected \(expectation)")
        }
    }

    private var expectation: String {
        switch content {
        case .section(let members, keys: .fixed): "a section with " + members.map(\.key).joined(separator: ", ")
        case .section: "a section"
        case .list: "a list"
        case .scalar: "one value"
        }
    }
}

/// A key that nobody reads, and the keys that were perhaps meant.
struct UnknownKey {
    let sentence: String

    init(_ key: String, path: String, siblings: ConfigTree.Members, root: ConfigTree) {
        let known = siblings.map(\.key)
        let spelledAlike = UnknownKey.nearest(to: key, among: known)
        let elsewhere = root.paths(endingIn: key).prefix(3)
        let meant = spelledAlike.isEmpty ? Array(elsewhere) : spelledAlike
        let hint = meant.isEmpty ? "" : "; did you mean " + meant.joined(separator: " or ") + "?"
        sentence = "unknown key \(path)\(hint) [known here: \(known.joined(separator: ", "))]"
    }

    /// The keys that differ least from `key`, when they differ by no more than a third of its letters (but at least 2).
    /// Upper and lower case, `_` and `-` do not count.
    private static func nearest(to key: String, among known: [String]) -> [String] {
        let wanted = simplified(key)
        let distances = known.map { (key: $0, distance: editDistance(simplified($0), wanted)) }
        guard let least = distances.map(\.distance).min(), least <= max(2, wanted.count / 3), least < wanted.count
        else {
            return []
        }
        return distances.filter { $0.distance == least }.map(\.key)
    }

    private static func simplified(_ key: String) -> [Character] {
        key.lowercased().filter { $0 != "_" && $0 != "-" }
    }
}

extension ConfigTree {
    /// The full paths whose last part is `key`.
    fileprivate func paths(endingIn key: String, at path: String = "") -> [String] {
        members.flatMap { member in
            let full = path.isEmpty ? member.key : path + "." + member.key
            return (member.key == key ? [full] : []) + member.value.paths(endingIn: key, at: full)
        }
    }
}

/// How many letters must be changed, added or dropped to make one word the other (Levenshtein 1966).
func editDistance(_ first: [Character], _ second: [Character]) -> Int {
    var row = Array(0...second.count)
    for (i, letter) in first.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in second.enumerated() {
            let changed = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[second.count]
}
