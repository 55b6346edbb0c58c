/// The text of a data set's card: a head that programs read, then counts and sections for people.
public struct CardText: Sendable {
    public var title: String
    public var form: DatasetForm
    /// What the head says.
    public var card: DatasetCard
    /// Rows by split and by category.
    public var splits: [Split: Int]
    public var categories: [String: Int]
    /// Further headings and their text, in order.
    public var sections: [(heading: String, text: String)]

    public init(
        title: String, form: DatasetForm, card: DatasetCard, splits: [Split: Int], categories: [String: Int],
        sections: [(heading: String, text: String)] = []
    ) {
        self.title = title
        self.form = form
        self.card = card
        self.splits = splits
        self.categories = categories
        self.sections = sections
    }

    /// The whole `README.md`.
    public var markdown: String {
        let head = ["---"] + headLines + ["---", "", "# \(title)", "", use, ""]
        let body = counts + sections.flatMap { ["", "## \($0.heading)", "", $0.text] }
        return (head + body).joined(separator: "\n") + "\n"
    }

    private var headLines: [String] {
        var lines: [String] = []
        if let license = card.license { lines.append("license: \(Self.scalar(license))") }
        if card.isTestOnly { lines.append("usage: test-only") }
        if !card.assumedLabels.isEmpty { lines.append("assumed_labels: \(card.assumedLabels.joined(separator: ", "))") }
        return lines + ["form: \(form.rawValue)", "rows: \(splits.values.reduce(0, +))"]
    }

    private var use: String {
        let license = card.license.map { "Licence: \($0)." } ?? "No licence is stated: find out before you use or share it."
        return license + (card.isTestOnly ? " For testing only: `train` refuses it." : "")
    }

    private var counts: [String] {
        let splitRows = Split.allCases.compactMap { split in splits[split].map { "| \(split.rawValue) | \($0) |" } }
        let categoryRows = categories.sorted { $0.key < $1.key }.map { "| \($0.key) | \($0.value) |" }
        return ["| split | rows |", "|---|---|"] + splitRows + ["", "| category | rows |", "|---|---|"] + categoryRows
    }

    /// One line, in quotes where the head's reader would see more in it than a value.
    private static func scalar(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        let isPlain = line.allSatisfy { $0.isLetter || $0.isNumber || " .-+/()".contains($0) } && !line.isEmpty
        return isPlain ? line : "'" + line.filter { $0 != "'" } + "'"
    }
}
