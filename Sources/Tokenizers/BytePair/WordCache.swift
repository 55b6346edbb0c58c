/// The ids of words seen before, keyed by bytes. Emptied when it is full, so its memory is bounded.
struct WordCache {
    private static let slotCount = 1 << 16
    private static let maximumEntries = 1 << 15
    private static let maximumStoredBytes = 1 << 20
    /// Longer words are rare and not kept.
    static let maximumWordBytes = 128

    private struct Entry {
        var hash: Int
        var word, ids: Range<Int32>
    }

    private var slots = [Int32](repeating: -1, count: WordCache.slotCount)
    private var entries: [Entry] = []
    private var words: [UInt8] = []
    private var ids: [Int32] = []

    /// Appends the ids of `word` to `output` if they are known; false if not.
    func append(_ word: ArraySlice<UInt8>, hash: Int, to output: inout [Int32]) -> Bool {
        let slot = slots[slot(of: word, hash: hash)]
        guard slot >= 0 else { return false }
        let entry = entries[Int(slot)]
        for index in entry.ids { output.append(ids[Int(index)]) }
        return true
    }

    /// Remembers the ids of a word that is not yet known.
    mutating func insert(_ word: ArraySlice<UInt8>, hash: Int, ids newIDs: ArraySlice<Int32>) {
        guard word.count <= WordCache.maximumWordBytes else { return }
        if entries.count >= WordCache.maximumEntries || words.count >= WordCache.maximumStoredBytes { self = .init() }
        let slot = slot(of: word, hash: hash)
        let entry = Entry(
            hash: hash, word: Int32(words.count)..<Int32(words.count + word.count),
            ids: Int32(ids.count)..<Int32(ids.count + newIDs.count))
        slots[slot] = Int32(entries.count)
        entries.append(entry)
        words += word
        ids += newIDs
    }

    /// The slot that holds the word, or the free one where it belongs. There always is a free one.
    @inline(__always)
    private func slot(of word: ArraySlice<UInt8>, hash: Int) -> Int {
        var slot = hash & (WordCache.slotCount - 1)
        while slots[slot] >= 0, !matches(entries[Int(slots[slot])], word, hash) {
            slot = (slot + 1) & (WordCache.slotCount - 1)
        }
        return slot
    }

    @inline(__always)
    private func matches(_ entry: Entry, _ word: ArraySlice<UInt8>, _ hash: Int) -> Bool {
        entry.hash == hash && words[Int(entry.word.lowerBound)..<Int(entry.word.upperBound)] == word
    }
}
