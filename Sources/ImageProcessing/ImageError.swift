/// Why a picture was refused, or could not be made.
public enum ImageError: Error, Sendable, Equatable {
    /// The file begins like none of the formats that are decoded; `name` is the format it seems to be, if known.
    case unknownFormat(name: String?, firstBytes: [UInt8])
    /// The file is longer than the limit.
    case tooManyBytes(found: Int, limit: Int)
    /// The header promises more pixels, or a longer side, than the limits allow.
    case tooLarge(width: Int, height: Int, maximumPixels: Int, maximumSide: Int)
    /// The JPEG file has more scans than the limit.
    case tooManyScans(found: Int, limit: Int)
    /// The file is truncated or breaks its format's rules; `reason` is the decoder's own sentence.
    case damaged(ImageFormat, reason: String)
    /// The file is an animation; `frames` is 0 if its header does not say how many it has.
    case animated(ImageFormat, frames: Int)
    /// The file keeps its format's rules, but the decoder does not know this variant.
    case unsupported(ImageFormat, reason: String)
    /// Pixels that do not fill the size that was given with them.
    case wrongPixelCount(width: Int, height: Int, channels: Int, found: Int)
    /// Resizing this picture by its processor's rule would make a picture beyond all measure.
    case resizesTooLarge(width: Int, height: Int, toWidth: Int, toHeight: Int, maximumPixels: Int)
    /// One side is too many times as long as the other for this processor.
    case extremeShape(width: Int, height: Int, maximumRatio: Int)
    /// A picture that is not to be resized, and whose sides are no multiples of a patch.
    case notInPatches(width: Int, height: Int, patch: Int)
    /// The encoder refused; `reason` is its own sentence.
    case encodingFailed(ImageFormat, reason: String)
    /// No memory for the pixels or the file.
    case outOfMemory
}

extension ImageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownFormat(let name?, _):
            "the picture is a \(name) file, which is not decoded here: convert it to PNG, JPEG or WebP"
        case .unknownFormat(nil, let firstBytes):
            "the picture begins with \(hexadecimal(firstBytes)), which is neither PNG, JPEG nor WebP"
        case .tooManyBytes(let found, let limit):
            "the picture file has \(found) bytes, more than the \(limit) allowed: make it smaller or raise the limit"
        case .tooLarge(let width, let height, let maximumPixels, let maximumSide):
            "the picture has \(width) × \(height) pixels, more than the \(maximumPixels) pixels or "
                + "\(maximumSide) a side allowed: scale it down or raise the limits"
        case .tooManyScans(let found, let limit):
            "the JPEG file has \(found) scans, more than the \(limit) allowed: save it again as an ordinary JPEG"
        case .damaged(let format, let reason):
            "the \(format.rawValue) file is truncated or damaged (\(reason)): make it again from its source"
        case .animated(let format, let frames):
            "the \(format.rawValue) file is an animation" + (frames > 1 ? " of \(frames) frames" : "")
                + ", and a still picture is needed: save one frame of it"
        case .unsupported(let format, let reason):
            "this kind of \(format.rawValue) file cannot be decoded (\(reason)): convert it to 8-bit RGB"
        case .wrongPixelCount(let width, let height, let channels, let found):
            "\(found) bytes do not fill \(width) × \(height) pixels of \(channels) bytes"
        case .resizesTooLarge(let width, let height, let toWidth, let toHeight, let maximumPixels):
            "the picture of \(width) × \(height) pixels would become \(toWidth) × \(toHeight) by its processor's rule, "
                + "more than the \(maximumPixels) pixels allowed: crop it to a less extreme shape"
        case .extremeShape(let width, let height, let maximumRatio):
            "the picture of \(width) × \(height) pixels has one side over \(maximumRatio) times as long as the other: "
                + "crop it to a less extreme shape"
        case .notInPatches(let width, let height, let patch):
            "the picture of \(width) × \(height) pixels does not divide into patches of \(patch) × \(patch), and do_resize is "
                + "off: resize it, or turn do_resize on"
        case .encodingFailed(let format, let reason):
            "the picture could not be written as \(format.rawValue): \(reason)"
        case .outOfMemory:
            "there is not enough memory for the picture"
        }
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "nothing" }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
