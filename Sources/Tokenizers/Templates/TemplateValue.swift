/// A value inside a template, as Python has them.
enum TemplateValue {
    /// What a name or a member that does not exist is; printed as nothing, and an error when asked for more.
    case undefined(String)
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case text(TemplateText)
    case list(TemplateList)
    case mapping(TemplateMapping)
    case namespace(TemplateNamespace)
    case macro(TemplateMacro)
    case function(TemplateFunction)
    case loop(TemplateLoop)
}

/// A list that does not change, and how many lists and mappings are inside one another.
struct TemplateList {
    let items: [TemplateValue]
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items
        depth = 1 + (items.map(\.depth).max() ?? 0)
    }
}

/// A mapping that does not change, its members in order.
struct TemplateMapping {
    private let keys, values: [TemplateValue]
    let depth: Int

    init(_ members: [(key: TemplateValue, value: TemplateValue)]) {
        keys = members.map(\.key)
        values = members.map(\.value)
        depth = 1 + (values.map(\.depth).max() ?? 0)
    }

    var members: [(key: TemplateValue, value: TemplateValue)] { zip(keys, values).map { ($0, $1) } }

    init(_ members: [(String, TemplateValue)]) {
        self.init(members.map { (key: .text(TemplateText($0.0)), value: $0.1) })
    }

    /// The value of `key`, or nil. Time grows with the number of members.
    func value(of key: TemplateValue) -> TemplateValue? {
        keys.lastIndex { $0.equals(key) }.map { values[$0] }
    }

    func value(of key: String) -> TemplateValue? { value(of: .text(TemplateText(key))) }
}

/// The one kind of value that a template can change, member by member, from any scope. Belongs to one rendering,
/// which empties it at its end.
final class TemplateNamespace {
    var members: [String: TemplateValue] = [:]

    init() {}
}

/// A function that templates find in their environment.
enum TemplateFunction: String, CaseIterable {
    case range, dict, namespace
    case raiseException = "raise_exception"
    /// Only where a date was given.
    case strftimeNow = "strftime_now"
}

/// What `loop` is inside a loop.
struct TemplateLoop {
    var items: [TemplateValue]
    /// From 0.
    var index: Int
}

extension TemplateValue {
    /// How many lists and mappings are inside one another.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .mapping(let mapping): mapping.depth
        default: 0
        }
    }

    /// Python's truth.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let bool): bool
        case .integer(let integer): integer != 0
        case .float(let float): float != 0
        case .text(let text): !text.isEmpty
        case .list(let list): !list.items.isEmpty
        case .mapping(let mapping): !mapping.members.isEmpty
        case .namespace, .macro, .function, .loop: true
        }
    }

    /// The number, with truth values as 0 and 1; nil for everything else.
    var number: Double? {
        switch self {
        case .bool(let bool): bool ? 1 : 0
        case .integer(let integer): Double(integer)
        case .float(let float): float
        default: nil
        }
    }

    /// The whole number, with truth values as 0 and 1; nil for everything else.
    var integer: Int? {
        switch self {
        case .bool(let bool): bool ? 1 : 0
        case .integer(let integer): integer
        default: nil
        }
    }

    var text: TemplateText? {
        if case .text(let text) = self { text } else { nil }
    }

    /// Python's `==`.
    func equals(_ other: TemplateValue) -> Bool {
        switch (self, other) {
        case (.undefined, .undefined), (.none, .none): true
        case (.text(let left), .text(let right)): left.equals(right)
        case (.list(let left), .list(let right)):
            left.items.count == right.items.count && zip(left.items, right.items).allSatisfy { $0.equals($1) }
        case (.mapping(let left), .mapping(let right)):
            left.members.count == right.members.count
                && left.members.allSatisfy { right.value(of: $0.key)?.equals($0.value) == true }
        case (.namespace(let left), .namespace(let right)): left === right
        default:
            if let left = integer, let right = other.integer {
                left == right
            } else if let left = number, let right = other.number {
                left == right
            } else {
                false
            }
        }
    }

    /// What the value is, for error messages.
    var kind: String {
        switch self {
        case .undefined(let name): "\(name), which is undefined"
        case .none: "none"
        case .bool: "a truth value"
        case .integer: "an integer"
        case .float: "a number"
        case .text: "a text"
        case .list: "a list"
        case .mapping: "a mapping"
        case .namespace: "a namespace"
        case .macro(let macro): "the macro \(macro.name)"
        case .function(let function): "the function \(function.rawValue)"
        case .loop: "the loop"
        }
    }

    /// Whether a message's content is part of it.
    var hasContent: Bool {
        switch self {
        case .text(let text): text.hasContent
        case .list(let list): list.items.contains(where: \.hasContent)
        case .mapping(let mapping): mapping.members.contains { $0.value.hasContent }
        default: false
        }
    }
}
