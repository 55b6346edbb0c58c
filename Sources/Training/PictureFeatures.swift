public import Conversations
import ImageProcessing
public import Torch
public import VisionLanguageModels

/// Turns pictures into vision features. While the tower is frozen, a picture's features are computed once and kept, for
/// all roles that share the tower; when it trains, only the decoded pixels are kept.
public final class PictureFeatures {
    private let model: LLaVATrunk
    private let processor: LLaVAProcessor
    private let towerTrains: Bool
    private var kept: [[UInt8]: Tensor] = [:]
    private var room: Int

    /// - Parameter memoryBytes: how much may be kept; pictures beyond it are computed anew each time.
    public init(_ model: LLaVATrunk, _ processor: LLaVAProcessor, towerTrains: Bool, memoryBytes: Int = 1 << 30) {
        (self.model, self.processor, self.towerTrains, room) = (model, processor, towerTrains, memoryBytes)
    }

    /// Features of the pictures in order, `[I, N, D]` before the projector; `nil` when there are none.
    public func features(of images: [EncodedImage]) throws -> Tensor? {
        guard !images.isEmpty else { return nil }
        if towerTrains { return try model.visionFeatures(stacked(images.map(pixels))) }
        return try withoutGradient {
            try computeMissing(images)
            return try stacked(images.map { image in
                if let known = kept[image.bytes] { known } else { try compute([image]).selected(0, 0) }
            })
        }
    }

    private func computeMissing(_ images: [EncodedImage]) throws {
        var missing: [EncodedImage] = []
        for image in images where kept[image.bytes] == nil && !missing.contains(image) { missing.append(image) }
        guard !missing.isEmpty else { return }
        let features = try compute(missing)
        for (index, image) in missing.enumerated() {
            try keep(features.selected(0, index).copied(), for: image)
        }
    }

    private func compute(_ images: [EncodedImage]) throws -> Tensor {
        try model.visionFeatures(stacked(images.map(pixels)))
    }

    /// `[C, H, W]` on the model's device.
    private func pixels(_ image: EncodedImage) throws -> Tensor {
        if towerTrains, let known = kept[image.bytes] { return known }
        let values = try processor.pixelValues(of: image)
        let tensor = try Tensor(values.values, shape: [values.channels, values.height, values.width])
            .to(model.dtype).to(model.device)
        if towerTrains { keep(tensor, for: image) }
        return tensor
    }

    private func keep(_ tensor: Tensor, for image: EncodedImage) {
        let size = tensor.count * tensor.dtype.byteCount + image.bytes.count
        guard size <= room, kept[image.bytes] == nil else { return }
        room -= size
        kept[image.bytes] = tensor
    }
}
