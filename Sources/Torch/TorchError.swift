import CTorch

/// An operator that LibTorch refused: its name, its operands' shapes, and LibTorch's own words.
public struct TorchError: Error, Equatable {
    /// The operator (`aten::matmul`) or function that failed.
    public var operation: String
    /// Shape, type and device of every tensor operand, in order.
    public var operands: [String]
    /// LibTorch's message, or ours where the operands never reached it.
    public var message: String

    public init(operation: String, operands: [String] = [], message: String) {
        (self.operation, self.operands, self.message) = (operation, operands, message)
    }

    /// The failure that this thread's last call of the shim reported.
    static func last(_ operation: String, _ operands: [Tensor]) -> TorchError {
        TorchError(
            operation: operation, operands: operands.map(\.signature), message: String(cString: ct_last_error()))
    }
}

extension TorchError: CustomStringConvertible {
    public var description: String {
        let on = operands.isEmpty ? "" : " on " + operands.joined(separator: ", ")
        return "\(operation)\(on): \(message)"
    }
}
