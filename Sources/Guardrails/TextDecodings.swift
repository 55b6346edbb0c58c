import Foundation

/// Reading out what is encoded inside a text. Only what decodes to readable text counts, so that ordinary words and
/// identifiers stay what they are.
enum TextDecodings {
    /// The text with every encoded run in it replaced by what it says; nil when there is none.
    ///
    /// Read are tag characters, bytes in variation selectors, percent escapes, `\uXXXX`, `&#…;`, hexadecimal, base64 (plain
    /// and URL-safe) and base32.
    static func inlineDecoded(_ text: String, limit: Int) -> String? {
        var result = text
        var changed = false
        func apply(_ decode: (String) -> String?) {
            guard let decoded = decode(result), decoded.utf8.count <= limit, decoded != result else { return }
            result = decoded
            changed = true
        }
        apply(tagCharacters)
        apply(variationSelectors)
        apply(escapes)
        apply { runs(in: $0, isMember: isHex, minimum: 8, decode: hex) }
        apply { runs(in: $0, isMember: isBase32, minimum: 16, decode: base32) }
        apply { runs(in: $0, isMember: isBase64, minimum: 8, decode: base64) }
        return changed ? result : nil
    }

    /// Readings of the text as a whole: letters moved by 13, written backwards, spaced out, digits in place of letters.
    /// A reading counts only where it looks more like English than the text does.
    static func wholeTextDecoded(_ text: String, limit: Int) -> [String] {
        guard text.utf8.count <= limit else { return [] }
        var readings: [String] = []
        if let joined = spacedOut(text) { readings.append(joined) }
        let digits = leet(text)
        if digits != text { readings.append(digits) }
        let score = commonWords(text)
        for reading in [rot13(text), String(text.reversed())] where commonWords(reading) > score {
            readings.append(reading)
        }
        return readings
    }

    // MARK: - Invisible carriers

    private static func tagCharacters(_ text: String) -> String? {
        var result = String.UnicodeScalarView()
        var found = false
        for scalar in text.unicodeScalars {
            if (0xE0020...0xE007E).contains(scalar.value), let plain = Unicode.Scalar(scalar.value - 0xE0000) {
                result.append(plain)
                found = true
            } else {
                result.append(scalar)
            }
        }
        return found ? String(result) : nil
    }

