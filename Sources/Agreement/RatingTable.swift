/// The answers to one question, item by item: what coefficients and aggregation are computed from.
///
/// Labels are numbered in their order, items in the order in which they came up, annotators by name.
public struct RatingTable: Sendable {
    /// What can be said of two labels of the question.
    public enum Scale: String, Sendable {
        /// They are equal or not.
        case nominal
        /// One comes before the other.
        case ordinal
        /// They are some distance apart.
        case interval
    }

    /// One annotator's label of one item, both by number.
    struct Answer: Sendable {
        var annotator: Int32
        var label: Int32
    }

    public let question: String
    public let items: [String]
    public let annotators: [String]
    public let labels: [Label]
    public let scale: Scale
    /// The questions that were put and left out.
    public let missingCount: Int
    /// The answers about item `i` are those in `starts[i]..<starts[i + 1]`.
    let starts: [Int]
    let answers: [Answer]

    public var answerCount: Int { answers.count }

    /// Items with at least two answers, without which nothing can be said about agreement.
    public var comparableItemCount: Int { items.indices.count { answerRange($0).count > 1 } }

    func answerRange(_ item: Int) -> Range<Int> { starts[item]..<starts[item + 1] }

    /// Where each label stands on its scale: the numbers themselves, or the place in the order.
    var positions: [Double] {
        labels.enumerated().map { index, label in
            if case .number(let value) = label { value } else { Double(index) }
        }
    }
}

extension RatingTable {
    /// The table of some ratings of one question; those without a value are counted as missing.
    ///
    /// - Parameter order: the labels of a question answered by words, lowest first. Without it words have no order.
    ///   It must have every label that occurs.
    public init(question: String, _ ratings: some Sequence<Rating>, order: [String] = []) {
        var items = Numbering(), annotators = Numbering(), labels: [Label: Int] = [:]
        var found: [Label] = []
        var entries: [(item: Int, annotator: Int, label: Int)] = []
        var missing = 0
        for rating in ratings {
            guard let value = rating.value else { missing += 1; continue }
            let label = labels[value] ?? found.count
            if label == found.count { labels[value] = label; found.append(value) }
            entries.append((items.number(rating.item), annotators.number(rating.annotator), label))
        }
        let sortedLabels = Self.sorted(found, order)
        let annotatorOrder = annotators.names.indices.sorted { annotators.names[$0] < annotators.names[$1] }
        self.question = question
        self.items = items.names
        self.annotators = annotatorOrder.map { annotators.names[$0] }
        self.labels = sortedLabels.map { found[$0] }
        missingCount = missing
        scale = Self.scale(of: found, order)
        (starts, answers) = Self.grouped(entries, items.names.count, Self.inverse(annotatorOrder), Self.inverse(sortedLabels))
    }

    private static func scale(of labels: [Label], _ order: [String]) -> Scale {
        if labels.allSatisfy({ if case .number = $0 { true } else { false } }) { return labels.isEmpty ? .nominal : .interval }
        return order.isEmpty ? .nominal : .ordinal
    }

    /// The labels' numbers, lowest label first.
    private static func sorted(_ labels: [Label], _ order: [String]) -> [Int] {
        let places = Dictionary(order.enumerated().map { ($1, $0) }) { first, _ in first }
        return labels.indices.sorted { first, second in
            switch (labels[first], labels[second]) {
            case (.number(let a), .number(let b)): a < b
            case (.text(let a), .text(let b)): (places[a] ?? .max, a) < (places[b] ?? .max, b)
            case (.number, .text): true
            case (.text, .number): false
            }
        }
    }

    private static func inverse(_ order: [Int]) -> [Int32] {
        var places = [Int32](repeating: 0, count: order.count)
        for (place, number) in order.enumerated() { places[number] = Int32(place) }
        return places
    }

    /// Answers sorted by item, by counting: linear in their number.
    private static func grouped(
        _ entries: [(item: Int, annotator: Int, label: Int)], _ itemCount: Int, _ annotators: [Int32], _ labels: [Int32]
    ) -> ([Int], [Answer]) {
        var starts = [Int](repeating: 0, count: itemCount + 1)
        for entry in entries { starts[entry.item + 1] += 1 }
        for item in 0..<itemCount { starts[item + 1] += starts[item] }
        var next = starts
        var answers = [Answer](repeating: Answer(annotator: 0, label: 0), count: entries.count)
        for entry in entries {
            answers[next[entry.item]] = Answer(annotator: annotators[entry.annotator], label: labels[entry.label])
            next[entry.item] += 1
        }
        return (starts, answers)
    }
}

/// Names by number, in the order in which they came up.
struct Numbering {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    mutating func number(_ name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
