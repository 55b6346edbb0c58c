/// Pairs of hashes that differ in at most some bits; every such pair is found.
///
/// With d bits allowed, the 64 bits are cut into d + 1 bands: two hashes that differ in at most d bits agree in at least
/// one band. So only hashes that share a band are compared.
struct NearPairs {
    /// Differing bits, 0 … 15.
    let maximumDistance: Int

    /// Places in `hashes`, the smaller first, each pair once, in order.
    func find(in hashes: [PerceptualHash]) -> [(first: Int, second: Int, distance: Int)] {
        var found: Set<SIMD2<Int>> = []
        for band in bands {
            let groups = Dictionary(grouping: hashes.indices) { (hashes[$0].bits >> band.shift) & band.mask }
            for group in groups.values where group.count > 1 {
                for (offset, first) in group.enumerated() {
                    for second in group[(offset + 1)...] where hashes[first].distance(to: hashes[second]) <= maximumDistance {
                        found.insert(SIMD2(first, second))
                    }
                }
            }
        }
        return found.sorted { ($0.x, $0.y) < ($1.x, $1.y) }.map {
            ($0.x, $0.y, hashes[$0.x].distance(to: hashes[$0.y]))
        }
    }

    private var bands: [(shift: UInt64, mask: UInt64)] {
        let count = min(max(maximumDistance, 0), 15) + 1
        return (0..<count).map { index in
            let (start, end) = (64 * index / count, 64 * (index + 1) / count)
            return (UInt64(start), end - start == 64 ? .max : (1 << UInt64(end - start)) - 1)
        }
    }
}
