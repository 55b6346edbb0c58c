import Statistics

/// Which rows make up a step's batch: every epoch is a new permutation that follows from the seed and the epoch alone,
/// so a resumed run needs only its step to go on with the right row.
public struct DataOrder: Sendable {
    public let count: Int
    public let batchSize: Int
    private let seed: UInt64
    /// The permutation that was asked for last.
    private var current: (epoch: Int, rows: [Int])?

    public init(count: Int, batchSize: Int, seed: UInt64) {
        (self.count, self.batchSize, self.seed) = (count, max(1, batchSize), seed)
    }

    /// Whole batches in an epoch; the rest of the rows waits for the next permutation. At least 1 when there are rows.
    public var batchesPerEpoch: Int { max(1, count / batchSize) }

    public func epoch(ofStep step: Int) -> Int { step / batchesPerEpoch }

    /// The nearest number of whole steps; at least 1.
    public func steps(inEpochs epochs: Double) -> Int {
        max(1, Int(exactly: (epochs * Double(batchesPerEpoch)).rounded()) ?? .max)
    }

    /// Row numbers of the batch for `step`.
    public mutating func rows(forStep step: Int) -> [Int] {
        let epoch = epoch(ofStep: step)
        let order = current?.epoch == epoch ? current?.rows ?? [] : permutation(of: count, seed: seed, epoch: epoch)
        current = (epoch, order)
        let first = step % batchesPerEpoch * batchSize
        return Array(order[first..<min(first + batchSize, count)])
    }
}
