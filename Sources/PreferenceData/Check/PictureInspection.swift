public import Conversations

/// A decoded picture, as far as the check needs it.
public struct InspectedPicture: Sendable {
    public var width, height: Int
    /// Any bytes that are equal for pictures of equal size exactly when their pixels are.
    public var pixels: [UInt8]

    public init(width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    var digest: ContentDigest {
        ContentDigest(of: [Array("\(width)x\(height)".utf8), pixels])
    }
}

/// Decodes a picture file or throws an error whose description says what is wrong with it. The check takes it as an
/// argument, so that rows can be read without any picture library.
public typealias PictureInspection = (EncodedImage) throws -> InspectedPicture
