/// One of the two responses of a pair: the data set's "1" and "2".
public enum Side: Sendable, CaseIterable {
    case first, second

    public var other: Side { self == .first ? .second : .first }
}

/// Two things of one kind, the first response's and the second's.
public struct Pair<Element> {
    public var first, second: Element

    public init(_ first: Element, _ second: Element) {
        self.first = first
        self.second = second
    }

    public subscript(side: Side) -> Element {
        get { side == .first ? first : second }
        set { if side == .first { first = newValue } else { second = newValue } }
    }

    /// The pair of what `transform` makes of each.
    public func map<Result>(_ transform: (Element) throws -> Result) rethrows -> Pair<Result> {
        Pair<Result>(try transform(first), try transform(second))
    }
}

extension Pair: Equatable where Element: Equatable {}
extension Pair: Hashable where Element: Hashable {}
extension Pair: Sendable where Element: Sendable {}
