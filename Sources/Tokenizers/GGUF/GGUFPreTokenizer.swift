import StrictJSON

/// How a byte-level encoding cuts text into pieces, by the names that GGUF files have for it.
enum GGUFPreTokenizer: Equatable {
    case gpt2, mpt, singleDigits, llama3, qwen2

    static let names: [String: GGUFPreTokenizer] = [
        "gpt-2": .gpt2, "phi-2": .gpt2, "mpt": .mpt, "olmo": .mpt,
        "smollm": .singleDigits, "starcoder": .singleDigits, "refact": .singleDigits, "codeshell": .singleDigits,
        "command-r": .singleDigits,
        "llama-bpe": .llama3, "llama3": .llama3, "llama-v3": .llama3,
        "qwen2": .qwen2, "deepseek-r1-qwen": .qwen2,
    ]

    init?(name: String) {
        guard let kind = GGUFPreTokenizer.names[name] else { return nil }
        self = kind
    }

    /// Whether text is composed (NFC) before it is cut.
    var composes: Bool { self == .qwen2 || self == .mpt }

    var json: JSONValue {
        switch self {
        case .gpt2, .mpt: byteLevel(usesPattern: true)
        case .singleDigits: sequence(["type": "Digits", "individual_digits": true], byteLevel(usesPattern: true))
        case .llama3: sequence(split(.gpt4(maximumDigits: 3)), byteLevel(usesPattern: false))
        case .qwen2: sequence(split(.gpt4(maximumDigits: 1)), byteLevel(usesPattern: false))
        }
    }

    private func byteLevel(usesPattern: Bool) -> JSONValue {
        ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(usesPattern)]
    }

    private func split(_ pattern: SplitPattern) -> JSONValue {
        let regex = SplitPattern.known.first { $0.pattern == pattern }?.regex ?? ""
        return ["type": "Split", "pattern": ["Regex": .string(regex)], "behavior": "Isolated", "invert": false]
    }

    private func sequence(_ steps: JSONValue...) -> JSONValue { ["type": "Sequence", "pretokenizers": .array(steps)] }
}
