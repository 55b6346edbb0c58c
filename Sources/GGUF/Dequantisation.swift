extension GGUFTensorType {
    /// Writes the float32 values of whole blocks, rounding exactly where the format's reference implementation does.
    ///
    /// - Parameters:
    ///   - blocks: a whole number of blocks.
    ///   - values: as many elements as the blocks have.
    /// - Returns: whether the type is readable and the sizes agree.
    public func dequantise(_ blocks: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) -> Bool {
        let (elements, bytes) = block
        guard let dequantisation, blocks.count % bytes == 0, blocks.count / bytes * elements == values.count else {
            return false
        }
        guard let source = blocks.baseAddress, let target = values.baseAddress else { return true }
        for index in 0..<blocks.count / bytes {
            dequantisation(Block(source + index * bytes), target + index * elements)
        }
        return true
    }

    /// Writes one block's values; nil for types that are not built in.
    var dequantisation: ((Block, UnsafeMutablePointer<Float>) -> Void)? {
        switch self {
        case .f32: { $1[0] = $0.float32 }
        case .f16: { $1[0] = $0.float16(at: 0) }
        case .bf16: { $1[0] = Float(bitPattern: UInt32($0.uint16(at: 0)) << 16) }
        case .q4_0: writeQ4_0
        case .q4_1: writeQ4_1
        case .q5_0: writeQ5_0
        case .q5_1: writeQ5_1
        case .q8_0: writeQ8_0
        case .q4_K: writeQ4_K
        case .q5_K: writeQ5_K
        case .q6_K: writeQ6_K
        default: nil
        }
    }
}

/// One block's bytes, little-endian, at any address.
struct Block {
    private let start: UnsafeRawPointer

    @inline(__always)
    init(_ start: UnsafeRawPointer) { self.start = start }

    @inline(__always)
    subscript(offset: Int) -> UInt8 { start.load(fromByteOffset: offset, as: UInt8.self) }

    @inline(__always)
    func uint16(at offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }

    @inline(__always)
    func uint32(at offset: Int) -> UInt32 { UInt32(uint16(at: offset)) | UInt32(uint16(at: offset + 2)) << 16 }

    @inline(__always)
    func int8(at offset: Int) -> Int8 { Int8(bitPattern: self[offset]) }

    /// The two numbers of four bits at `offset`.
    @inline(__always)
    func nibbles(at offset: Int) -> (low: UInt8, high: UInt8) { (self[offset] & 0x0F, self[offset] >> 4) }

    var float32: Float { Float(bitPattern: uint32(at: 0)) }

    /// IEEE 754 binary16 at `offset`. Not `Float16`, which not every platform has.
    func float16(at offset: Int) -> Float {
        let bits = UInt32(uint16(at: offset))
        let (sign, exponent, fraction) = ((bits & 0x8000) << 16, bits >> 10 & 0x1F, bits & 0x3FF)
        switch exponent {
        case 0:  // zero, or a number below 2^-14: fraction · 2^-24
            let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
            return sign == 0 ? magnitude : -magnitude
        case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

// MARK: blocks of 32: one scale, perhaps one minimum. Values 0 to 15 are in the low nibbles, 16 to 31 in the high ones.

private func writeQ4_0(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let scale = block.float16(at: 0)
    for index in 0..<16 {
        let (low, high) = block.nibbles(at: 2 + index)
        values[index] = scale * Float(Int8(low) - 8)
        values[index + 16] = scale * Float(Int8(high) - 8)
    }
}

private func writeQ4_1(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.float16(at: 0), block.float16(at: 2))
    for index in 0..<16 {
        let (low, high) = block.nibbles(at: 4 + index)
        values[index] = scale * Float(low) + minimum
        values[index + 16] = scale * Float(high) + minimum
    }
}

private func writeQ5_0(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let (scale, fifthBits) = (block.float16(at: 0), block.uint32(at: 2))
    for index in 0..<16 {
        let (low, high) = block.nibbles(at: 6 + index)
        values[index] = scale * Float(Int8(low | fifthBit(fifthBits, index)) - 16)
        values[index + 16] = scale * Float(Int8(high | fifthBit(fifthBits, index + 16)) - 16)
    }
}

private func writeQ5_1(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let (scale, minimum, fifthBits) = (block.float16(at: 0), block.float16(at: 2), block.uint32(at: 4))
    for index in 0..<16 {
        let (low, high) = block.nibbles(at: 8 + index)
        values[index] = scale * Float(low | fifthBit(fifthBits, index)) + minimum
        values[index + 16] = scale * Float(high | fifthBit(fifthBits, index + 16)) + minimum
    }
}

@inline(__always)
private func fifthBit(_ bits: UInt32, _ index: Int) -> UInt8 { UInt8(bits >> UInt32(index) & 1) << 4 }

private func writeQ8_0(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let scale = block.float16(at: 0)
    for index in 0..<32 { values[index] = Float(block.int8(at: 2 + index)) * scale }
}

// MARK: blocks of 256 in eight groups (Q6_K: sixteen), whose scales are quantised themselves

/// The scale and the minimum of group `index` of Q4_K and Q5_K, six bits each, packed in the 12 bytes at offset 4.
@inline(__always)
private func groupScale(_ block: Block, _ index: Int) -> (scale: UInt8, minimum: UInt8) {
    if index < 4 { return (block[4 + index] & 0x3F, block[8 + index] & 0x3F) }
    let (low, high) = block.nibbles(at: 8 + index)
    return (low | (block[index] >> 2 & 0x30), high | (block[4 + index] >> 2 & 0x30))
}

private func writeQ4_K(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.float16(at: 0), block.float16(at: 2))
    for group in 0..<8 {
        let six = groupScale(block, group)
        let (groupScale, groupMinimum) = (scale * Float(six.scale), minimum * Float(six.minimum))
        for index in 0..<32 {
            let (low, high) = block.nibbles(at: 16 + group / 2 * 32 + index)
            values[group * 32 + index] = groupScale * Float(group % 2 == 0 ? low : high) - groupMinimum
        }
    }
}

private func writeQ5_K(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let (scale, minimum) = (block.float16(at: 0), block.float16(at: 2))
    for group in 0..<8 {
        let six = groupScale(block, group)
        let (groupScale, groupMinimum) = (scale * Float(six.scale), minimum * Float(six.minimum))
        for index in 0..<32 {
            let (low, high) = block.nibbles(at: 48 + group / 2 * 32 + index)
            let fifth = (block[16 + index] >> UInt8(group) & 1) << 4
            values[group * 32 + index] = groupScale * Float((group % 2 == 0 ? low : high) | fifth) - groupMinimum
        }
    }
}

private func writeQ6_K(_ block: Block, _ values: UnsafeMutablePointer<Float>) {
    let scale = block.float16(at: 208)
    for group in 0..<16 {
        let groupScale = scale * Float(block.int8(at: 192 + group))
        for index in 0..<16 {
            // Halves of 128: four runs of 32 values, which share 64 bytes of low bits and 32 bytes of high bits.
            let position = group * 16 + index
            let (half, run, column) = (position / 128, position % 128 / 32, position % 32)
            let (low, high) = block.nibbles(at: half * 64 + run % 2 * 32 + column)
            let upper = block[128 + half * 32 + column] >> UInt8(run * 2) & 0x03
            values[position] = groupScale * Float(Int8((run < 2 ? low : high) | upper << 4) - 32)
        }
    }
}
