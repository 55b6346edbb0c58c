/// Holds the text of one streamed choice back until it is judged. It decides what to judge next and what may leave after
/// that; nothing leaves that lies behind the last verdict, however the text was cut into pieces.
///
/// ```
/// 0 ─── released ─── judged ─── end
///   gone          held back   not looked at yet
/// ```
///
/// In window mode a span is judged from `context` before `released` up to the end, and afterwards everything up to
/// `overlap` before that end may leave: text that becomes harmful only with what follows, within the overlap, is stopped
/// before its first byte is out.
struct StreamGate: Sendable {
    /// A piece of the choice: a field of its deltas, and its text.
    struct Piece: Sendable, Equatable {
        var field: String
        var text: String
    }

    /// Text to be judged, and where the released part would end if it is safe.
    struct Span: Sendable, Equatable {
        var text: String
        fileprivate(set) var releasableTo: Int
        fileprivate(set) var end: Int
    }

    private let mode: StreamingConfig.Mode
    private let window, overlap, context: Int
    private var bytes: [UInt8] = []
    /// Where each field's run begins.
    private var runs: [(start: Int, field: String)] = []
    private(set) var released = 0
    private(set) var judged = 0
    /// Bytes that left before a verdict: always 0.
    private(set) var unjudgedBytes = 0

    init(_ config: StreamingConfig) {
        mode = config.mode
        (window, overlap, context) = (config.windowTokens * 4, config.overlapTokens * 4, config.contextTokens * 4)
    }

    /// All text so far.
    var text: String { String(decoding: bytes, as: UTF8.self) }
    var byteCount: Int { bytes.count }
    var hasReleased: Bool { released > 0 }

    mutating func append(_ piece: Piece) {
        guard !piece.text.isEmpty else { return }
        if runs.last?.field != piece.field { runs.append((bytes.count, piece.field)) }
        bytes += piece.text.utf8
    }

    /// What must be judged now, if anything. At the end of the choice, everything that is left.
    func nextSpan(isEnd: Bool) -> Span? {
        guard judged < bytes.count || isEnd && released < bytes.count else { return nil }
        let limit: Int
        if isEnd {
            limit = bytes.count
        } else {
            guard bytes.count - judged >= window else { return nil }
            switch mode {
            case .hold: return nil
            case .window: limit = bytes.count - overlap
            case .sentence:
                limit = lastSentenceEnd ?? (bytes.count - released > 16 * window ? bytes.count - overlap : released)
            }
            guard limit > released else { return nil }
        }
        let start = scalarBoundary(max(0, released - context))
        return Span(
            text: String(decoding: bytes[start...], as: UTF8.self), releasableTo: scalarBoundary(limit),
            end: bytes.count)
    }

    /// Takes out what a safe verdict on `span` lets go.
    mutating func release(_ span: Span) -> [Piece] {
        judged = max(judged, span.end)
        let limit = max(released, span.releasableTo)
        unjudgedBytes += max(0, limit - judged)
        defer { released = limit }
        return pieces(released..<limit)
    }

    /// Whether `text` was judged whole in the last span, so that no verdict on the whole is missing.
    func isWhole(_ span: Span?) -> Bool { span.map { $0.text.utf8.count == bytes.count } ?? bytes.isEmpty }

    private func pieces(_ range: Range<Int>) -> [Piece] {
        runs.indices.compactMap { index in
            let end = index + 1 < runs.count ? runs[index + 1].start : bytes.count
            let part = range.clamped(to: runs[index].start..<end)
            return part.isEmpty
                ? nil : Piece(field: runs[index].field, text: String(decoding: bytes[part], as: UTF8.self))
        }
    }

    /// The next place at or before `offset` where no character is cut apart.
    private func scalarBoundary(_ offset: Int) -> Int {
        var offset = min(max(0, offset), bytes.count)
        while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
        return offset
    }

    /// Behind the last sentence that is followed by white space; nil when none ends after what is released.
    private var lastSentenceEnd: Int? {
        let ends: Set<UInt8> = [UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ":")]
        var at = bytes.count - 1
        while at > released {
            if bytes[at] == UInt8(ascii: "\n") { return at + 1 }
            if bytes[at] == UInt8(ascii: " "), ends.contains(bytes[at - 1]) { return at + 1 }
            // note: 。 is E3 80 82
            if at >= 2, bytes[at] == 0x82, bytes[at - 1] == 0x80, bytes[at - 2] == 0xE3 { return at + 1 }
            at -= 1
        }
        return nil
    }
}
