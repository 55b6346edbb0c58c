/// `0..<count` in an order that follows from seed and epoch alone: whoever knows both can tell which row comes when,
/// without having drawn the rows before.
public func permutation(of count: Int, seed: UInt64, epoch: Int) -> [Int] {
    // An odd multiplier keeps the epochs of one seed apart.
    var generator = SeededGenerator(seed: seed &+ UInt64(bitPattern: Int64(epoch)) &* 0xD1B5_4A32_D192_ED03)
    var order = Array(0..<max(0, count))
    generator.shuffle(&order)
    return order
}
