import StrictJSON

/// What differs between a run as it began and as it is to go on, one sentence a field.
enum RunDifferences {
    /// Fields of a configuration that are not the same, by path. The text is what the program itself prints as YAML: two
    /// spaces a level, one value or one element a line.
    static func between(config old: String, _ new: String) -> [String] {
        let (before, after) = (fields(old), fields(new))
        let lost = before.filter { field in !after.contains { $0.path == field.path } }
        return lost.map { "config \($0.path): was \($0.value), is gone" }
            + after.compactMap { field in
                guard let was = before.first(where: { $0.path == field.path }) else {
                    return "config \(field.path): is new, \(field.value)"
                }
                return was.value == field.value ? nil : "config \(field.path): was \(was.value), is \(field.value)"
            }
    }

    /// Inputs that are not the same. Where an input lies does not matter, its bytes do.
    static func between(inputs old: JSONValue, _ new: JSONValue) -> [String] {
        let (before, after) = (named(old), named(new))
        let names = before.map(\.name) + after.map(\.name).filter { name in !before.contains { $0.name == name } }
        return names.compactMap { name in
            let was = before.first { $0.name == name }?.content
            let now = after.first { $0.name == name }?.content
            guard was != now else { return nil }
            return "input \(name): was \(was?.serialized() ?? "absent"), is \(now?.serialized() ?? "absent")"
        }
    }

    private static func fields(_ text: String) -> [(path: String, value: String)] {
        var parents: [String] = []
        var fields: [(path: String, value: String)] = []
        var elements: [String: Int] = [:]
        for line in text.split(separator: "\n") where !line.allSatisfy({ $0 == " " }) {
            let level = line.prefix { $0 == " " }.count / 2
            parents.removeLast(max(0, parents.count - level))
            let content = line.drop { $0 == " " }
            let (key, value) = keyAndValue(content)
            let parent = parents.joined(separator: ".")
            let name = content.hasPrefix("-") ? "\(elements[parent, default: 0])" : key
            if content.hasPrefix("-") { elements[parent, default: 0] += 1 }
            parents.append(name)
            if !value.isEmpty { fields.append((parents.joined(separator: "."), value)) }
        }
        return fields
    }

    private static func keyAndValue(_ line: Substring) -> (key: String, value: String) {
        if line.hasPrefix("-") { return ("", trimmed(line.dropFirst())) }
        // A key in quotes may itself contain a colon.
        let afterQuotes =
            line.hasPrefix("\"") ? line.dropFirst().firstIndex(of: "\"") ?? line.startIndex : line.startIndex
        guard let colon = line[afterQuotes...].firstIndex(of: ":") else { return (String(line), "") }
        return (String(line[..<colon]), trimmed(line[line.index(after: colon)...]))
    }

    private static func trimmed(_ text: Substring) -> String { String(text.drop { $0 == " " }) }

    private static func named(_ inputs: JSONValue) -> [(name: String, content: JSONValue)] {
        switch inputs {
        case .object(let object): object.members.map { ($0.key, content($0.value)) }
        case .array(let elements): elements.enumerated().map { ("\($0.offset)", content($0.element)) }
        default: [("inputs", inputs)]
        }
    }

    private static func content(_ input: JSONValue) -> JSONValue {
        guard case .object(var object) = input else { return input }
        object["path"] = nil
        return .object(object)
    }
}
