import Torch
import TorchNN

/// A safetensors file as a source of weights.
struct FileWeights: WeightSource {
    private let file: SafetensorsFile

    init(_ file: SafetensorsFile) { self.file = file }

    var origin: String { file.path }
    var names: [String]? { file.names }

    func tensor(named name: String, shape: [Int], initial: InitialValues) throws -> Tensor? {
        try file.contains(name) ? file.tensor(name) : nil
    }
}
