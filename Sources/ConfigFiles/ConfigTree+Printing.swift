extension ConfigTree {
    /// The tree as YAML: two spaces a level, members in their order, text quoted only where it could be read otherwise.
    /// The same tree gives the same text, and reading it gives the same tree.
    func yaml() -> String {
        switch content {
        case .section(let members, _) where members.isEmpty: "{}\n"
        default: lines(indentation: "").joined()
        }
    }

    /// The lines of a section or list that is not empty.
    private func lines(indentation: String) -> [String] {
        switch content {
        case .section(let members, _):
            members.flatMap {
                $0.value.lines(after: indentation + printed($0.key) + ":", indentation: indentation + "  ")
            }
        case .list(let elements):
            elements.flatMap { $0.lines(after: indentation + "-", indentation: indentation + "  ") }
        case .scalar: []
        }
    }

    private func lines(after start: String, indentation: String) -> [String] {
        switch content {
        case .section(let members, _) where members.isEmpty: [start + " {}\n"]
        case .list(let elements) where elements.isEmpty: [start + " []\n"]
        case .list(let elements) where elements.allSatisfy(\.isScalar):
            [start + " [" + elements.map(\.printedScalar).joined(separator: ", ") + "]\n"]
        case .section, .list: [start + "\n"] + lines(indentation: indentation)
        case .scalar: [start + " " + printedScalar + "\n"]
        }
    }

    private var isScalar: Bool {
        if case .scalar = content { true } else { false }
    }

    private var printedScalar: String {
        switch content {
        case .scalar(let text, .text): printed(text)
        case .scalar(_, .nothing): "null"
        case .scalar(let text, _): text
        case .section, .list: ""
        }
    }
}

/// Text as a plain scalar where nobody could take it for anything else, in double quotes elsewhere.
private func printed(_ text: String) -> String {
    let isPlain = text.wholeMatch(of: /[A-Za-z_\/][A-Za-z0-9_.\/\-]*/) != nil && ConfigTree.Kind(ofPlain: text) == .text
    return isPlain && !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased()) ? text : quoted(text)
}
