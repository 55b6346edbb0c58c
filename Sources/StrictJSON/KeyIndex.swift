/// Where each key of an object lies: a table of positions with open addressing, hashed over the key's bytes.
///
/// Small objects have no table and are searched in order. The hash is seeded per process, so a document cannot be
/// written to make its keys collide.
struct KeyIndex: Sendable {
    /// Objects up to this many members are searched in order.
    private static let smallCount = 8

    /// Position + 1 of the member in each slot, 0 in a free one. The count is a power of two, or 0 without a table.
    private var slots: [UInt32] = []

    func position(of key: String, in members: [(key: String, value: JSONValue)]) -> Int? {
        if slots.isEmpty { return members.firstIndex { sameBytes($0.key, key) } }
        var slot = KeyIndex.hash(key) & (slots.count - 1)
        while slots[slot] != 0 {
            let position = Int(slots[slot]) - 1
            if sameBytes(members[position].key, key) { return position }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Enters the last member, whose key must not be there yet.
    mutating func insertLast(of members: [(key: String, value: JSONValue)]) {
        if members.count * 2 > slots.count {
            self = KeyIndex(of: members)
        } else {
            enter(members.count - 1, members[members.count - 1].key)
        }
    }

    /// An empty index, that of an object without members.
    init() {}

    /// The index of these members, with at least four slots for each.
    init(of members: [(key: String, value: JSONValue)]) {
        guard members.count > KeyIndex.smallCount else { return }
        var slotCount = 4
        while slotCount < members.count * 4 { slotCount *= 2 }
        slots = [UInt32](repeating: 0, count: slotCount)
        for (position, member) in members.enumerated() { enter(position, member.key) }
    }

    private mutating func enter(_ position: Int, _ key: String) {
        var slot = KeyIndex.hash(key) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(position + 1)
    }

    private static func hash(_ key: String) -> Int {
        var hasher = Hasher()
        withBytes(key) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}

/// Whether two texts have the same UTF-8 bytes. `==` on `String` would also call canonically equivalent texts equal.
func sameBytes(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return withBytes(left) { a in withBytes(right) { b in a.elementsEqual(b) } }
}

/// Calls `body` with the UTF-8 bytes of `text`, without copying them when they lie in one piece.
func withBytes<Result>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
}
