import Foundation

/// One step of what `tokenizer.json` does to text before it is cut into pieces.
enum Normalizer: Sendable, Equatable {
    /// Puts a text before every text that is not empty.
    case prepend([UInt8])
    /// Replaces every occurrence of a text, from left to right, by another one. The pattern is not empty.
    case replace(pattern: [UInt8], by: [UInt8])
    /// One of Unicode's four normal forms.
    case normalForm(NormalForm)

    func apply(to text: inout MarkedText) {
        switch self {
        case .prepend(let prefix):
            guard !text.bytes.isEmpty else { return }
            text.bytes.insert(contentsOf: prefix, at: 0)
            if case .some(let flags) = text.marks {
                text.marks = .some([Bool](repeating: false, count: prefix.count) + flags)
            }
        case .replace(let pattern, let replacement):
            text.replace(pattern, by: replacement)
        case .normalForm(let form):
            text = form.applied(to: text)
        }
    }
}

/// Unicode's normal forms (Unicode Standard Annex 15).
enum NormalForm: String, Sendable, CaseIterable {
    case nfc = "NFC", nfd = "NFD", nfkc = "NFKC", nfkd = "NFKD"

    /// Runs of content and of other text are normalised apart, so that no control token can appear or vanish where
    /// they meet.
    func applied(to text: MarkedText) -> MarkedText {
        guard text.bytes.contains(where: { $0 >= 0x80 }) else { return text }
        guard case .some(let flags) = text.marks else {
            return MarkedText(bytes: applied(to: text.bytes[...]), marks: text.marks)
        }
        var (bytes, marks): ([UInt8], [Bool]) = ([], [])
        var start = 0
        while start < flags.count {
            let end = flags[start...].firstIndex { $0 != flags[start] } ?? flags.count
            let run = applied(to: text.bytes[start..<end])
            bytes += run
            marks += [Bool](repeating: flags[start], count: run.count)
            start = end
        }
        return MarkedText(bytes: bytes, marks: .some(marks))
    }

    /// Characters younger than the reference's tables stay as they are, and nothing is composed or reordered across
    /// them.
    private func applied(to bytes: ArraySlice<UInt8>) -> [UInt8] {
        var (result, run) = ("", String.UnicodeScalarView())
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.isKnownToReference {
                run.append(scalar)
            } else {
                result += applied(to: String(run))
                result.unicodeScalars.append(scalar)
                run = String.UnicodeScalarView()
            }
        }
        return Array((result + applied(to: String(run))).utf8)
    }

    private func applied(to text: String) -> String {
        switch self {
        case .nfc: text.precomposedStringWithCanonicalMapping
        case .nfd: text.decomposedStringWithCanonicalMapping
        // note: Foundation's own NFKC does not compose Hangul letters that a mapping brings together.
        case .nfkc: text.decomposedStringWithCompatibilityMapping.precomposedStringWithCanonicalMapping
        case .nfkd: text.decomposedStringWithCompatibilityMapping
        }
    }
}

extension Unicode.Scalar {
    /// Whether the scalar was assigned in Unicode 9.0, the version of the reference's normal forms.
    fileprivate var isKnownToReference: Bool {
        value < 0x300 || properties.age.map { $0.major <= 9 } ?? false
    }
}

extension MarkedText {
    /// Replaces `pattern` from left to right. What replaces content, or text that touches it, is content.
    mutating func replace(_ pattern: [UInt8], by replacement: [UInt8]) {
        var replaced: [UInt8] = []
        var flags: [Bool] = []
        var start = 0
        while let match = bytes.firstIndex(of: pattern, from: start) {
            let end = match + pattern.count
            replaced += bytes[start..<match]
            replaced += replacement
            if case .some(let old) = marks {
                flags += old[start..<match]
                flags += repeatElement(isContent(match..<end), count: replacement.count)
            }
            start = end
        }
        guard start > 0 else { return }
        replaced += bytes[start...]
        if case .some(let old) = marks { marks = .some(flags + old[start...]) }
        bytes = replaced
    }
}

extension [UInt8] {
    /// Where `pattern` next begins at `start` or after it. An empty pattern is nowhere.
    func firstIndex(of pattern: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first else { return nil }
        var index = start
        while index < count {
            if self[index] == first, matches(pattern, at: index, before: count) { return index }
            index += 1
        }
        return nil
    }

    /// Whether `pattern` stands at `index` and ends before `end`.
    @inline(__always)
    func matches(_ pattern: [UInt8], at index: Int, before end: Int) -> Bool {
        guard index + pattern.count <= end else { return false }
        for offset in pattern.indices where self[index + offset] != pattern[offset] { return false }
        return true
    }
}
