import ArgumentParser
import ConfigFiles
import Conversations
import DurableFiles
import Foundation
import ImageProcessing
import StrictJSON
import Torch
import TorchNN
import Training
import VisionLanguageModels

/// Options that say which model is opened, and how.
struct ModelOptions: ParsableArguments {
    @Option(help: "The model folder.")
    var model: String

    @Option(help: "Type of the weights while the model runs: float32, bfloat16 or float16.")
    var dtype = "float32"

    @Option(help: "cpu, cuda, cuda:1, or auto.")
    var device = "auto"

    var folder: URL { URL(filePath: model) }

    func resolvedDevice() throws -> Device {
        guard let found = Device(name: device) else {
            throw ConfigError(origin: "--device", problems: ["found \(device), expected cpu, cuda, cuda:N or auto"])
        }
        return found
    }

    func resolvedType() throws -> DType { try DType(option: dtype, "--dtype") }

    func open() throws -> OpenedModel {
        let folder = try URL(modelFolder: model)
        return OpenedModel(
            model: try .load(folder, dtype: resolvedType(), device: resolvedDevice()),
            processor: try Processor(readingFrom: folder))
    }
}

extension URL {
    /// The folder of a model; one that is not there is an error that says so, whatever would be read of it first.
    init(modelFolder path: String) throws {
        self.init(filePath: path)
        _ = try DurableFiles.names(in: self)
    }
}

extension DType {
    /// A type of weights by its name on the command line.
    init(option name: String, _ option: String) throws {
        guard let type = DType(name: name), [.float32, .bfloat16, .float16].contains(type) else {
            throw ConfigError(origin: option, problems: ["found \(name), expected float32, bfloat16 or float16"])
        }
        self = type
    }
}

/// A model with its processor, asked for numbers.
struct OpenedModel {
    let model: VisionLanguageModel
    let processor: Processor

    /// Logits at every position of one row, `[L, V]` float32.
    func logits(_ tokens: [Int32], _ features: [VisionFeatures]) throws -> Tensor {
        try withoutGradient {
            let row = try Tensor(tokens, shape: [1, tokens.count]).to(.int64).to(model.device)
            let inputs = ModelInputs(
                tokens: row, lengths: [tokens.count], paddingSide: .right, visionFeatures: features)
            return try model.logits(model.hiddenStates(inputs)).squeezed(0).to(.float32).to(.cpu)
        }
    }

    /// The tower's features of pictures, before the projector.
    func visionFeatures(_ pictures: [PictureInput]) throws -> [VisionFeatures] {
        try withoutGradient { try model.trunk.visionFeatures(pictures) }
    }
}

extension Processor {
    /// The pictures as the tower reads them.
    func inputs(_ images: [EncodedImage]) throws -> [PictureInput] { try images.map(pictureInput) }
}

extension [PictureInput] {
    /// All pictures' numbers one after the other along the first dimension; nil without pictures.
    func pixelValues() throws -> Tensor? {
        guard !isEmpty else { return nil }
        return try concatenated(map { try Tensor($0.values, shape: $0.shape) })
    }

    /// The same pictures with other numbers, as `pixelValues()` puts them together.
    func replaced(by pixels: Tensor) throws -> [PictureInput] {
        let own = try pixelValues()
        guard own?.shape == pixels.shape else {
            throw SafetensorsError(
                file: "pixel values", place: "tensor \"pixel_values\"",
                reason: "found \(pixels.shape), the pictures make \(own.map { "\($0.shape)" } ?? "nothing")")
        }
        var start = 0
        return try map { picture in
            let rows = picture.shape.first ?? 0
            defer { start += rows }
            let values = try pixels.sliced(0, start..<start + rows).floats()
            return PictureInput(values: values, shape: picture.shape, layout: picture.layout)
        }
    }
}

extension [VisionFeatures] {
    /// All pictures' features one after the other along the first dimension, float32; nil without pictures.
    func together() throws -> Tensor? {
        isEmpty ? nil : try concatenated(map { try $0.states.to(.float32).to(.cpu) })
    }
}

extension JSONValue {
    init(_ tokens: some Sequence<Int32>) { self = .array(tokens.map { .integer(Int64($0)) }) }
    init(_ sizes: [Int]) { self = .array(sizes.map { .integer(Int64($0)) }) }
    init(_ numbers: [Float]) { self = .array(numbers.map { .number(Double($0)) }) }
}
