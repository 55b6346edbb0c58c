import Torch

/// An activation function by the name it has in configurations.
public enum Activation: String, Sendable, CaseIterable {
    case gelu
    case quickGelu = "quick_gelu"
    case tanhGelu = "gelu_pytorch_tanh"
    case silu
    case relu
}

extension Activation {
    func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
        switch self {
        case .gelu: try x.gelu()
        case .quickGelu: try x.quickGelu()
        case .tanhGelu: try x.tanhGelu()
        case .silu: try x.silu()
        case .relu: try x.relu()
        }
    }
}
