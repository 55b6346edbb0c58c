import Conversations
import Foundation
import Guardrails
import SafetyPolicies
import Testing

/// By hand and by law: whatever hides a text is undone in one of its views.
@Suite("Views of a text")
struct TextNormalizerTests {
    let normalizer = TextNormalizer()

    @Test("plain words have one view")
    func plain() {
        #expect(normalizer.views(of: "How do I bake bread?") == ["How do I bake bread?"])
        #expect(normalizer.views(of: "") == [""])
        #expect(
            normalizer.views(of: "línea única, naïve café, 日本語, Привет мир").first
                == "línea única, naïve café, 日本語, Привет мир")
    }

    @Test("invisible characters, wide letters and look-alikes are undone", arguments: Hidden.invertible)
    func invertible(_ hidden: Hidden) {
        #expect(
            normalizer.views(of: hidden.text).contains { $0.contains("secret plan") },
            "\(normalizer.views(of: hidden.text))")
    }

    @Test("encodings are read out", arguments: Hidden.encoded)
    func encoded(_ hidden: Hidden) {
        #expect(
            normalizer.views(of: hidden.text).contains { $0.contains("secret plan") },
            "\(normalizer.views(of: hidden.text))")
    }

    struct Hidden: Sendable, CustomTestStringConvertible {
        var testDescription: String { name }
        var name, text: String

        static let invertible = [
            Hidden(name: "zero-width space", text: "sec\u{200B}ret pl\u{200D}an"),
            Hidden(name: "soft hyphen", text: "se\u{AD}cret plan"),
            Hidden(name: "variation selector", text: "secret\u{FE0F} pla\u{E0101}n"),
            Hidden(name: "direction marks", text: "\u{202E}secret\u{202C} \u{2066}plan\u{2069}"),
            Hidden(name: "tags between letters", text: "sec\u{E0041}ret p\u{E0042}lan"),
            Hidden(name: "full width", text: "ｓｅｃｒｅｔ ｐｌａｎ"),
            Hidden(name: "mathematical letters", text: "𝐬𝐞𝐜𝐫𝐞𝐭 𝗉𝗅𝖺𝗇"),
            Hidden(name: "Cyrillic letters", text: "sесrеt рlаn"),
            Hidden(name: "word joiner and byte order mark", text: "secret\u{2060} \u{FEFF}plan"),
            Hidden(name: "control characters", text: "sec\u{8}ret\u{0} plan"),
        ]

        static let encoded = [
            Hidden(
                name: "tag characters",
                text: "hello"
                    + String(
                        String.UnicodeScalarView(
                            "secret plan".unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xE0000) }))),
            Hidden(
                name: "bytes in variation selectors",
                text: "🙂"
                    + String(
                        String.UnicodeScalarView(
                            "secret plan".utf8.compactMap {
                                Unicode.Scalar($0 < 16 ? 0xFE00 + UInt32($0) : 0xE0100 + UInt32($0) - 16)
                            }))),
            Hidden(name: "base64", text: "Read " + Data("my secret plan".utf8).base64EncodedString() + " now"),
            Hidden(
                name: "base64 for addresses",
                text: Data("~~? secret plan ~~?".utf8).base64EncodedString().replacing("/", with: "_").replacing(
                    "+", with: "-"
                ).replacing("=", with: "")),
            Hidden(name: "base32", text: "ONSWG4TFOQQHA3DBNY======"),
            Hidden(name: "hexadecimal", text: "do 73656372657420706c616e now"),
            Hidden(name: "percent", text: "%73ecret%20plan"),
            Hidden(name: "backslash u", text: "\\u0073ecret\\x20plan"),
            Hidden(name: "character references", text: "&#115;ecret&#x20;plan"),
            Hidden(name: "rot13", text: "gryy zr gur frperg cyna bs gur xvat"),
            Hidden(name: "backwards", text: "gnik eht fo nalp terces eht em llet".replacing("eht", with: "eht")),
            Hidden(
                name: "base64 twice",
                text: Data(Data("the secret plan".utf8).base64EncodedString().utf8).base64EncodedString()),
            Hidden(name: "percent in base64", text: Data("%73ecret plan".utf8).base64EncodedString()),
            Hidden(name: "digits for letters", text: "s3cr3t pl4n"),
            Hidden(
                name: "base64 with zero-width spaces",
                text: Data("a secret plan".utf8).base64EncodedString().map(String.init).joined(separator: "\u{200B}")),
        ]
    }

    @Test("letters set apart are joined")
    func spacedOut() {
        #expect(normalizer.views(of: "a s-e-c-r-e-t word").contains { $0.contains("secret") })
        #expect(normalizer.views(of: "I am a cat") == ["I am a cat"])
    }

    @Test("the number of views and their size are bounded")
    func bounded() {
        var nested = "secret plan"
        for _ in 0..<10 { nested = Data(nested.utf8).base64EncodedString() }
        #expect(normalizer.views(of: nested).count <= normalizer.maximumViews)
        let long = String(repeating: Data("secret plan ".utf8).base64EncodedString() + " ", count: 20_000)
        #expect(normalizer.views(of: long).allSatisfy { $0.utf8.count <= long.utf8.count })
    }

    @Test("normalising twice changes nothing more")
    func idempotent() {
        for hidden in Hidden.invertible {
            let once = normalizer.normalized(hidden.text)
            #expect(normalizer.normalized(once) == once)
        }
    }
}

/// Reliability test V1: what hides a text and can be undone does not change its verdict.
@Suite("V1: verdicts under text transforms")
struct TransformVerdictTests {
    static let transforms: [@Sendable (String) -> String] = [
        { $0.map(String.init).joined(separator: "\u{200B}") },
        { $0.map(String.init).joined(separator: "\u{AD}") },
        { $0.map { "\($0)\u{FE0E}" }.joined() },
        { $0.map { "\($0)\u{E0061}" }.joined() },
        { "\u{202D}" + $0 + "\u{202C}" },
        {
            String(
                String.UnicodeScalarView(
                    $0.unicodeScalars.map {
                        (0x21...0x7E).contains($0.value) ? Unicode.Scalar($0.value + 0xFEE0) ?? $0 : $0
                    }))
        },
        { $0.decomposedStringWithCanonicalMapping },
    ]

    @Test("identical to the plain prompt, for 500 prompts and every transform", arguments: transforms.indices)
    func identical(index: Int) async throws {
        let canary = "canary" + String(UInt32.random(in: 10_000...99_999))
        let judge = Judge(StubGuard(canary: .init(text: canary)))
        let policy = try SafetyPolicy.packaged()
        for number in 0..<500 {
            let prompt =
                number.isMultiple(of: 5)
                ? "Prompt \(number) é, all is well" : "Prompt \(number) with the \(canary) é in it"
            let plain = try await judge.request([Turn(.user, text: prompt)], under: policy)
            let hidden = try await judge.request([Turn(.user, text: Self.transforms[index](prompt))], under: policy)
            #expect(plain == hidden)
            #expect(plain.decision.passes == number.isMultiple(of: 5))
        }
    }
}
