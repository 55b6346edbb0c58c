import PreferenceData
public import StrictJSON

extension DataAudit {
    public var json: JSONValue {
        let integer = { (value: Int) -> JSONValue in .integer(Int64(value)) }
        return [
            "rows": integer(rowCount), "pictures": integer(pictureCount), "repeatedFiles": integer(repeatedFileCount),
            "samePixels": integer(samePixelsCount), "near": integer(nearCount),
            "leakedRows": integer(leakedRowCount),
            "undecodable": .array(undecodable.map { .string($0) }),
            "leaks": .array(leaks.map {
                [
                    "kind": .string($0.kind.rawValue), "training": .string("\($0.training.position)"),
                    "evaluation": .string("\($0.evaluation.position)"), "distance": integer($0.distance),
                ]
            }),
            "languages": .object(JSONObject(languages.sorted { $0.key < $1.key }.map { name, counts in
                (name, .object(JSONObject(counts.sorted { $0.key < $1.key }.map { ($0.key, integer($0.value)) })))
            })),
            "labels": .array(labels.map(\.json)),
        ]
    }
}

extension DataAudit: CustomStringConvertible {
    public var description: String { (pictureLines + leakLines + languageLines + labelLines).joined(separator: "\n") }

    private var pictureLines: [String] {
        [
            "pictures   \(pictureCount) files in \(rowCount) rows, \(repeatedFileCount) of them in several rows",
            "           \(samePixelsCount) pairs of other files with the same pixels, \(nearCount) near pairs",
        ] + examples.map { "           \($0)" } + undecodable.prefix(5).map { "           cannot be decoded: \($0)" }
    }

    private var leakLines: [String] {
        let counts = Leak.Kind.allCases.map { kind in "\(leaks.count { $0.kind == kind }) \(kind.rawValue)" }
        let head = "leakage    \(leakedRowCount) training rows show pictures of the evaluation split: \(counts.joined(separator: ", "))"
        return [head] + leaks.prefix(10).map { leak in
            let bits = leak.kind == .near ? " (\(leak.distance) of 64 bits)" : ""
            return "           \(leak.training.position) shows \(leak.evaluation.position)\(bits)"
        } + (leaks.count > 10 ? ["           … and \(leaks.count - 10) more"] : [])
    }

    private var languageLines: [String] {
        languages.sorted { $0.key < $1.key }.map { name, counts in
            let total = counts.values.reduce(0, +)
            let shares = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { language, count in
                "\(language) \((1000 * Double(count) / Double(max(total, 1))).rounded() / 10) %"
            }
            return "languages  \(name)s: \(shares.joined(separator: ", "))"
        }
    }

    private var labelLines: [String] {
        guard !labels.isEmpty else { return ["labels     no contradictions"] }
        return labels.map { "labels     \($0.count) × \($0.kind.title) (\($0.column)): \($0.examples.first ?? "")" }
    }
}
