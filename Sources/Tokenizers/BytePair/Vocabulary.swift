/// Tokens by id and ids by token, keyed by bytes.
///
/// Never by `String` equality: canonically equal spellings are different tokens. The table lies in three arrays, so a
/// vocabulary of 150,000 tokens costs a few megabytes and no allocation a token.
struct Vocabulary: Sendable {
    private var text: [UInt8] = []
    /// Where each id's token lies in `text`; empty for an id without a token.
    private var ranges: [Range<Int>] = []
    /// Ids by hash, open addressing; −1 is free.
    private var slots: [Int32] = []
    /// How many tokens there are.
    private(set) var count = 0

    /// An empty vocabulary that will hold about `capacity` tokens.
    init(capacity: Int) {
        slots = [Int32](repeating: -1, count: Vocabulary.slotCount(for: capacity))
        ranges.reserveCapacity(capacity)
    }

    private static func slotCount(for count: Int) -> Int {
        var slots = 16
        while slots < count * 2 { slots *= 2 }
        return slots
    }

    /// One more than the largest id.
    var idBound: Int { ranges.count }

    /// The id of the token spelled by `bytes`, or nil.
    func id(of bytes: ArraySlice<UInt8>) -> Int32? {
        let slot = slots[slot(of: bytes)]
        return slot < 0 ? nil : slot
    }

    /// The id of `token`, or nil.
    func id(of token: String) -> Int32? { id(of: Array(token.utf8)[...]) }

    /// The bytes of the token with `id`; nil when no token has it.
    func bytes(of id: Int32) -> ArraySlice<UInt8>? {
        guard let index = Int(exactly: id), ranges.indices.contains(index), !ranges[index].isEmpty else { return nil }
        return text[ranges[index]]
    }

    /// The token with `id`; nil when no token has it.
    func token(of id: Int32) -> String? {
        bytes(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Adds a token, which must not be empty; false when its bytes or its id are taken. `id` is not negative.
    mutating func insert(_ bytes: ArraySlice<UInt8>, id: Int32) -> Bool {
        if count * 2 >= slots.count { grow() }
        let slot = slot(of: bytes)
        guard slots[slot] < 0, self.bytes(of: id) == nil else { return false }
        while ranges.count <= Int(id) { ranges.append(0..<0) }
        ranges[Int(id)] = text.count..<text.count + bytes.count
        text += bytes
        slots[slot] = id
        count += 1
        return true
    }

    /// The slot that holds the token, or the free one where it belongs.
    private func slot(of bytes: ArraySlice<UInt8>) -> Int {
        var slot = hash(of: bytes) & (slots.count - 1)
        while slots[slot] >= 0, text[ranges[Int(slots[slot])]] != bytes {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private mutating func grow() {
        let ids = slots.filter { $0 >= 0 }
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for id in ids { slots[slot(of: text[ranges[Int(id)]])] = id }
    }
}

/// A hash of bytes, seeded by the process, so that no file can be built to collide.
@inline(__always)
func hash(of bytes: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
}
