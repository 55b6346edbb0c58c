import Testing

@testable import ImageProcessing

@Suite("Hostile files")
struct HostileFileTests {
    static let names = Goldens.fileNames() + ["animated.png", "animated.webp"]

    @Test("are refused when they end too early, wherever they end", arguments: names)
    func truncated(name: String) throws {
        let file = try Goldens.file(name)
        let end = try pictureEnd(file)
        for count in stride(from: 0, to: end, by: max(1, end / 150)) {
            #expect(throws: ImageError.self, "the first \(count) of \(file.count) bytes") {
                try Image.decode(Array(file.prefix(count)))
            }
        }
    }

    @Test("are decoded or refused, but never end the process", arguments: names)
    func mutated(name: String) throws {
        let file = try Goldens.file(name)
        var random = SplitMix64(state: UInt64(file.count))
        // 48 files × 120 mutations.
        for _ in 0..<120 { survives(mutation(of: file, using: &random)) }
    }

    @Test(
        "with right checksums are decoded or refused, but never end the process",
        arguments: names.filter { $0.hasSuffix("png") })
    func mutatedBehindChecksums(name: String) throws {
        let file = try Goldens.file(name)
        var random = SplitMix64(state: UInt64(file.count) &+ 1)
        for _ in 0..<120 { survives(PNGFile.withRightChecksums(mutation(of: file, using: &random))) }
    }

    @Test("of noise behind a signature are refused", arguments: [ImageFormat.png, .jpeg, .webP])
    func noise(format: ImageFormat) {
        let signature: [UInt8] =
            switch format {
            case .png: PNGFile.signature
            case .jpeg: [0xFF, 0xD8, 0xFF]
            case .webP: Array("RIFF".utf8) + [90, 0, 0, 0] + Array("WEBPVP8 ".utf8)
            }
        var random = SplitMix64(state: 7)
        for _ in 0..<300 {
            let noise = (0..<90).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(throws: ImageError.self) { try Image.decode(signature + noise) }
        }
    }

    @Test("may carry anything behind the picture's end", arguments: ["rgb-8.png", "rgb-420.jpg"])
    func trailingBytes(name: String) throws {
        let file = try Goldens.file(name)
        #expect(try Image.decode(file + [1, 2, 3]) == Image.decode(file))
    }

    @Test(
        "may carry junk between the pixels and the end marker of JPEG, but nowhere else",
        arguments: ["rgb-420.jpg", "progressive.jpg"])
    func junk(name: String) throws {
        let file = try Goldens.file(name)
        let junk: [UInt8] = [0, 1, 2]
        #expect(try Image.decode(file.dropLast(2) + junk + file.suffix(2)) == Image.decode(file))
        #expect(throws: ImageError.self) { try Image.decode(file.prefix(2) + junk + file.dropFirst(2)) }
        #expect(throws: ImageError.self) { try Image.decode(file.prefix(20) + junk + file.dropFirst(20)) }
    }

    @Test("may carry text and profiles of any size, which are not read")
    func ancillaryChunks() throws {
        let file = try Goldens.file("rgb-8.png")
        let large = [UInt8](repeating: 65, count: 3 << 20)
        let chunks = PNGFile.chunk("tEXt", large) + PNGFile.chunk("iCCP", large) + PNGFile.chunk("zzZz", large)
        let many = (0..<2000).flatMap { _ in PNGFile.chunk("tEXt", [65, 0, 66]) }
        let stuffed = file.prefix(33) + chunks + many + file.dropFirst(33)
        #expect(try Image.decode(Array(stuffed)) == Image.decode(file))
    }

    /// Decodes, and goes on with what came out.
    private func survives(_ file: [UInt8]) {
        guard let image = try? Image.decode(file, limits: DecodingLimits(maximumPixels: 1 << 18)) else { return }
        #expect(image.pixels.count == image.width * image.height * 3)
    }

    /// One to four changed bytes, a hole, a repeated part, or an end that comes too early.
    private func mutation(of file: [UInt8], using random: inout SplitMix64) -> [UInt8] {
        var file = file
        let start = Int.random(in: 0..<file.count, using: &random)
        let part = start..<min(file.count, start + Int.random(in: 1...16, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: file.removeSubrange(part)
        case 1: file.insert(contentsOf: file[part], at: part.upperBound)
        case 2: file.removeSubrange(start...)
        case 3: file.replaceSubrange(part, with: repeatElement(255, count: part.count))
        default:
            for _ in 0...Int.random(in: 0..<4, using: &random) {
                file[Int.random(in: 0..<file.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return file
    }

    /// Where the last byte that a decoder needs lies: WebP files and JPEG files may do without their last few.
    private func pictureEnd(_ file: [UInt8]) throws -> Int {
        switch ImageFormat(signatureOf: file) {
        case .png: file.count
        case .jpeg: file.count - 2
        default: file.count - 8
        }
    }
}

/// Steele, Lea and Flood 2014: a small generator with a seed, so that every run mutates alike.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
