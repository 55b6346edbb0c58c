// Reads what `Tests/Goldens/record_images.py` has recorded, and repeats the script's picture.

import Foundation
import StrictJSON

@testable import ImageProcessing

enum Goldens {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens/images")

    /// The bytes of a recorded picture file.
    static func file(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    /// The list `key` of `images.json`.
    static func list(_ key: String) throws -> [JSONValue] {
        guard let list = try document.get()[key]?.array else { throw GoldenError(key: key) }
        return list
    }

    /// The names of the recorded still pictures.
    static func fileNames() -> [String] {
        (try? list("files").compactMap { $0["file"]?.string }) ?? []
    }

    private static let document = Result { try JSONValue(parsing: file("images.json")) }
}

/// What a golden lacks.
struct GoldenError: Error {
    var key: String
}

extension JSONValue {
    /// The bytes that a member keeps as base64.
    func bytes(_ key: String) throws -> [UInt8] {
        guard let text = self[key]?.string, let data = Data(base64Encoded: text) else { throw GoldenError(key: key) }
        return [UInt8](data)
    }

    func text(_ key: String) throws -> String {
        guard let text = self[key]?.string else { throw GoldenError(key: key) }
        return text
    }

    func number(_ key: String) throws -> Double {
        guard let number = self[key]?.number else { throw GoldenError(key: key) }
        return number
    }

    /// A width and a height that a member keeps as a list.
    func size(_ key: String) throws -> (width: Int, height: Int) {
        guard let list = self[key]?.array, let width = list.first?.integer, let height = list.last?.integer else {
            throw GoldenError(key: key)
        }
        return (width, height)
    }
}

/// `picture` of the recording script: slopes, a lattice and hard edges.
func pictureBytes(_ width: Int, _ height: Int, channels: Int) -> [UInt8] {
    (0..<height).flatMap { y in
        (0..<width).flatMap { x in
            (0..<channels).map { c -> UInt8 in
                let slopes = x * 7 + y * 13 + c * 50
                let edges = (x * y) % 31 * 5 + ((x ^ y) & 15) * 9
                return UInt8(truncatingIfNeeded: slopes + edges)
            }
        }
    }
}

func picture(_ width: Int, _ height: Int) throws -> Image {
    try Image(width: width, height: height, pixels: pictureBytes(width, height, channels: 3))
}

/// 64-bit FNV-1a, as in the recording script.
func fnv1a(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
