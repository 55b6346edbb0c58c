/// Counts findings by kind and column, remembering the first few of each.
struct FindingCounter {
    private static let exampleCount = 3

    private struct Key: Hashable {
        var kind: Finding.Kind
        var column: String
    }

    private var findings: [Key: Finding] = [:]
    private var order: [Key] = []

    mutating func add(_ kind: Finding.Kind, _ column: String, _ example: @autoclosure () -> String) {
        let key = Key(kind: kind, column: column)
        if findings[key] == nil { order.append(key) }
        var finding = findings[key] ?? Finding(kind: kind, column: column, count: 0, examples: [])
        finding.count += 1
        if finding.examples.count < Self.exampleCount { finding.examples.append(example()) }
        findings[key] = finding
    }

    /// Errors before warnings, each in the order in which they were first seen.
    var sorted: [Finding] {
        let all = order.compactMap { findings[$0] }
        return all.filter(\.kind.isError) + all.filter { !$0.kind.isError }
    }
}
