/// What annotators' answers amount to in probabilities, where a row says so: each `nil` leaves the row's hard label as it is.
///
/// They come from aggregating several answers (shares of votes, or Dawid and Skene 1979), and stand in columns of these
/// names beside the published ones; a row may have some of them.
public struct SoftLabels: Sendable, Hashable {
    /// P(the first response is the more helpful one), 0 … 1: `response_1_more_helpful_probability`.
    public var firstMoreHelpful: Double?
    /// P(the first response is the safer one), 0 … 1: `response_1_safer_probability`.
    public var firstSafer: Double?
    /// P(the response is safe), 0 … 1: `response_1_safe_probability`, `response_2_safe_probability`.
    public var safe = Pair<Double?>(nil, nil)

    public init(firstMoreHelpful: Double? = nil, firstSafer: Double? = nil, safe: Pair<Double?> = Pair(nil, nil)) {
        (self.firstMoreHelpful, self.firstSafer, self.safe) = (firstMoreHelpful, firstSafer, safe)
    }

    public var isEmpty: Bool { self == SoftLabels() }

    /// P(`side` is the more helpful response); `nil` when only the hard label is known.
    public func moreHelpful(_ side: Side) -> Double? { firstMoreHelpful.map { side == .first ? $0 : 1 - $0 } }

    /// P(`side` is the safer response); `nil` when only the hard label is known.
    public func safer(_ side: Side) -> Double? { firstSafer.map { side == .first ? $0 : 1 - $0 } }
}
