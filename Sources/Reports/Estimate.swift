public import StrictJSON

/// A measured number with its 95 % interval and how many observations it rests on.
public struct Estimate: Sendable, Equatable {
    public var value, low, high: Double
    public var n: Int

    public init(value: Double, low: Double, high: Double, n: Int) {
        (self.value, self.low, self.high, self.n) = (value, low, high, n)
    }

    public var json: JSONValue {
        .object(JSONObject([("value", .number(value)), ("low", .number(low)), ("high", .number(high)), ("n", .integer(Int64(n)))]))
    }
}
