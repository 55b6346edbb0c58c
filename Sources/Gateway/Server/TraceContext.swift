/// To which distributed trace a request belongs, as W3C Trace Context writes it (https://www.w3.org/TR/trace-context/).
///
/// The upstream server gets the client's trace with a span of the gateway's own as the parent; a request without a trace,
/// or with one that is malformed, starts a new one.
struct TraceContext: Sendable, Equatable {
    /// 16 bytes as 32 lower-case hexadecimal digits.
    let traceID: String
    /// The gateway's span, 16 digits.
    let spanID: String
    /// Two digits; the last bit says that the trace is sampled.
    let flags: String
    /// What vendors add to the client's trace, passed on as it is.
    let state: String?

    /// - Parameters:
    ///   - parents: the values of `traceparent`; the standard allows one.
    ///   - states: the values of `tracestate`.
    init(parents: [String], states: [String]) {
        spanID = Self.random(digits: 16)
        guard parents.count == 1, let parent = parents.first, let (traceID, flags) = Self.read(parent) else {
            (self.traceID, flags, state) = (Self.random(digits: 32), "00", nil)
            return
        }
        (self.traceID, self.flags) = (traceID, flags)
        let joined = states.joined(separator: ",")
        let isPlain = !joined.isEmpty && joined.utf8.count <= 512 && joined.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        state = isPlain ? joined : nil
    }

    /// The value of `traceparent` for the upstream server.
    var parent: String { "00-\(traceID)-\(spanID)-\(flags)" }

    /// Version, trace, span and flags of two, 32, 16 and two digits; later versions may add fields behind another dash.
    private static func read(_ text: String) -> (traceID: String, flags: String)? {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count >= 4, isHexadecimal(fields[0], 2), fields[0] != "ff", fields[0] != "00" || fields.count == 4,
            isHexadecimal(fields[1], 32), isHexadecimal(fields[2], 16), isHexadecimal(fields[3], 2),
            fields[1].contains(where: { $0 != "0" }), fields[2].contains(where: { $0 != "0" })
        else { return nil }
        return (String(fields[1]), String(fields[3]))
    }

    private static func isHexadecimal(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Never all zeros, which would be no id.
    private static func random(digits: Int) -> String {
        let text = (0..<digits).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
        return text.contains { $0 != "0" } ? text : random(digits: digits)
    }
}
