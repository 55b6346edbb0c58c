/// The words of a corpus while pairs in them are counted and merged.
///
/// Counts are kept up to date by the words that a merge changes, so learning takes time in proportion to the changes
/// and not to the corpus.
struct PairLearner {
    typealias Pair = BytePairModel.Merge

    /// The symbols of each distinct word, and how often the word occurs.
    private var words: [[Int32]] = []
    private var frequencies: [Int] = []
    private var counts: [Pair: Int] = [:]
    /// The words in which a pair occurs, or did.
    private var places: [Pair: Set<Int>] = [:]
    private var queue = PairQueue()

    /// Words by their bytes; the byte with the n-th smallest character has the id `firstByteID + n`.
    init(firstByteID: Int, counts pieces: [(piece: [UInt8], count: Int)]) {
        var ids = [Int32](repeating: 0, count: 256)
        for (rank, byte) in ByteAlphabet.bytesInScalarOrder.enumerated() { ids[Int(byte)] = Int32(firstByteID + rank) }
        for (piece, count) in pieces {
            words.append(piece.map { ids[Int($0)] })
            frequencies.append(count)
        }
        for index in words.indices { add(index, times: 1) }
        for (pair, count) in counts { queue.insert(.init(pair: pair, count: count)) }
    }

    /// The most frequent pair, if it occurs at least so often. It stays until it is merged or forgotten.
    mutating func mostFrequent(_ minimum: Int) -> Pair? {
        while let first = queue.first {
            let count = counts[first.pair, default: 0]
            if count == first.count { return count >= max(minimum, 1) ? first.pair : nil }
            queue.removeFirst()
            if count > 0 { queue.insert(.init(pair: first.pair, count: count)) }
        }
        return nil
    }

    /// Makes the pair one token wherever it occurs, from left to right in each word.
    mutating func merge(_ pair: Pair, into token: Int32) {
        var changed: Set<Pair> = []
        for index in places.removeValue(forKey: pair) ?? [] {
            add(index, times: -1)
            words[index] = words[index].merging(pair, into: token)
            add(index, times: 1)
            for (left, right) in zip(words[index], words[index].dropFirst()) where left == token || right == token {
                changed.insert(Pair(left: left, right: right))
            }
        }
        counts[pair] = nil
        for pair in changed { queue.insert(.init(pair: pair, count: counts[pair, default: 0])) }
    }

    /// Never offers the pair again.
    mutating func forget(_ pair: Pair) {
        counts[pair] = nil
        places[pair] = nil
    }

    /// Counts the pairs of a word, or takes them back.
    private mutating func add(_ index: Int, times sign: Int) {
        for (left, right) in zip(words[index], words[index].dropFirst()) {
            let pair = Pair(left: left, right: right)
            counts[pair, default: 0] += sign * frequencies[index]
            if sign > 0 { places[pair, default: []].insert(index) }
        }
    }
}

/// A binary heap of pairs, the most frequent first, the one of the smallest ids before others as frequent.
private struct PairQueue {
    struct Entry {
        var pair: BytePairModel.Merge
        var count: Int

        func precedes(_ other: Entry) -> Bool {
            (other.count, pair.left, pair.right) < (count, other.pair.left, other.pair.right)
        }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() {
        guard let last = heap.popLast(), !heap.isEmpty else { return }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard child < heap.count, heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}

extension [Int32] {
    /// The symbols with every occurrence of the pair, from left to right, made one.
    fileprivate func merging(_ pair: BytePairModel.Merge, into token: Int32) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            let isPair = self[index] == pair.left && index + 1 < count && self[index + 1] == pair.right
            result.append(isPair ? token : self[index])
            index += isPair ? 2 : 1
        }
        return result
    }
}
