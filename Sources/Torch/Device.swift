import CTorch

/// Where a tensor's memory is and its operators run; chosen at run time.
public enum Device: Hashable, Sendable {
    case cpu
    case cuda(Int)

    /// How many CUDA devices this machine and this LibTorch offer; 0 with a CPU build.
    public static var cudaCount: Int { Int(ct_device_count(Device.cuda(0).code.type)) }

    /// `cpu`, `cuda`, `cuda:1`, or `auto`: the first CUDA device where there is one, else the CPU.
    public init?(name: String) {
        switch name {
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        case "auto": self = Self.cudaCount > 0 ? .cuda(0) : .cpu
        default:
            guard name.hasPrefix("cuda:"), let index = Int(name.dropFirst(5)), (0..<128).contains(index) else { return nil }
            self = .cuda(index)
        }
    }

    /// Waits until the device has finished what was asked of it; needed before reading a clock.
    public func synchronize() throws(TorchError) {
        guard ct_synchronize(code.type, code.index) == 0 else { throw TorchError.last("synchronize", []) }
    }

    /// LibTorch's numbers for it.
    var code: (type: Int32, index: Int32) {
        switch self {
        case .cpu: (0, -1)
        case .cuda(let index): (1, Int32(truncatingIfNeeded: index))
        }
    }
}

extension Device: CustomStringConvertible {
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }
}
