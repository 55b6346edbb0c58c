/// Finds added tokens in text: leftmost, then longest, by a trie over bytes.
struct AddedTokenMatcher: Sendable {
    /// A token found, and the text it stands for, with the white space it takes.
    struct Match: Equatable {
        var token: AddedToken
        var range: Range<Int>
    }

    private var tokens: [AddedToken] = []
    /// The token that ends at each node of the trie, −1 for none. Node 0 is the root.
    private var ends: [Int32] = [-1]
    private var edges: [UInt64: Int32] = [:]
    private var isFirstByte = [Bool](repeating: false, count: 256)
    private let hasPlainTokens: Bool

    /// Each token with the bytes by which it is found. Empty patterns find nothing.
    init(_ patterns: [(token: AddedToken, bytes: [UInt8])]) {
        hasPlainTokens = patterns.contains { !$0.token.isControl }
        for (token, bytes) in patterns where !bytes.isEmpty {
            isFirstByte[Int(bytes[0])] = true
            let node = bytes.reduce(Int32(0)) { node, byte in child(of: node, adding: byte) }
            if ends[Int(node)] < 0 {
                ends[Int(node)] = Int32(tokens.count)
                tokens.append(token)
            }
        }
    }

    private mutating func child(of node: Int32, adding byte: UInt8) -> Int32 {
        let key = AddedTokenMatcher.key(node, byte)
        if let child = edges[key] { return child }
        ends.append(-1)
        edges[key] = Int32(ends.count - 1)
        return Int32(ends.count - 1)
    }

    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
        UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
    }

    /// The tokens of `text` in order, none overlapping. Control tokens that any content is part of are plain text.
    func matches(in text: MarkedText) -> [Match] {
        guard !tokens.isEmpty, text.marks != .all || hasPlainTokens else { return [] }
        var matches: [Match] = []
        var (index, free) = (0, 0)
        while index < text.bytes.count {
            guard isFirstByte[Int(text.bytes[index])], let found = longestMatch(in: text, at: index) else {
                index += 1
                continue
            }
            index = found.range.upperBound
            guard !found.token.isSingleWord || text.bytes.isWordApart(found.range) else { continue }
            let match = widened(found, in: text.bytes, from: free)
            index = match.range.upperBound
            free = index
            matches.append(match)
        }
        return matches
    }

    private func longestMatch(in text: MarkedText, at start: Int) -> Match? {
        var (node, index) = (Int32(0), start)
        var longest: Match?
        while index < text.bytes.count, let child = edges[AddedTokenMatcher.key(node, text.bytes[index])] {
            (node, index) = (child, index + 1)
            let end = ends[Int(node)]
            guard end >= 0 else { continue }
            let match = Match(token: tokens[Int(end)], range: start..<index)
            if !match.token.isControl || !text.isContent(match.range) { longest = match }
        }
        return longest
    }

    /// The match with the white space its token takes, as far back as `free`.
    private func widened(_ match: Match, in text: [UInt8], from free: Int) -> Match {
        var (start, end) = (match.range.lowerBound, match.range.upperBound)
        if match.token.stripsLeft {
            while start > free, let before = text.scalar(before: start, from: free), before.scalar.isWhitespace {
                start = before.index
            }
        }
        if match.token.stripsRight {
            while end < text.count, Unicode.Scalar(text.scalar(at: end).value)?.isWhitespace == true {
                end += text.scalar(at: end).width
            }
        }
        return Match(token: match.token, range: start..<end)
    }
}

extension [UInt8] {
    /// The scalar that ends at `index`, and where it begins; nil at `start`.
    fileprivate func scalar(before index: Int, from start: Int) -> (scalar: Unicode.Scalar, index: Int)? {
        var first = index - 1
        while first > start, self[first] & 0xC0 == 0x80 { first -= 1 }
        guard first >= start else { return nil }
        return Unicode.Scalar(scalar(at: first).value).map { ($0, first) }
    }

    /// Whether no word character touches `range` from outside.
    fileprivate func isWordApart(_ range: Range<Int>) -> Bool {
        let before = scalar(before: range.lowerBound, from: 0)?.scalar
        let after = range.upperBound < count ? Unicode.Scalar(scalar(at: range.upperBound).value) : nil
        return before?.isWordCharacter != true && after?.isWordCharacter != true
    }
}

extension Unicode.Scalar {
    fileprivate var isWhitespace: Bool { properties.isWhitespace }

    /// `\w` of Unicode Technical Standard 18, Annex C.
    fileprivate var isWordCharacter: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: properties.isAlphabetic || properties.isJoinControl
        }
    }
}
