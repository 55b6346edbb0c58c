import DurableFiles
public import GGUF

extension GGUFFile {
    /// Reads one tensor, in memory of its own.
    ///
    /// Blocks that share scales become float32 and are then converted; float16 and bfloat16 are read as they are.
    ///
    /// - Parameters:
    ///   - dtype: what to convert it to; `nil` keeps float16 and bfloat16 and makes everything else float32.
    public func tensor(_ tensor: GGUFTensor, dtype: DType? = nil, device: Device = .cpu) throws -> Tensor {
        let stored = tensor.type.plainType
        let values = try Tensor.filled(shape: tensor.shape, dtype: stored ?? .float32) { memory in
            if stored != nil {
                try read(tensor, into: memory)
            } else {
                try read(tensor, into: memory.bindMemory(to: Float.self))
            }
        }
        return try values.to(dtype ?? values.dtype).to(device)
    }
}

extension GGUFTensorType {
    /// The tensor type whose elements have the same bytes.
    fileprivate var plainType: DType? {
        switch self {
        case .f32: .float32
        case .f16: .float16
        case .bf16: .bfloat16
        default: nil
        }
    }
}
