public import Conversations

/// Reads the words and numbers in which BeaverTails-V stores labels. Each function throws for what is not allowed.
struct LabelReader {
    let position: RowPosition

    /// "1" or "2".
    func side(_ text: String, _ column: String) throws(RowError) -> Side {
        guard let side = Side.allCases.first(where: { $0.id == text }) else {
            throw notAllowed(quoted(text), column, expected: #""1" or "2""#)
        }
        return side
    }

    /// "yes" or "no".
    func flag(_ text: String, _ column: String) throws(RowError) -> Bool {
        switch text {
        case "yes": return true
        case "no": return false
        default: throw notAllowed(quoted(text), column, expected: #""yes" or "no""#)
        }
    }

    static func flag(_ value: Bool) -> String { value ? "yes" : "no" }

    func rate(_ value: Int, in range: ClosedRange<Int>, _ column: String) throws(RowError) -> Int {
        guard range.contains(value) else {
            throw notAllowed("\(value)", column, expected: "\(range.lowerBound) … \(range.upperBound)")
        }
        return value
    }

    /// 0 … 1, or nothing.
    func probability(_ value: Double?, _ column: String) throws(RowError) -> Double? {
        guard let value else { return nil }
        guard (0...1).contains(value) else { throw notAllowed("\(value)", column, expected: "a probability, 0 … 1") }
        return value
    }

    func category(_ label: String) throws(RowError) -> HarmCategory {
        guard let category = HarmCategory(label: label) else {
            let known = HarmCategory.allCases.map(\.rawValue).joined(separator: ", ")
            throw notAllowed(quoted(label), "category", expected: "one of \(known)")
        }
        return category
    }

    private func notAllowed(_ found: String, _ column: String, expected: String) -> RowError {
        RowError(.valueNotAllowed, at: position, column: column, found: found, expected: expected)
    }
}

extension Side {
    /// The data set's name for it.
    public var id: String { self == .first ? "1" : "2" }
}

extension HarmCategory {
    /// The category of a stored label: its configuration name, in any case, with any signs between the words
    /// ("Animal Abuse", "animal-abuse").
    public init?(label: String) {
        let words = label.lowercased().split { !($0.isLetter || $0.isNumber) }
        self.init(rawValue: words.joined(separator: "_"))
    }
}
