public import Conversations
import Torch
public import VisionLanguageModels

/// Turns pictures into vision features. While the tower is frozen, a picture's features are computed once and kept, for
/// all roles that share the tower; when it trains, only the decoded pixels are kept.
public final class PictureFeatures {
    private let model: Trunk
    private let processor: Processor
    private let towerTrains: Bool
    private var features: [[UInt8]: VisionFeatures] = [:]
    private var inputs: [[UInt8]: PictureInput] = [:]
    private var room: Int

    /// - Parameter memoryBytes: how much may be kept; pictures beyond it are computed anew each time.
    public init(_ model: Trunk, _ processor: Processor, towerTrains: Bool, memoryBytes: Int = 1 << 30) {
        (self.model, self.processor, self.towerTrains, room) = (model, processor, towerTrains, memoryBytes)
    }

    /// Features of the pictures in order, before the projector.
    public func features(of images: [EncodedImage]) throws -> [VisionFeatures] {
        guard !images.isEmpty else { return [] }
        if towerTrains { return try model.visionFeatures(images.map(input)) }
        return try withoutGradient {
            try computeMissing(images)
            return try images.flatMap { image in
                if let known = features[image.bytes] { [known] } else { try model.visionFeatures([input(image)]) }
            }
        }
    }

    private func computeMissing(_ images: [EncodedImage]) throws {
        var missing: [EncodedImage] = []
        for image in images where features[image.bytes] == nil && !missing.contains(image) { missing.append(image) }
        for (image, found) in zip(missing, try model.visionFeatures(missing.map(input))) {
            guard takeRoom(found.states.count * found.states.dtype.byteCount, for: image) else { continue }
            features[image.bytes] = VisionFeatures(try found.states.copied(), found.layout)
        }
    }

    private func input(_ image: EncodedImage) throws -> PictureInput {
        if let known = inputs[image.bytes] { return known }
        let input = try processor.pictureInput(image)
        if towerTrains, takeRoom(input.values.count * MemoryLayout<Float>.stride, for: image) { inputs[image.bytes] = input }
        return input
    }

    /// Whether so many bytes, and the picture that finds them again, may be kept.
    private func takeRoom(_ bytes: Int, for image: EncodedImage) -> Bool {
        let size = bytes + image.bytes.count
        guard size <= room else { return false }
        room -= size
        return true
    }
}
