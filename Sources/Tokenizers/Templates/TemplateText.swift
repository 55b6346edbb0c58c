/// Text inside a template, each character with where it came from: the template itself, or the content of a message.
///
/// Every operation keeps the origin of the characters that it moves, so that the encoder knows which parts of the
/// result a person wrote, whatever the template did to them. Positions and lengths count Unicode scalars, as Python's.
struct TemplateText: Sendable {
    /// The low 21 bits are the scalar's value; the others 0 for the template, or 1 + the index of the message.
    var units: [UInt32]

    init(units: [UInt32] = []) {
        self.units = units
    }

    /// Text of the template's own.
    init(_ text: String) {
        units = text.unicodeScalars.map(\.value)
    }

    /// Text from the content of the message with the given index.
    init(_ text: String, message index: Int) {
        let origin = UInt32(min(index, TemplateText.maximumMessages - 1) + 1) << 21
        units = text.unicodeScalars.map { $0.value | origin }
    }

    /// How many messages can be told apart; later ones count as the last of these.
    static let maximumMessages = 2047

    private static let valueMask: UInt32 = 1 << 21 - 1

    var count: Int { units.count }
    var isEmpty: Bool { units.isEmpty }

    /// The scalar of a unit.
    static func scalar(_ unit: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(unit & valueMask) ?? "\u{FFFD}"
    }

    /// The message a unit came from, or nil for the template.
    static func message(_ unit: UInt32) -> Int? {
        unit >> 21 == 0 ? nil : Int(unit >> 21) - 1
    }

    /// The same origin with another scalar.
    static func unit(_ scalar: Unicode.Scalar, like unit: UInt32) -> UInt32 {
        scalar.value | (unit & ~valueMask)
    }

    var scalars: some Sequence<Unicode.Scalar> { units.lazy.map(TemplateText.scalar) }

    var string: String {
        var view = String.UnicodeScalarView()
        for unit in units { view.append(TemplateText.scalar(unit)) }
        return String(view)
    }

    /// Whether a message's content is part of it.
    var hasContent: Bool { units.contains { $0 >> 21 != 0 } }

    static func + (left: TemplateText, right: TemplateText) -> TemplateText {
        TemplateText(units: left.units + right.units)
    }

    /// Whether both say the same, wherever it came from.
    func equals(_ other: TemplateText) -> Bool {
        count == other.count && units[...].matches(other.units[...])
    }

    /// The order of the scalar values.
    func precedes(_ other: TemplateText) -> Bool {
        scalars.lexicographicallyPrecedes(other.scalars)
    }
}

extension ArraySlice<UInt32> {
    /// Whether both have the same scalars, wherever they came from.
    func matches(_ other: ArraySlice<UInt32>) -> Bool {
        elementsEqual(other) { ($0 ^ $1) & (1 << 21 - 1) == 0 }
    }
}

// MARK: - Searching, cutting, replacing

extension TemplateText {
    func hasPrefix(_ prefix: TemplateText) -> Bool {
        units.prefix(prefix.count).matches(prefix.units[...])
    }

    func hasSuffix(_ suffix: TemplateText) -> Bool {
        units.suffix(suffix.count).matches(suffix.units[...])
    }

    /// Where `pattern` begins, from left to right, no occurrence overlapping another, at most `limit` of them. The
    /// pattern is not empty. Linear in both lengths (Knuth, Morris, Pratt 1977).
    func occurrences(of pattern: TemplateText, limit: Int = .max) -> [Int] {
        let (text, sought) = (Array(scalars), Array(pattern.scalars))
        let borders = sought.borders
        var found: [Int] = []
        var matched = 0
        for (index, scalar) in text.enumerated() where found.count < limit {
            while matched > 0, sought[matched] != scalar { matched = borders[matched - 1] }
            if sought[matched] == scalar { matched += 1 }
            guard matched == sought.count else { continue }
            found.append(index + 1 - matched)
            matched = 0
        }
        return found
    }

