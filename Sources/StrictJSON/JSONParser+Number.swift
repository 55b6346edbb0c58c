extension JSONParser {
    /// The number that begins at the position: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative { position += 1 }

        var magnitude = DecimalDigits()
        let firstDigit = position
        guard digits(into: &magnitude) else { throw error("expected a digit, found \(found)") }
        if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
            throw error("a number may not begin with 0 and another digit", at: start)
        }
        let isInteger = try !fraction(into: &magnitude)
        let hasExponent = try exponent(into: &magnitude)

        if isInteger, !hasExponent, let value = magnitude.integer(isNegative: isNegative) { return .integer(value) }
        return .number(try double(magnitude, isNegative, start))
    }

    /// Reads digits while there are any; false when there is none.
    private mutating func digits(into decimal: inout DecimalDigits) -> Bool {
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            decimal.append(digit)
            position += 1
        }
        return position > start
    }

    private mutating func fraction(into decimal: inout DecimalDigits) throws(JSONError) -> Bool {
        guard peek == UInt8(ascii: ".") else { return false }
        position += 1
        let start = position
        guard digits(into: &decimal) else { throw error("expected a digit after the point, found \(found)") }
        decimal.shift(by: start - position)
        return true
    }

    private mutating func exponent(into decimal: inout DecimalDigits) throws(JSONError) -> Bool {
        guard peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") else { return false }
        position += 1
        let isNegative = peek == UInt8(ascii: "-")
        if isNegative || peek == UInt8(ascii: "+") { position += 1 }
        var exponent = DecimalDigits()
        guard digits(into: &exponent) else { throw error("expected a digit in the exponent, found \(found)") }
        decimal.shift(by: exponent.bounded(isNegative: isNegative))
        return true
    }

    private func double(_ decimal: DecimalDigits, _ isNegative: Bool, _ start: Int) throws(JSONError) -> Double {
        if let magnitude = decimal.exactDouble { return isNegative ? -magnitude : magnitude }
        let written = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(written), value.isFinite else {
            throw error("a double cannot hold this number", at: start)
        }
        return value
    }
}

/// Digits as they are read: `significand`·10^`exponent`, exact as long as the significand fits 64 bits.
struct DecimalDigits {
    private var significand: UInt64 = 0
    private var exponent = 0
    private var overflowed = false

    mutating func append(_ digit: UInt8) {
        let (shifted, tooLarge) = significand.multipliedReportingOverflow(by: 10)
        let (sum, carried) = shifted.addingReportingOverflow(UInt64(digit))
        overflowed = overflowed || tooLarge || carried
        significand = sum
    }

    mutating func shift(by places: Int) {
        exponent = exponent.addingReportingOverflow(places).partialValue
    }

    /// The value as an integer, if it fits 64 bits with its sign.
    func integer(isNegative: Bool) -> Int64? {
        guard !overflowed else { return nil }
        guard isNegative else { return Int64(exactly: significand) }
        return significand <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- significand) : nil
    }

    /// The value as an exponent; far beyond any double's, but small enough to add to.
    func bounded(isNegative: Bool) -> Int {
        let magnitude = overflowed ? 1_000_000 : Int(min(significand, 1_000_000))
        return isNegative ? -magnitude : magnitude
    }

    /// The nearest double where one multiplication or division of exact doubles gives it (Clinger 1990), else nil.
    var exactDouble: Double? {
        guard !overflowed, significand < 1 << 53, (-22...22).contains(exponent) else { return nil }
        let power = DecimalDigits.powersOfTen[abs(exponent)]
        return exponent < 0 ? Double(significand) / power : Double(significand) * power
    }

    /// 10⁰ to 10²², each exact.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
