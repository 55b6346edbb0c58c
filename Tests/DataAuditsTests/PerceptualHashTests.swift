@testable import DataAudits
import ImageProcessing
import Testing

@Suite("Perceptual hash")
struct PerceptualHashTests {
    private func hash(_ image: Image) throws -> PerceptualHash { try #require(PerceptualHash(of: image)) }

    @Test("by law: stays within 6 bits when a picture is scaled or compressed", arguments: 0..<10)
    func stable(number: Int) throws {
        let original = scene(number)
        let scaled = original.resized(width: 211, height: 97)
        let compressed = try Image.decode(original.encodedJPEG(quality: 40))
        #expect(try hash(original).distance(to: hash(scaled)) <= 6)
        #expect(try hash(original).distance(to: hash(compressed)) <= 6)
    }

    @Test("by law: unrelated pictures are more than 6 bits apart")
    func distinct() throws {
        let hashes = try (0..<40).map { try hash(scene($0)) }
        for first in hashes.indices {
            for second in hashes.indices.dropFirst(first + 1) { #expect(hashes[first].distance(to: hashes[second]) > 6) }
        }
    }

    @Test("a picture of one colour has none")
    func flatPicture() { #expect(PerceptualHash(of: flat(80)) == nil) }

    @Test("by hand: a ramp from left to right has vertical frequencies of zero, so only the first row of bits can be set beside noise")
    func ramp() throws {
        let pixels = (0..<32 * 32).flatMap { place in Array(repeating: UInt8(8 * (place % 32)), count: 3) }
        let hash = try hash(Image(width: 32, height: 32, pixels: pixels))
        // A rising ramp's horizontal coefficients of odd frequency are below zero, the median is zero: none of them is set.
        #expect(hash.bits & 0b1010_1010 == 0)
        #expect(hash.bits & 1 == 0)
        #expect("\(PerceptualHash(bits: 0xAB))" == "00000000000000ab")
    }

    @Test("by law: the banded search finds exactly the pairs that comparing all finds", arguments: [0, 1, 3, 6, 15])
    func nearPairs(distance: Int) {
        var state: UInt64 = 7
        func random() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
        var hashes = (0..<60).map { _ in PerceptualHash(bits: random()) }
        // Near copies, each with a few bits turned over at places of their own.
        for index in 0..<60 {
            let flips = (0..<index % 18).reduce(UInt64(0)) { bits, _ in bits | 1 << (random() % 64) }
            hashes.append(PerceptualHash(bits: hashes[index].bits ^ flips))
        }
        var expected: [SIMD2<Int>] = []
        for first in hashes.indices {
            for second in hashes.indices.dropFirst(first + 1) where hashes[first].distance(to: hashes[second]) <= distance {
                expected.append(SIMD2(first, second))
            }
        }
        #expect(NearPairs(maximumDistance: distance).find(in: hashes).map { SIMD2($0.first, $0.second) } == expected)
        #expect(!expected.isEmpty)
    }
}

@Suite("Languages")
struct LanguageTests {
    @Test(
        "by letters, and by the commonest words",
        arguments: [
            ("What is the man doing in this picture, and how can I do it?", "English"),
            ("Was macht der Mann auf dem Bild, und wie geht das?", "German"),
            ("Que fait cet homme dans la photo, et comment le faire ?", "French"),
            ("¿Qué hace el hombre en la foto y cómo se hace?", "Spanish"), ("O que o homem está a fazer, e como é que se faz isso?", "Portuguese"),
            ("Che cosa sta facendo la persona nella foto e come si fa?", "Italian"), ("Wat doet de man op het plaatje en hoe kan ik dat?", "Dutch"),
            ("Что делает человек на этой картинке?", "Russian"), ("图片里的人在做什么?", "Chinese"), ("写真の人は何をしていますか?", "Japanese"),
            ("사진 속 사람은 무엇을 하고 있나요?", "Korean"), ("ماذا يفعل الرجل في الصورة؟", "Arabic"), ("चित्र में आदमी क्या कर रहा है?", "Hindi"),
            ("Xyzzy", "undecided"), ("123 ?!", "none"), ("", "none"),
        ])
    func language(text: String, name: String) { #expect(Language(of: text).name == name) }
}
