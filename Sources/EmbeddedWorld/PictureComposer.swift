public import Conversations
import Foundation
import ImageProcessing

/// Makes pictures: an object's clip art, at a random size and place, on a drawn background.
public struct PictureComposer: Sendable {
    /// Width and height of every picture.
    public static let side = 48

    private let clipArt: [String: RGBAImage]

    /// Decodes the package's pictures once.
    public init() throws {
        clipArt = try Dictionary(uniqueKeysWithValues: WorldObject.all.map { object in
            (object.picture, try RGBAImage.decode(Self.resource(object.picture)))
        })
    }

    /// The object's picture of that number as a file: PNG for even numbers, JPEG for odd ones. Always the same bytes.
    public func file(of object: WorldObject, number: Int) throws -> EncodedImage {
        let image = try compose(object, number)
        let bytes = try number.isMultiple(of: 2) ? image.encodedPNG() : image.encodedJPEG(quality: 92)
        return EncodedImage(bytes: bytes, path: object.pictureName(number))
    }

    func compose(_ object: WorldObject, _ number: Int) throws -> Image {
        let index = WorldObject.all.firstIndex(of: object) ?? 0
        var random = WorldRandom(seed: UInt64(index * 100_000 + number) &* 2_654_435_761 &+ 97)
        let background = try Background.draw(side: Self.side, using: &random)
        guard let art = clipArt[object.picture] else { return background }

        let scale = Double(Self.side) * random.uniform(0.75...0.95) / Double(max(art.width, art.height))
        let width = max(1, Int((Double(art.width) * scale).rounded()))
        let height = max(1, Int((Double(art.height) * scale).rounded()))
        return background.drawing(
            art.resized(width: width, height: height, filter: .bicubic),
            atX: random.below(Self.side - width + 1), y: random.below(Self.side - height + 1))
    }

    private static func resource(_ name: String) throws -> [UInt8] {
        guard let url = Bundle.module.url(forResource: name, withExtension: "png", subdirectory: "Pictures") else {
            throw WorldError.missingPicture(name)
        }
        return try [UInt8](Data(contentsOf: url))
    }
}

/// What can go wrong with the world's own files.
public enum WorldError: Error, Equatable, CustomStringConvertible {
    case missingPicture(String)

    public var description: String {
        switch self {
        case .missingPicture(let name):
            "the picture \(name).png is not among the program's resources: install the program together with its .resources folder"
        }
    }
}

/// Plain, gradient, stripes or noise, in pale colours.
private enum Background: CaseIterable {
    case plain, gradient, stripes, noise

    static func draw(side: Int, using random: inout WorldRandom) throws -> Image {
        let style = random.pick(allCases)
        let (first, second) = (colour(&random), colour(&random))
        let stripeWidth = 4 + random.below(8)
        let isAcross = random.below(2) == 1
        var pixels: [UInt8] = []
        pixels.reserveCapacity(side * side * 3)
        for y in 0..<side {
            for x in 0..<side {
                let position = isAcross ? x : y
                let colour = switch style {
                case .plain: first
                case .gradient: mix(first, second, Double(position) / Double(side - 1))
                case .stripes: position / stripeWidth % 2 == 0 ? first : second
                case .noise: shift(first, by: random.below(31) - 15)
                }
                pixels += colour
            }
        }
        return try Image(width: side, height: side, pixels: pixels)
    }

    private static func colour(_ random: inout WorldRandom) -> [UInt8] {
        (0..<3).map { _ in UInt8(160 + random.below(90)) }
    }

    private static func mix(_ first: [UInt8], _ second: [UInt8], _ share: Double) -> [UInt8] {
        zip(first, second).map { UInt8(clamping: Int(Double($0) + (Double($1) - Double($0)) * share)) }
    }

    private static func shift(_ colour: [UInt8], by amount: Int) -> [UInt8] {
        colour.map { UInt8(clamping: Int($0) + amount) }
    }
}
