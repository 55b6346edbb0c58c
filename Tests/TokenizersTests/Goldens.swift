import Foundation
import StrictJSON

@testable import Tokenizers

/// What `Tests/Goldens/record_tokenizers.py` recorded.
enum Goldens {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens/tokenizers")

    static let tokenizers = ["gpt2", "smollm", "llama3", "qwen2", "llama2", "vicuna", "metaspace", "odd_tokens"]
    static let templates = ["llava", "llava_hf", "vicuna", "chatml", "qwen2_vl", "llama3", "mistral", "smolvlm"]

    static func json(_ path: String) throws -> JSONValue {
        try JSONValue(parsing: [UInt8](Data(contentsOf: folder.appending(path: path))))
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(directory: folder.appending(path: name))
    }

    static func template(_ name: String) throws -> ChatTemplate {
        let source = try String(contentsOf: folder.appending(path: "templates/\(name).jinja"), encoding: .utf8)
        return try ChatTemplate(source: source)
    }
}

struct MissingGolden: Error {}

extension Optional {
    /// The value, or an error that fails the test.
    func found() throws -> Wrapped {
        guard let value = self else { throw MissingGolden() }
        return value
    }
}

extension JSONValue {
    func ids() throws -> [Int32] { try array.found().map { Int32(try $0.integer.found()) } }
}

/// SplitMix64 (Steele, Lea, Flood 2014), as the recording script has it.
struct Draw {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }

    /// The script's random text.
    mutating func text(_ pieces: [String]) -> String {
        let ranges = [
            (0x20, 0x7F), (0, 0x300), (0x300, 0x3000), (0x3000, 0xD800), (0xE000, 0xFFFE), (0x1F300, 0x1F700),
            (0x10000, 0x110000),
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<(1 + next(16)) {
            if next(4) > 0 {
                text.append(contentsOf: pieces[next(pieces.count)].unicodeScalars)
            } else {
                let (low, high) = ranges[next(ranges.count)]
                if let scalar = Unicode.Scalar(UInt32(low + next(high - low))) { text.append(scalar) }
            }
        }
        return String(text)
    }
}

/// FNV-1a over numbers of 32 bits, as the recording script has it.
struct Hash {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ number: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] {
            state = (state ^ UInt64(number >> shift & 0xFF)) &* 0x100_0000_01B3
        }
    }

    var hex: String {
        let digits = String(state, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