    /// Each variation selector as a byte: 1–16 are 0–15, 17–256 are 16–255.
    private static func variationSelectors(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFE00...0xFE0F: bytes.append(UInt8(scalar.value - 0xFE00))
            case 0xE0100...0xE01EF: bytes.append(UInt8(scalar.value - 0xE0100 + 16))
            default: rest.append(scalar)
            }
        }
        return readable(bytes, minimum: 4).map { String(rest) + $0 }
    }

    // MARK: - Escapes

    private static func escapes(_ text: String) -> String? {
        guard text.contains("%") || text.contains("\\") || text.contains("&#") else { return nil }
        var bytes: [UInt8] = []
        let input = Array(text.utf8)
        var at = 0
        while at < input.count {
            if startsEscape(input[at]), let (decoded, length) = escape(input[at...]) {
                bytes += decoded
                at += length
            } else {
                bytes.append(input[at])
                at += 1
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func startsEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "&")
    }

    /// The escape at the start of `input`: what it says and how long it is.
    private static func escape(_ input: ArraySlice<UInt8>) -> ([UInt8], Int)? {
        let head = Array(input.prefix(12))
        if head.first == UInt8(ascii: "%"), let value = number(head.dropFirst().prefix(2), digits: 2) {
            return ([UInt8(truncatingIfNeeded: value)], 3)
        }
        if head.starts(with: Array("\\x".utf8)), let value = number(head.dropFirst(2).prefix(2), digits: 2) {
            return ([UInt8(truncatingIfNeeded: value)], 4)
        }
        if head.starts(with: Array("\\u".utf8)), let value = number(head.dropFirst(2).prefix(4), digits: 4),
            let scalar = Unicode.Scalar(value)
        {
            return (Array(String(scalar).utf8), 6)
        }
        if head.starts(with: Array("&#".utf8)), let end = head.firstIndex(of: UInt8(ascii: ";")) {
            let body = String(decoding: head[2..<end], as: UTF8.self)
            let value = body.lowercased().hasPrefix("x") ? UInt32(body.dropFirst(), radix: 16) : UInt32(body)
            if let scalar = value.flatMap(Unicode.Scalar.init) { return (Array(String(scalar).utf8), end + 1) }
        }
        return nil
    }

    private static func number(_ digits: ArraySlice<UInt8>, digits count: Int) -> UInt32? {
        digits.count == count && digits.allSatisfy(isHex)
            ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }

    // MARK: - Runs of an alphabet

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    private static func isBase32(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x32...0x37).contains(byte) || byte == UInt8(ascii: "=")
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// Replaces each run of the alphabet's bytes, at least `minimum` long, by what it decodes to; nil when none does.
    private static func runs(
        in text: String, isMember: (UInt8) -> Bool, minimum: Int, decode: ([UInt8]) -> String?
    ) -> String? {
        var result: [UInt8] = []
        var run: [UInt8] = []
        var found = false
        func flush() {
            if run.count >= minimum, let decoded = decode(run) {
                result += decoded.utf8
                found = true
            } else {
                result += run
            }
            run.removeAll(keepingCapacity: true)
        }
        for byte in text.utf8 {
            if isMember(byte) { run.append(byte) } else { flush(); result.append(byte) }
        }
        flush()
        return found ? String(decoding: result, as: UTF8.self) : nil
    }

    private static func hex(_ run: [UInt8]) -> String? {
        guard run.count.isMultiple(of: 2) else { return nil }
        let bytes = stride(from: 0, to: run.count, by: 2).compactMap {
            UInt8(String(decoding: run[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
        return readable(bytes, minimum: 4)
    }

    private static func base64(_ run: [UInt8]) -> String? {
        var letters = String(decoding: run, as: UTF8.self).replacing("-", with: "+").replacing("_", with: "/")
        while letters.last == "=" { letters.removeLast() }
        letters += String(repeating: "=", count: (4 - letters.utf8.count % 4) % 4)
        return Data(base64Encoded: letters).flatMap { readable(Array($0), minimum: 5) }
    }

    private static func base32(_ run: [UInt8]) -> String? {
        var (bits, count) = (0, 0)
        var bytes: [UInt8] = []
        for byte in run where byte != UInt8(ascii: "=") {
            let value = byte >= 0x41 ? Int(byte) - 0x41 : Int(byte) - 0x32 + 26
            bits = (bits << 5 | value) & 0xFFFF
            count += 5
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return readable(bytes, minimum: 5)
    }

    /// The bytes as text, if they are UTF-8 of printable characters.
    private static func readable(_ bytes: [UInt8], minimum: Int) -> String? {
        guard bytes.count >= minimum, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar == "\t" || scalar == "\r"
                || ![.control, .unassigned, .privateUse, .surrogate].contains(scalar.properties.generalCategory)
        }
        return isPrintable ? text : nil
    }

    // MARK: - The whole text

    private static func rot13(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                switch byte {
                case 0x41...0x5A: 0x41 + (byte - 0x41 + 13) % 26
                case 0x61...0x7A: 0x61 + (byte - 0x61 + 13) % 26
                default: byte
                }
            }, as: UTF8.self)
    }

    /// "b o m b" and "b-o-m-b" as "bomb": separators between single letters dropped, where four or more stand in a row.
    private static func spacedOut(_ text: String) -> String? {
        let separators: Set<Character> = [" ", "-", "_", ".", "*", "|"]
        let characters = Array(text)
        var result = ""
        var at = 0
        var found = false
        while at < characters.count {
            var (end, letters) = (at, "")
            while end < characters.count, !separators.contains(characters[end]),
                characters[end].isLetter || characters[end].isNumber
            {
                letters.append(characters[end])
                end += 1
                guard end + 1 < characters.count, separators.contains(characters[end]),
                    end + 2 >= characters.count || !characters[end + 2].isLetter
                else { break }
                end += 1
            }
            let startsWord = at == 0 || !characters[at - 1].isLetter
            if letters.count >= 4, startsWord, end - at == 2 * letters.count - 1 {
                result += letters
                found = true
                at = end
            } else {
                result.append(characters[at])
                at += 1
            }
        }
        return found ? result : nil
    }

    private static func leet(_ text: String) -> String {
        let letters: [Character: Character] = [
            "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s",
        ]
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            word.contains(where: \.isLetter) && word.contains { letters[$0] != nil }
                ? String(word.map { letters[$0] ?? $0 }) : String(word)
        }
        return words.joined(separator: " ")
    }

    private static func commonWords(_ text: String) -> Int {
        text.lowercased().split { !$0.isLetter }.count { Self.common.contains($0) }
    }

    private static let common: Set<Substring> = [
        "the", "of", "and", "to", "a", "in", "is", "you", "that", "it", "he", "for", "was", "on", "are", "as", "with",
        "his",
        "they", "at", "be", "this", "from", "i", "have", "or", "by", "one", "had", "not", "but", "what", "all", "were",
        "when",
        "we", "there", "can", "an", "your", "which", "how", "do", "if", "will", "me", "make", "tell", "please",
    ]
}
