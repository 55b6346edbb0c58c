import Yams

/// Reads YAML into a tree, and collects what cannot be read unambiguously: keys that occur twice, anchors and aliases,
/// keys that are not plain text, more than one document.
struct YAMLTreeReader {
    /// What is said of a value written in a line: the line itself, or that it came from the command line.
    private let place: (_ line: Int) -> String
    private(set) var problems: [String] = []

    init(place: @escaping (_ line: Int) -> String) { self.place = place }

    /// The tree of the one document in `text`; that of an empty document is nothing. Nil when there is a problem.
    mutating func tree(of text: String) -> ConfigTree? {
        do {
            let parser = try Parser(yaml: text)
            // note: nodes refer weakly to their anchors, which live as long as the parser
            return try withExtendedLifetime(parser) {
                let root = try parser.singleRoot().map { tree(of: $0) } ?? ConfigTree(.scalar("", .nothing))
                return problems.isEmpty ? root : nil
            }
        } catch {
            problems.append(sentence(for: error))
            return nil
        }
    }

    private mutating func tree(of node: Node) -> ConfigTree {
        let place = place(node.mark?.line ?? 1)
        guard node.anchor == nil else {
            problems.append("\(place): anchors, aliases and merge keys are not read; write the value out")
            return ConfigTree(.scalar("", .nothing), place: place)
        }
        switch node {
        case .mapping(let mapping): return ConfigTree(.section(members(of: mapping), keys: .fixed), place: place)
        case .sequence(let sequence): return ConfigTree(.list(sequence.map { tree(of: $0) }), place: place)
        case .scalar(let scalar): return ConfigTree(.scalar(scalar.string, kind(of: scalar)), place: place)
        case .alias: return ConfigTree(.scalar("", .nothing), place: place)
        }
    }

    private mutating func members(of mapping: Node.Mapping) -> ConfigTree.Members {
        var members: ConfigTree.Members = []
        for (keyNode, valueNode) in mapping {
            guard case .scalar(let key) = keyNode, keyNode.anchor == nil, !isPlain(key) || key.string != "<<" else {
                problems.append("\(place(keyNode.mark?.line ?? 1)): a key must be one plain word")
                continue
            }
            if members.contains(where: { $0.key == key.string }) {
                problems.append("\(place(key.mark?.line ?? 1)): the key \(key.string) occurs twice")
            }
            members.append((key.string, tree(of: valueNode)))
        }
        return members
    }

    private func kind(of scalar: Node.Scalar) -> ConfigTree.Kind {
        isPlain(scalar) ? ConfigTree.Kind(ofPlain: scalar.string) : .text
    }

    /// Whether a scalar is written without quotes.
    private func isPlain(_ scalar: Node.Scalar) -> Bool { scalar.style == .plain || scalar.style == .any }

    private func sentence(for error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(place(mark.line)), column \(mark.column): not YAML: \(problem)"
        case .duplicatedKeysInMapping(let keys, let context):
            "\(place(context.mark.line)): in this section a key occurs twice: \(keys.joined(separator: ", "))"
        default: "not YAML: \(error)"
        }
    }
}
