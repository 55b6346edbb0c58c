import ArgumentParser
import ConfigFiles
import Foundation
import StrictJSON
import Torch
import VisionLanguageModels

struct ModelVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Compare a model's numbers with recorded ones; exit code 65 when one differs by more than the tolerance.",
        discussion: """
            Example: safe-rlhf-v model verify --model runs/safe/model --golden recorded.safetensors
            The file holds input_ids [L] or [1, L], placeholders expanded, and logits [L, V] or [1, L, V]; with pictures also \
            pixel_values [I, C, H, W], and vision_features [I, N, D] if those are to be compared. `model logits` writes such files.
            """)

    @OptionGroup var options: ModelOptions

    @Option(help: "A safetensors file with what another program computed.")
    var golden: String

    @Option(help: "The largest difference that passes.")
    var tolerance = 1e-3

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard tolerance >= 0, tolerance.isFinite else {
            throw ValidationError("--tolerance is a number from 0, found \(tolerance)")
        }
    }

    func run() throws {
        let golden = try GoldenFile(URL(filePath: golden))
        let opened = try options.open()
        let features = try opened.visionFeatures(golden.pictures())
        var differences: [Difference] = []
        if let recorded = golden.visionFeatures, let features = try features.together() {
            differences.append(try Difference("vision_features", found: features, recorded: recorded))
        }
        differences.append(
            try Difference("logits", found: opened.logits(golden.inputIDs, features), recorded: golden.logits))
        let passes = differences.allSatisfy { $0.largest <= tolerance }
        report(differences, passes)
        guard passes else { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    private func report(_ differences: [Difference], _ passes: Bool) {
        guard !json else {
            let report: JSONValue = [
                "passes": .bool(passes), "tolerance": .number(tolerance),
                "differences": .array(differences.map(\.json)),
            ]
            return print(report.serialized())
        }
        for difference in differences { print(difference) }
        print(passes ? "equal within \(tolerance)" : "DIFFERENT: more than \(tolerance)")
    }
}

/// Recorded numbers, their shapes checked before a model is loaded.
private struct GoldenFile {
    let inputIDs: [Int32]
    let logits: Tensor
    let pixelValues, visionFeatures: Tensor?

    init(_ url: URL) throws {
        let file = try SafetensorsFile(url)
        func mismatch(_ name: String, _ expected: String) -> SafetensorsError {
            SafetensorsError(
                file: file.path, place: "tensor \"\(name)\"",
                reason: "found \(file.shape(of: name).map { "\($0)" } ?? "nothing"), expected \(expected)")
        }
        func tensor(_ name: String, rank: Int) throws -> Tensor? {
            guard file.contains(name) else { return nil }
            let tensor = try file.tensor(name, dtype: .float32)
            if tensor.rank == rank { return tensor }
            guard tensor.rank == rank + 1, tensor.size(0) == 1 else {
                throw mismatch(name, "\(rank) dimensions, or one more of size 1")
            }
            return try tensor.squeezed(0)
        }
        guard file.contains("input_ids") else { throw mismatch("input_ids", "[L] or [1, L]") }
        let ids = try file.tensor("input_ids", dtype: .int64)
        guard ids.rank == 1 || (ids.rank == 2 && ids.size(0) == 1), ids.count > 0 else {
            throw mismatch("input_ids", "[L] or [1, L]")
        }
        let numbers = try ids.integers()
        inputIDs = numbers.compactMap(Int32.init(exactly:))
        guard inputIDs.count == numbers.count, inputIDs.allSatisfy({ $0 >= 0 }) else {
            throw SafetensorsError(
                file: file.path, place: "tensor \"input_ids\"", reason: "an id is negative or beyond 32 bits")
        }
        guard let logits = try tensor("logits", rank: 2), logits.size(0) == inputIDs.count else {
            throw mismatch("logits", "[\(ids.count), V] for \(ids.count) ids")
        }
        self.logits = logits
        pixelValues = file.contains("pixel_values") ? try file.tensor("pixel_values", dtype: .float32) : nil
        visionFeatures = file.contains("vision_features") ? try file.tensor("vision_features", dtype: .float32) : nil
    }

    /// Every row of the pixel values as one picture of one tile.
    func pictures() throws -> [PictureInput] {
        guard let pixels = pixelValues else { return [] }
        return try (0..<pixels.size(0)).map { row in
            let picture = try pixels.sliced(0, row..<row + 1)
            return PictureInput(values: try picture.floats(), shape: picture.shape, layout: PictureLayout())
        }
    }
}

/// How far two tensors are apart.
struct Difference: CustomStringConvertible {
    let name: String
    let shape: [Int]
    /// The largest absolute difference; infinite when something is not a number on one side alone.
    let largest: Double
    /// Where it is, and the two numbers there.
    let place: [Int]
    let found, recorded: Float
    let mean: Double

    init(_ name: String, found: Tensor, recorded: Tensor) throws {
        guard found.shape == recorded.shape else {
            throw SafetensorsError(
                file: name, place: "shape", reason: "the model gives \(found.shape), recorded are \(recorded.shape)")
        }
        let (left, right) = (try found.to(.cpu).floats(), try recorded.floats())
        var (largest, index, sum) = (-1.0, 0, 0.0)
        for position in left.indices {
            let distance =
                left[position] == right[position] || (left[position].isNaN && right[position].isNaN)
                ? 0 : abs(Double(left[position]) - Double(right[position]))
            if distance.isNaN || distance > largest {
                (largest, index) = (distance.isNaN ? .infinity : distance, position)
            }
            sum += distance
        }
        (self.name, shape, self.largest) = (name, found.shape, max(0, largest))
        (self.found, self.recorded) = left.isEmpty ? (0, 0) : (left[index], right[index])
        mean = left.isEmpty ? 0 : sum / Double(left.count)
        var (rest, place) = (index, [Int]())
        for size in found.shape.reversed() where size > 0 { (rest, place) = (rest / size, [rest % size] + place) }
        self.place = place
    }

    var description: String {
        "\(name) \(shape): largest difference \(largest) at \(place) (found \(found), recorded \(recorded)), mean \(mean)"
    }

    /// Numbers that JSON cannot write are null.
    var json: JSONValue {
        func number(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }
        return [
            "name": .string(name), "shape": JSONValue(shape), "largest": number(largest), "at": JSONValue(place),
            "found": number(Double(found)), "recorded": number(Double(recorded)), "mean": number(mean),
        ]
    }
}
