package import Conversations
import Foundation
import ImageProcessing

/// Reads the pictures of requests: decoded once, upright, without transparency, 8 bits a channel, and written again as
/// PNG: whoever reads them further on gets these same bytes, so nobody can see what another does not.
package struct PictureReader: Sendable {
    /// Brings the bytes at an address; the second value names the parameter in errors.
    package typealias Fetch = @Sendable (_ url: String, _ param: String) async throws -> [UInt8]

    private let config: PicturesConfig
    private let fetch: Fetch?

    /// - Parameter fetch: how remote pictures are fetched; without it they are refused.
    package init(config: PicturesConfig, fetch: Fetch? = nil) { (self.config, self.fetch) = (config, fetch) }

    /// The picture behind an `image_url`.
    package func picture(at url: String, param: String) async throws -> EncodedImage {
        if url.hasPrefix("data:") { return try normalized(bytes(ofDataURL: url, param), param) }
        guard let fetch else {
            throw WireError.badRequest(
                "remote pictures are not fetched here: send the picture as a data URL (data:image/png;base64,…)",
                param: param,
                code: "remote_picture_refused")
        }
        return try normalized(try await fetch(url, param), param)
    }

    private func bytes(ofDataURL url: String, _ param: String) throws -> [UInt8] {
        let head = url.utf8.prefix(64)
        guard let comma = head.firstIndex(of: UInt8(ascii: ",")) else { throw wrongURL(param) }
        let mediaType = String(url.utf8[..<comma].dropFirst("data:".utf8.count)) ?? ""
        let known = ["image/png", "image/jpeg", "image/jpg", "image/webp"].map { $0 + ";base64" }
        guard known.contains(mediaType.lowercased()) else { throw wrongURL(param) }

        let body = url.utf8[url.utf8.index(after: comma)...]
        guard body.count / 4 * 3 <= config.maximumBytes + 3 else {
            throw WireError.tooLarge("a picture has more than the \(config.maximumBytes) bytes allowed")
        }
        guard let data = Data(base64Encoded: Data(body)), !data.isEmpty else { throw wrongURL(param) }
        return Array(data)
    }

    private func wrongURL(_ param: String) -> WireError {
        .badRequest(
            "a picture's url must be data:image/png;base64,… (or jpeg, webp) with valid base64", param: param,
            code: "invalid_image")
    }

    private func normalized(_ bytes: [UInt8], _ param: String) throws -> EncodedImage {
        do throws(ImageError) {
            let limits = DecodingLimits(
                maximumBytes: config.maximumBytes, maximumPixels: config.maximumPixels, maximumSide: config.maximumSide)
            return EncodedImage(bytes: try Image.decode(bytes, limits: limits).encodedPNG())
        } catch .outOfMemory {
            throw WireError.busy("there is not enough memory for the picture")
        } catch {
            throw WireError.badRequest("\(error)", param: param, code: "invalid_image")
        }
    }
}

extension EncodedImage {
    /// The picture, which is a PNG file, as a data URL.
    package var dataURL: String { "data:image/png;base64," + Data(bytes).base64EncodedString() }
}
