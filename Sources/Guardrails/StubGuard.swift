public import Conversations
import Crypto
import ImageProcessing

/// A guard without a model: whatever contains its canary is unsafe. For tests, demonstrations, and measuring the gateway
/// itself. It knows nothing of harm; never put it in front of people.
public struct StubGuard: Guard {
    /// What the stub looks for.
    public struct Canary: Sendable, Hashable {
        /// Unsafe where the words of an input contain this; compared without regard to case.
        public var text: String
        /// Unsafe where a picture has a square of this colour.
        public var color: Color
        /// The side of that square in pixels, at least 1.
        public var side: Int
        /// The category that is reported.
        public var category: HarmCategory
        /// The level that is reported.
        public var level: Severity

        public init(
            text: String = "BEAVER-CANARY", color: Color = Color(red: 255, green: 0, blue: 255), side: Int = 8,
            category: HarmCategory = .violenceAndPhysicalHarm, level: Severity = .severe
        ) {
            self.text = text
            self.color = color
            self.side = max(1, side)
            self.category = category
            self.level = level
        }
    }

    /// An 8-bit colour.
    public struct Color: Sendable, Hashable {
        public var red, green, blue: UInt8

        public init(red: UInt8, green: UInt8, blue: UInt8) {
            (self.red, self.green, self.blue) = (red, green, blue)
        }
    }

    public let canary: Canary
    public let limits: GuardLimits
    public let identity: GuardIdentity

    public init(canary: Canary = Canary(), limits: GuardLimits = GuardLimits()) {
        self.canary = canary
        self.limits = limits
        let description =
            "stub \(canary.text) \(canary.color) \(canary.side) \(canary.category.rawValue) \(canary.level.name)"
        identity = GuardIdentity(name: "stub", hash: hexadecimal(SHA256.hash(data: Array(description.utf8))))
    }

    public func judge(_ inputs: [GuardInput]) async throws -> [Verdict] {
        var known: [EncodedImage: Bool] = [:]
        return try inputs.map { input in
            let words = input.turns.map(\.text).joined()
            let spoken = words.lowercased().contains(canary.text.lowercased())
            let seen = try input.turns.flatMap(\.images).contains { image in
                if let known = known[image] { return known }
                let found = try hasPatch(image)
                known[image] = found
                return found
            }
            return try verdict(isUnsafe: spoken || seen)
        }
    }

    private func verdict(isUnsafe: Bool) throws -> Verdict {
        try Verdict(
            unsafe: isUnsafe ? 0.98 : 0.01,
            levels: Dictionary(
                uniqueKeysWithValues: Severity.allCases.map {
                    ($0, $0 == (isUnsafe ? canary.level : .safe) ? 0.97 : 0.01)
                }),
            categories: Dictionary(
                uniqueKeysWithValues: HarmCategory.allCases.map {
                    ($0, isUnsafe && $0 == canary.category ? 0.97 : 0.01)
                }),
            refusal: 0.01)
    }

    /// Whether the picture has a square of the canary's colour: the largest square that ends at each pixel, row by row.
    private func hasPatch(_ encoded: EncodedImage) throws -> Bool {
        let image = try Image.decode(encoded.bytes)
        var above = [Int](repeating: 0, count: image.width + 1)
        return image.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<image.height {
                var diagonal = 0
                for x in 0..<image.width {
                    let at = (y * image.width + x) * 3
                    let old = above[x + 1]
                    let side =
                        matches(pixels[at], pixels[at + 1], pixels[at + 2]) ? min(old, above[x], diagonal) + 1 : 0
                    above[x + 1] = side
                    diagonal = old
                    if side >= canary.side { return true }
                }
            }
            return false
        }
    }

    /// Whether a pixel has the canary's colour, up to what JPEG does to it.
    private func matches(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Bool {
        func close(_ a: UInt8, _ b: UInt8) -> Bool { abs(Int(a) - Int(b)) <= 24 }
        return close(red, canary.color.red) && close(green, canary.color.green) && close(blue, canary.color.blue)
    }
}

/// Bytes as hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
