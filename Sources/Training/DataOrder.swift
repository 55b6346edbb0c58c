import Statistics

/// Which rows make up a step's batch: every epoch is a new permutation that follows from the seed and the epoch alone,
/// so a resumed run needs only its step to go on with the right row.
public struct DataOrder: Sendable {
    public let count: Int
    public let batchSize: Int
    private let seed: UInt64

    public init(count: Int, batchSize: Int, seed: UInt64) {
        (self.count, self.batchSize, self.seed) = (count, max(1, batchSize), seed)
    }

    /// Whole batches in an epoch; the rest of the rows waits for the next permutation. At least 1 when there are rows.
    public var batchesPerEpoch: Int { max(1, count / batchSize) }

    public func epoch(ofStep step: Int) -> Int { step / batchesPerEpoch }

    /// Row numbers of the batch for `step`.
    public func rows(forStep step: Int) -> [Int] {
        let order = permutation(of: count, seed: seed, epoch: epoch(ofStep: step))
        let first = step % batchesPerEpoch * batchSize
        return Array(order[first..<min(first + batchSize, count)])
    }
}
