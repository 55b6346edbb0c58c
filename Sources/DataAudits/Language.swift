/// The language of a text, as far as its letters and its commonest words tell: enough to see that a data set is not in the
/// language it should be in. Not for single words.
public struct Language: Sendable, Hashable {
    /// English name; "undecided" for text whose letters do not decide, and "none" for text without letters.
    public let name: String

    /// Most letters decide by themselves; Latin and Cyrillic text is decided by function words, of which one language
    /// must have more than any other.
    public init(of text: String) {
        var counts: [Script: Int] = [:]
        for scalar in text.unicodeScalars {
            if let script = Script(scalar) { counts[script, default: 0] += 1 }
        }
        guard let script = counts.max(by: { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) })?.key else {
            name = "none"
            return
        }
        switch script {
        case .latin: name = Self.byWords(text, Self.latinWords)
        case .cyrillic: name = Self.byWords(text, Self.cyrillicWords)
        case .han: name = counts[.kana, default: 0] > 0 ? "Japanese" : "Chinese"
        case .kana: name = "Japanese"
        case .hangul: name = "Korean"
        case .arabic: name = "Arabic"
        case .hebrew: name = "Hebrew"
        case .greek: name = "Greek"
        case .devanagari: name = "Hindi"
        case .thai: name = "Thai"
        }
    }

    private static func byWords(_ text: String, _ table: [(name: String, words: Set<String>)]) -> String {
        let words = text.lowercased().split { !$0.isLetter && $0 != "'" }.map(String.init)
        let hits = table.map { entry in (name: entry.name, count: words.count { entry.words.contains($0) }) }
        guard let best = hits.max(by: { $0.count < $1.count }), best.count > 0,
            hits.count(where: { $0.count == best.count }) == 1
        else { return "undecided" }
        return best.name
    }

    private static let latinWords: [(name: String, words: Set<String>)] = [
        ("English", ["the", "and", "is", "are", "of", "to", "in", "that", "this", "it", "you", "what", "how", "with", "for", "not", "i", "can", "do", "your"]),
        ("German", ["der", "die", "das", "und", "ist", "nicht", "ich", "ein", "eine", "mit", "auf", "zu", "wie", "was", "sie", "den", "von", "dem", "für", "im"]),
        ("French", ["le", "la", "les", "et", "est", "des", "une", "un", "que", "qui", "dans", "pour", "pas", "je", "vous", "du", "ce", "comment", "sur", "au"]),
        ("Spanish", ["el", "los", "las", "y", "es", "una", "que", "en", "por", "para", "con", "del", "cómo", "qué", "se", "su", "está", "lo", "como", "más"]),
        ("Portuguese", ["o", "os", "e", "é", "uma", "um", "que", "em", "para", "com", "não", "do", "da", "como", "se", "isso", "você", "ao", "mais", "por"]),
        ("Italian", ["il", "gli", "e", "è", "una", "che", "di", "per", "con", "non", "come", "della", "sono", "questo", "si", "lo", "nel", "cosa", "anche", "più"]),
        ("Dutch", ["de", "het", "een", "en", "van", "is", "niet", "dat", "ik", "je", "op", "voor", "met", "hoe", "wat", "zijn", "te", "aan", "deze", "er"]),
        ("Vietnamese", ["là", "và", "của", "không", "có", "một", "cho", "này", "được", "những", "trong", "với", "tôi", "bạn", "làm", "thế", "nào", "gì", "các", "để"]),
    ]

    private static let cyrillicWords: [(name: String, words: Set<String>)] = [
        ("Russian", ["и", "в", "не", "на", "что", "это", "как", "с", "по", "я", "вы", "для", "он", "из", "но", "или", "эта", "есть", "был", "они"]),
        ("Ukrainian", ["і", "в", "не", "на", "що", "це", "як", "з", "та", "я", "ви", "для", "він", "із", "але", "або", "ця", "є", "був", "вони"]),
    ]

    /// Writing systems, by the blocks that hold nearly all of their letters.
    private enum Script: Int {
        case latin, cyrillic, greek, hebrew, arabic, devanagari, thai, kana, han, hangul

        init?(_ scalar: Unicode.Scalar) {
            switch scalar.value {
            case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F, 0x1E00...0x1EFF: self = .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
            case 0x400...0x52F: self = .cyrillic
            case 0x590...0x5FF: self = .hebrew
            case 0x600...0x6FF, 0x750...0x77F: self = .arabic
            case 0x900...0x97F: self = .devanagari
            case 0xE00...0xE7F: self = .thai
            case 0x3040...0x30FF: self = .kana
            case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF: self = .han
            case 0xAC00...0xD7AF, 0x1100...0x11FF: self = .hangul
            default: return nil
            }
        }
    }
}