    /// Whether `other` is a part of the text.
    func contains(_ other: TemplateText) -> Bool {
        other.isEmpty || !occurrences(of: other, limit: 1).isEmpty
    }

    /// Without the characters at both, or one, of its ends that are among `characters`; white space when nil.
    func stripped(of characters: TemplateText?, left: Bool = true, right: Bool = true) -> TemplateText {
        let set = characters.map { Set($0.scalars) }
        let isCut = { (unit: UInt32) in
            let scalar = TemplateText.scalar(unit)
            return set?.contains(scalar) ?? scalar.isPythonSpace
        }
        var result = units[...]
        if left { result = result.drop(while: isCut) }
        if right { result = result.droppingSuffix(while: isCut) }
        return TemplateText(units: Array(result))
    }

    /// Every occurrence of `pattern` from the left, at most `limit`, replaced. The pattern is not empty.
    func replacing(_ pattern: TemplateText, with replacement: TemplateText, limit: Int = .max) -> TemplateText {
        let parts = split(by: pattern, limit: limit)
        return TemplateText(units: Array(parts.map(\.units).joined(separator: replacement.units)))
    }

    /// The parts between occurrences of `separator`, at most `limit` of which are used. It is not empty.
    func split(by separator: TemplateText, limit: Int = .max) -> [TemplateText] {
        var parts: [TemplateText] = []
        var start = 0
        for index in occurrences(of: separator, limit: limit) {
            parts.append(TemplateText(units: Array(units[start..<index])))
            start = index + separator.count
        }
        return parts + [TemplateText(units: Array(units[start...]))]
    }

    /// As `split`, from the right.
    func splitFromRight(by separator: TemplateText, limit: Int) -> [TemplateText] {
        reversed().split(by: separator.reversed(), limit: limit).reversed().map { $0.reversed() }
    }

    func reversed() -> TemplateText { TemplateText(units: units.reversed()) }

    /// The words between runs of white space.
    func words() -> [TemplateText] {
        units.split { TemplateText.scalar($0).isPythonSpace }.map { TemplateText(units: Array($0)) }
    }

    /// The lines, without their ends.
    func lines() -> [TemplateText] {
        var lines = units.split(omittingEmptySubsequences: false) { TemplateText.scalar($0) == "\n" }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { TemplateText(units: Array($0)) }
    }
}

extension [Unicode.Scalar] {
    /// For every prefix, the length of its longest proper suffix that is also a prefix.
    fileprivate var borders: [Int] {
        var borders = [Int](repeating: 0, count: count)
        var length = 0
        for index in indices.dropFirst() {
            while length > 0, self[index] != self[length] { length = borders[length - 1] }
            if self[index] == self[length] { length += 1 }
            borders[index] = length
        }
        return borders
    }
}

extension ArraySlice {
    /// Without the elements at the end for which `isDropped` is true.
    func droppingSuffix(while isDropped: (Element) -> Bool) -> ArraySlice {
        self[startIndex..<(lastIndex { !isDropped($0) }.map { $0 + 1 } ?? startIndex)]
    }
}

// MARK: - Case

extension TemplateText {
    func uppercased() -> TemplateText { mapped(\.uppercaseMapping) }
    func lowercased() -> TemplateText { mapped(\.lowercaseMapping) }

    /// The first character in upper case, the others in lower case.
    func capitalized() -> TemplateText {
        TemplateText(units: Array(units.prefix(1))).mapped(\.titlecaseMapping)
            + TemplateText(units: Array(units.dropFirst())).lowercased()
    }

    private func mapped(_ mapping: (Unicode.Scalar.Properties) -> String) -> TemplateText {
        TemplateText(
            units: units.flatMap { unit in
                mapping(TemplateText.scalar(unit).properties).unicodeScalars.map { TemplateText.unit($0, like: unit) }
            })
    }
}

extension Unicode.Scalar {
    /// White space to Python's `str.strip`: Unicode's, and the four information separators.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}
