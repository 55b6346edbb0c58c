/// Puts the parts of ids together to text, holding back what is not yet a whole character.
///
/// When bytes are no UTF-8, U+FFFD takes their place: with a byte-level vocabulary once for every maximal broken part;
/// with byte fallback once for every byte of the whole run, which is what the reference does.
struct TextAssembler: Sendable {
    private let decoding: TextDecoding
    /// Whether characters of a run of bytes are given out before the run has ended and is known to be whole.
    private let isEager: Bool
    /// Bytes that do not make a whole character yet; or, when not eager, the whole run of fallback bytes.
    private var pending: [UInt8] = []
    /// Whether the run of fallback bytes has turned out broken.
    private var runIsBroken = false
    /// How many spaces may still be left out at the beginning.
    private var spacesToStrip: Int
    private var isAtFirstToken = true

    init(_ decoding: TextDecoding, isEager: Bool) {
        self.decoding = decoding
        self.isEager = isEager
        if case .sentencePiece(let details) = decoding {
            spacesToStrip = details.strippedSpaces
        } else {
            spacesToStrip = 0
        }
    }

    /// Takes in one id's part; returns the bytes of the whole characters that are certain now. `token` is the id's
    /// spelling, asked for only at the first token.
    mutating func append(_ part: TokenTexts.Part, token: () -> String?) -> [UInt8] {
        defer { isAtFirstToken = false }
        switch part {
        case .fallbackByte(let byte):
            return stripped(appendFallback(byte))
        case .bytes(let bytes):
            if case .byteLevel = decoding { return appendByteLevel(bytes) }
            let run = finishRun()
            return stripped(run + (firstTokenBytes(token) ?? Array(bytes)))
        }
    }

    /// Ends the text: what was held back, with U+FFFD for what never became a character.
    mutating func finish() -> [UInt8] {
        if case .byteLevel = decoding {
            defer { pending = [] }
            return repaired(pending)
        }
        return stripped(finishRun())
    }

    // MARK: byte level

    private mutating func appendByteLevel(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        pending += bytes
        let whole = pending.count - pending[...].unfinishedSuffixCount
        defer { pending.removeFirst(whole) }
        return repaired(Array(pending[..<whole]))
    }

    private func repaired(_ bytes: [UInt8]) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    // MARK: byte fallback

    private mutating func appendFallback(_ byte: UInt8) -> [UInt8] {
        if runIsBroken { return replacementCharacter }
        pending.append(byte)
        guard isEager else { return [] }
        let held = pending[...].unfinishedSuffixCount
        let whole = Array(pending.dropLast(held))
        guard String(validating: whole, as: UTF8.self) != nil else {
            runIsBroken = true
            defer { pending = [] }
            return pending.flatMap { _ in replacementCharacter }
        }
        pending.removeFirst(whole.count)
        return whole
    }

    private mutating func finishRun() -> [UInt8] {
        defer { (pending, runIsBroken) = ([], false) }
        if String(validating: pending, as: UTF8.self) != nil { return pending }
        return pending.flatMap { _ in replacementCharacter }
    }

    private var replacementCharacter: [UInt8] { [0xEF, 0xBF, 0xBD] }

    // MARK: beginning of the text

    /// The first token without its marks, where the decoder drops them; nil elsewhere.
    private func firstTokenBytes(_ token: () -> String?) -> [UInt8]? {
        guard isAtFirstToken, case .sentencePiece(let details) = decoding, !details.markDroppedFromFirstToken.isEmpty,
            let token = token()
        else { return nil }
        var text = MarkedText(bytes: Array(token.utf8), marks: .none)
        text.replace(details.markDroppedFromFirstToken, by: [])
        return text.bytes
    }

    private mutating func stripped(_ bytes: [UInt8]) -> [UInt8] {
        guard spacesToStrip > 0, !bytes.isEmpty else { return bytes }
        let spaces = bytes.prefix(spacesToStrip).prefix { $0 == UInt8(ascii: " ") }.count
        spacesToStrip = spaces < bytes.count ? 0 : spacesToStrip - spaces
        return Array(bytes.dropFirst(spaces))
    }
}

extension ArraySlice<UInt8> {
    /// How many bytes at the end begin a character that more bytes could finish.
    var unfinishedSuffixCount: Int {
        for length in 1...3 where length <= count {
            let start = endIndex - length
            let lead = self[start]
            if lead & 0xC0 == 0x80 { continue }
            return UTF8.isPrefix(self[start...]) ? length : 0
        }
        return 0
    }
}

extension UTF8 {
    /// Whether `bytes`, at most three and begun by a lead byte, are the beginning of a longer well-formed character
    /// (Unicode Standard, table 3-7).
    fileprivate static func isPrefix(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let lead = bytes.first else { return false }
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch lead {
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: (1, 0x80...0xBF)
            }
        return bytes.count < length && (bytes.count < 2 || second.contains(bytes[bytes.startIndex + 1]))
    }
}
