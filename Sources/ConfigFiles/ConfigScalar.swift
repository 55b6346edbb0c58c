/// A type whose values are written as one word or number.
protocol ConfigScalar {
    /// What a message says was expected.
    static var expectation: String { get }

    /// The value that `text` spells, if it is written as this type is written.
    init?(configText text: String, kind: ConfigTree.Kind)

    /// How the value is written; nil when a file cannot say it.
    var configScalar: (text: String, kind: ConfigTree.Kind)? { get }
}

extension Bool: ConfigScalar {
    static var expectation: String { "true or false" }

    init?(configText text: String, kind: ConfigTree.Kind) {
        guard kind == .boolean else { return nil }
        self = text.lowercased() == "true"
    }

    var configScalar: (text: String, kind: ConfigTree.Kind)? { (self ? "true" : "false", .boolean) }
}

extension String: ConfigScalar {
    static var expectation: String { "text" }

    /// A plain number or truth value is taken as the text it was written with; nothing is not text.
    init?(configText text: String, kind: ConfigTree.Kind) {
        guard kind != .nothing else { return nil }
        self = text
    }

    var configScalar: (text: String, kind: ConfigTree.Kind)? { (self, .text) }
}

extension ConfigScalar where Self: FixedWidthInteger {
    static var expectation: String {
        Self.self == Int.self ? "an integer" : "an integer from \(Self.min) to \(Self.max)"
    }

    init?(configText text: String, kind: ConfigTree.Kind) {
        guard kind == .integer, let value = Self(text) else { return nil }
        self = value
    }

    var configScalar: (text: String, kind: ConfigTree.Kind)? { (String(self), .integer) }
}

extension Int: ConfigScalar {}
extension Int8: ConfigScalar {}
extension Int16: ConfigScalar {}
extension Int32: ConfigScalar {}
extension Int64: ConfigScalar {}
extension UInt: ConfigScalar {}
extension UInt8: ConfigScalar {}
extension UInt16: ConfigScalar {}
extension UInt32: ConfigScalar {}
extension UInt64: ConfigScalar {}

extension ConfigScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static var expectation: String { "a number" }

    /// An integer widens; `.inf` and `-.inf` are numbers, NaN is not.
    init?(configText text: String, kind: ConfigTree.Kind) {
        guard kind == .number || kind == .integer else { return nil }
        switch text {
        case ".inf", "+.inf": self = .infinity
        case "-.inf": self = -.infinity
        default:
            guard let value = Self(text.hasSuffix(".") ? text + "0" : text), value.isFinite else { return nil }
            self = value
        }
    }

    var configScalar: (text: String, kind: ConfigTree.Kind)? {
        if isNaN { return nil }
        return (isFinite ? description : self > 0 ? ".inf" : "-.inf", .number)
    }
}

extension Double: ConfigScalar {}
extension Float: ConfigScalar {}
