import Foundation
import Testing
import Torch

@testable import TorchNN

/// A checkpoint in memory that knows nothing but its tensors.
struct TensorsByName: WeightSource {
    var tensors: [String: Tensor]
    var origin: String { "test weights" }
    var names: [String]? { Array(tensors.keys) }

    init(_ tensors: [String: Tensor]) { self.tensors = tensors }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? { tensors[name] }
}

/// A safetensors file as a source of weights.
struct FileTensors: WeightSource {
    let file: SafetensorsFile
    var origin: String { file.path }
    var names: [String]? { file.names }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        try file.contains(name) ? file.tensor(name) : nil
    }
}

func vector(_ values: Float...) throws(TorchError) -> Tensor { try Tensor(values) }

/// The largest difference between two tensors of the same shape.
func distance(_ left: Tensor, _ right: Tensor) throws -> Double {
    try #require(left.shape == right.shape)
    return try (left - right).abs().max().item()
}

/// Numbers from N(0, 1), the same for the same seed.
func normal(_ shape: [Int], seed: UInt64) throws(TorchError) -> Tensor {
    try Tensor.randn(shape, using: RandomGenerator(seed: seed))
}

enum Goldens {
    static func optimizer() throws -> SafetensorsFile {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try SafetensorsFile(folder.appending(path: "Goldens/optimizer.safetensors"))
    }
}
