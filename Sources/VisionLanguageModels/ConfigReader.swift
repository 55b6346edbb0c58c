import StrictJSON

/// Everything that is wrong with a model's `config.json`, in one error.
public struct ModelConfigError: Error, Equatable {
    public var file: String
    /// One per key: key, value found, values expected.
    public var problems: [String]
}

extension ModelConfigError: CustomStringConvertible {
    public var description: String { "\(file):\n" + problems.map { "  " + $0 }.joined(separator: "\n") }
}

/// Reads typed values out of a JSON object, noting every key whose value does not fit.
struct ConfigReader {
    private let json: JSONValue
    private let file: String
    private let path: String
    private var problems: [String] = []

    init(_ json: JSONValue, file: String, path: String = "") { (self.json, self.file, self.path) = (json, file, path) }

    /// A whole number in `range`; by default what no size of a real model exceeds.
    mutating func read(_ key: String, into value: inout Int, in range: ClosedRange<Int> = 1...1 << 20) {
        guard let found = present(key) else { return }
        guard let number = found.integer, range.contains(number) else {
            return problem(key, found.serialized(), "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        value = number
    }

    mutating func read(_ key: String, _ other: String? = nil, into value: inout Int32) {
        let name = json[key] == nil ? other ?? key : key
        guard let found = present(name) else { return }
        guard let number = found.integer.flatMap(Int32.init(exactly:)), number >= 0 else {
            return problem(name, found.serialized(), "a token id")
        }
        value = number
    }

    mutating func read(_ key: String, into value: inout Double) {
        guard let found = present(key) else { return }
        guard let number = found.number, number.isFinite, number > 0 else {
            return problem(key, found.serialized(), "a positive number")
        }
        value = number
    }

    mutating func read(_ key: String, into value: inout Bool) {
        guard let found = present(key) else { return }
        guard let flag = found.bool else { return problem(key, found.serialized(), "true or false") }
        value = flag
    }

    mutating func read(_ key: String, into value: inout Activation) {
        guard let found = present(key) else { return }
        guard let activation = found.string.flatMap(Activation.init) else {
            return problem(
                key, found.serialized(), "one of " + Activation.allCases.map(\.rawValue).joined(separator: ", "))
        }
        value = activation
    }

    /// A positive number that has to be there.
    mutating func readRequired(_ key: String, into value: inout Double) {
        guard has(key) else { return problem(key, "nothing", "a positive number") }
        read(key, into: &value)
    }

    /// A list of whole numbers that are not negative.
    mutating func read(_ key: String, into value: inout [Int]) {
        guard let found = present(key) else { return }
        let numbers = found.array?.compactMap(\.integer).filter { 0...1 << 20 ~= $0 }
        guard let numbers, numbers.count == found.array?.count else {
            return problem(key, found.serialized(), "a list of whole numbers")
        }
        value = numbers
    }

    mutating func choose(_ key: String, _ choices: [String: Bool], into value: inout Bool) {
        if let choice = choice(key, choices) { value = choice }
    }

    /// What the key's text stands for; `nil` when the key is absent.
    mutating func choice<Choice>(_ key: String, _ choices: [String: Choice]) -> Choice? {
        guard let found = present(key) else { return nil }
        if let choice = found.string.flatMap({ choices[$0] }) { return choice }
        let known = choices.keys.sorted()
        problem(key, found.serialized(), known.count == 1 ? known[0] : "one of " + known.joined(separator: ", "))
        return nil
    }

    /// One text per layer: the layers whose text stands for true.
    mutating func readLayers(_ key: String, _ choices: [String: Bool], _ layerCount: Int, into value: inout Set<Int>) {
        guard let found = present(key) else { return }
        let flags = found.array?.compactMap { $0.string.flatMap { choices[$0] } }
        guard let flags, flags.count == layerCount, found.array?.count == layerCount else {
            let known = choices.keys.sorted().joined(separator: " or ")
            return problem(key, found.serialized(), "\(known) for each of \(layerCount) layers")
        }
        value = Set(flags.indices.filter { flags[$0] })
    }

    /// The key may be absent, but not have another value.
    mutating func require(_ key: String, _ expected: String) {
        if let found = present(key), found.string != expected { problem(key, found.serialized(), expected) }
    }

    mutating func require(_ key: String, _ expected: Bool) {
        if let found = present(key), found.bool != expected { problem(key, found.serialized(), "\(expected)") }
    }

    /// The key may be absent or null.
    mutating func refuse(_ key: String, _ reason: String) {
        if let found = present(key) { problem(key, found.serialized(), "nothing here: \(reason)") }
    }

    /// The key may be absent, null, or have the one value that changes nothing.
    mutating func refuse(_ key: String, unless neutral: Double, _ reason: String) {
        if let found = present(key), found.number != neutral { problem(key, found.serialized(), "\(neutral): \(reason)") }
    }

    /// Whether the key is there and not null.
    func has(_ key: String) -> Bool { present(key) != nil }

    /// Whether the key is there and null.
    func isNull(_ key: String) -> Bool { json[key]?.isNull ?? false }

    mutating func section(_ key: String, _ read: (inout ConfigReader) -> Void) {
        guard let found = present(key) else { return }
        guard found.object != nil else { return problem(key, found.kind, "an object") }
        var reader = ConfigReader(found, file: file, path: path + key + ".")
        read(&reader)
        problems += reader.problems
    }

    mutating func problem(_ key: String, _ found: String, _ expected: String) {
        problems.append("\(path)\(key): found \(found), expected \(expected)")
    }

    func finish() throws(ModelConfigError) {
        guard problems.isEmpty else { throw ModelConfigError(file: file, problems: problems) }
    }

    private func present(_ key: String) -> JSONValue? {
        guard let value = json[key], !value.isNull else { return nil }
        return value
    }
}
