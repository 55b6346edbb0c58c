public import Conversations
import PreferenceData
import Torch
import TorchNN
public import VisionLanguageModels

/// Turns pictures into vision features. While the tower is frozen, a picture's features are computed once and kept, for
/// all roles that share the cache; when it trains, only what the processor made of the picture is kept.
public final class PictureFeatures {
    private let model: Trunk
    private let processor: Processor
    private let towerTrains: Bool
    private let cache: PictureCache

    /// - Parameter cache: shared only among roles whose towers are the same and frozen.
    public init(_ model: Trunk, _ processor: Processor, towerTrains: Bool, cache: PictureCache = PictureCache()) {
        (self.model, self.processor, self.towerTrains, self.cache) = (model, processor, towerTrains, cache)
    }

    /// Features of the pictures in order, before the projector.
    public func features(of images: [EncodedImage]) throws -> [VisionFeatures] {
        guard !images.isEmpty else { return [] }
        let digests = images.map { ContentDigest(of: [$0.bytes]) }
        if towerTrains { return try model.visionFeatures(zip(images, digests).map(input)) }
        return try withoutGradient {
            let fresh = try computeMissing(images, digests)
            return try zip(images, digests).flatMap { image, digest in
                if let known = cache.features[digest] ?? fresh[digest] { [known] } else { try model.visionFeatures([processor.pictureInput(image)]) }
            }
        }
    }

    /// Features of pictures that the cache lacks, which it takes as long as it has room.
    private func computeMissing(_ images: [EncodedImage], _ digests: [ContentDigest]) throws -> [ContentDigest: VisionFeatures] {
        var missing: [(digest: ContentDigest, image: EncodedImage)] = []
        var seen: Set<ContentDigest> = []
        for (image, digest) in zip(images, digests) where cache.features[digest] == nil && seen.insert(digest).inserted {
            missing.append((digest, image))
        }
        guard !missing.isEmpty else { return [:] }
        let computed = try model.visionFeatures(missing.map { try processor.pictureInput($0.image) })
        var fresh: [ContentDigest: VisionFeatures] = [:]
        for ((digest, _), found) in zip(missing, computed) {
            let own = VisionFeatures(try found.states.copied(), found.layout)
            fresh[digest] = own
            cache.keep(own, for: digest)
        }
        return fresh
    }

    private func input(_ image: EncodedImage, _ digest: ContentDigest) throws -> PictureInput {
        if let known = cache.inputs[digest] { return known }
        let input = try processor.pictureInput(image)
        cache.keep(input, for: digest)
        return input
    }
}

/// What has been computed of pictures, by the digest of their files.
public final class PictureCache {
    fileprivate private(set) var features: [ContentDigest: VisionFeatures] = [:]
    fileprivate private(set) var inputs: [ContentDigest: PictureInput] = [:]
    private var room: Int

    /// - Parameter memoryBytes: how much may be kept; pictures beyond it are computed anew each time.
    public init(memoryBytes: Int = 1 << 30) { room = memoryBytes }

    /// Pictures that are kept.
    var count: Int { features.count + inputs.count }

    fileprivate func keep(_ found: VisionFeatures, for digest: ContentDigest) {
        guard takeRoom(found.states.count * found.states.dtype.byteCount) else { return }
        features[digest] = found
    }

    fileprivate func keep(_ input: PictureInput, for digest: ContentDigest) {
        guard takeRoom(input.values.count * MemoryLayout<Float>.stride) else { return }
        inputs[digest] = input
    }

    private func takeRoom(_ bytes: Int) -> Bool {
        guard bytes <= room else { return false }
        room -= bytes
        return true
    }
}

extension Parameters {
    /// Whether the vision tower learns, so that its features change from step to step.
    var trainsTower: Bool { trainable.contains { ModelComponent(ofParameter: $0.name) == .visionTower } }
}
