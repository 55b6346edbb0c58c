/// A byte-pair encoding as a file holds it: tokens, and merges in the order of their rank (Sennrich et al. 2016).
struct BytePairModel: Sendable {
    /// Two neighbours that become one token.
    struct Merge: Sendable, Hashable {
        var left, right: Int32
    }

    /// What the encoding does apart from merging.
    struct Options: Sendable, Equatable {
        /// The token for what the vocabulary cannot write; nil when such characters are left out.
        var unknownToken: String?
        /// Whether neighbouring unknown characters share one token.
        var fusesUnknown = false
        /// Whether a character that is no token is written by its bytes `<0x00>` … `<0xFF>`.
        var usesByteFallback = false
        /// Whether a piece that is a token as a whole is not merged at all.
        var ignoresMerges = false
    }

    var vocabulary: Vocabulary
    /// By rank: the first merge is the strongest.
    var merges: [Merge]
    var options: Options
}

/// The merges for looking up: what two neighbours become, and how strong the merge is.
struct MergeTable: Sendable {
    /// The token that a merge makes, and its rank, from 0.
    struct Entry: Sendable {
        var rank, token: Int32
    }

    private var entries: [UInt64: Entry] = [:]

    init(capacity: Int) {
        entries.reserveCapacity(capacity)
    }

    subscript(left: Int32, right: Int32) -> Entry? {
        @inline(__always) get { entries[MergeTable.key(left, right)] }
        set { entries[MergeTable.key(left, right)] = newValue }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}
