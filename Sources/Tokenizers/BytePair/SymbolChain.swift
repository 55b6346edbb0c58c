/// The symbols of one word while they are merged: a linked list and a queue of possible merges, O(n·log n).
///
/// The strongest merge goes first, the leftmost of equals before the others. Kept between words for its memory.
struct SymbolChain {
    private var ids: [Int32] = []
    /// Neighbours by position; −1 at the ends. A symbol that was merged into its left neighbour has id −1.
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var queue = MergeQueue()

    /// Makes the chain empty.
    mutating func removeAll() {
        ids.removeAll(keepingCapacity: true)
    }

    mutating func append(_ id: Int32) {
        ids.append(id)
    }

    /// Merges as long as `merges` allows and appends the ids that remain to `output`.
    mutating func merge(with merges: MergeTable, into output: inout [Int32]) {
        link()
        for position in ids.indices.dropLast() { offer(Int32(position), merges) }
        while let candidate = queue.popFirst() { apply(candidate, merges) }
        for id in ids where id >= 0 { output.append(id) }
    }

    private mutating func link() {
        previous.removeAll(keepingCapacity: true)
        next.removeAll(keepingCapacity: true)
        for position in Int32(0)..<Int32(ids.count) {
            previous.append(position - 1)
            next.append(position + 1 < ids.count ? position + 1 : -1)
        }
    }

    /// Queues the merge of the symbol at `position` with its right neighbour, if there is one.
    private mutating func offer(_ position: Int32, _ merges: MergeTable) {
        let right = next[Int(position)]
        guard right >= 0, let merge = merges[ids[Int(position)], ids[Int(right)]] else { return }
        queue.insert(.init(rank: merge.rank, position: position, token: merge.token))
    }

    /// Merges at the candidate's place unless an earlier merge has changed what it would make.
    private mutating func apply(_ candidate: MergeQueue.Candidate, _ merges: MergeTable) {
        let left = Int(candidate.position)
        guard ids[left] >= 0, next[left] >= 0 else { return }
        let right = Int(next[left])
        guard merges[ids[left], ids[right]]?.token == candidate.token else { return }
        ids[left] = candidate.token
        ids[right] = -1
        next[left] = next[right]
        if next[right] >= 0 { previous[Int(next[right])] = candidate.position }
        if previous[left] >= 0 { offer(previous[left], merges) }
        offer(candidate.position, merges)
    }
}

/// A binary heap of merges that may be applied, the strongest and leftmost first.
struct MergeQueue {
    struct Candidate {
        var rank, position, token: Int32

        @inline(__always)
        fileprivate var key: UInt64 { UInt64(UInt32(bitPattern: rank)) << 32 | UInt64(UInt32(bitPattern: position)) }
    }

    private var heap: [Candidate] = []

    mutating func insert(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if heap[parent].key <= candidate.key { break }
            heap.swapAt(parent, child)
            child = parent
        }
    }

    mutating func popFirst() -> Candidate? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return first
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, heap[child + 1].key < heap[child].key { child += 1 }
            if heap[parent].key <= heap[child].key { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}
