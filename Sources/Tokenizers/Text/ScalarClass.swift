/// What the pre-tokenizer patterns ask of a Unicode scalar: `\p{L}`, `\p{N}`, `\s`, or none of the three.
///
/// Fixed to Unicode 16.0, the version of the reference's regular expressions, so that ids do not change when the
/// toolchain learns of new letters.
enum ScalarClass: UInt8, Sendable {
    case other, letter, number, space

    init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        if properties.isWhitespace {
            self = .space
        } else if let age = properties.age, age.major > 16 {
            self = .other
        } else {
            self.init(category: properties.generalCategory)
        }
    }

    private init(category: Unicode.GeneralCategory) {
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: self = .letter
        case .decimalNumber, .letterNumber, .otherNumber: self = .number
        default: self = .other
        }
    }
}

/// The classes of the first two planes in a table, since asking for a scalar's properties is slow.
struct ScalarClasses: Sendable {
    static let shared = ScalarClasses()

    private let table: [ScalarClass]

    private init() {
        table = (0..<0x20000).map { Unicode.Scalar($0).map(ScalarClass.init) ?? .other }
    }

    @inline(__always)
    subscript(value: UInt32) -> ScalarClass {
        if value < 0x20000 { return table[Int(value)] }
        return Unicode.Scalar(value).map(ScalarClass.init) ?? .other
    }
}

extension [UInt8] {
    /// The scalar that begins at `index` and its width in bytes. The array must be valid UTF-8 and `index` the
    /// beginning of a scalar, which holds for bytes that came from a `String`.
    @inline(__always)
    func scalar(at index: Int) -> (value: UInt32, width: Int) {
        let first = UInt32(self[index])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(self[index + 1] & 0x3F)
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(self[index + 2] & 0x3F)
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(self[index + 3] & 0x3F), 4)
    }
}
