/// Why a GGUF file is not what it should be: which file, where in it, and what was found.
public struct GGUFError: Error, Equatable, Sendable {
    /// Path of the file.
    public var file: String
    /// The part of it: `header`, `metadata "general.alignment"`, `tensor "output.weight"`, …
    public var place: String
    /// What was found there and what was expected.
    public var reason: String

    public init(file: String, place: String, reason: String) {
        (self.file, self.place, self.reason) = (file, place, reason)
    }
}

extension GGUFError: CustomStringConvertible {
    public var description: String { "\(printable(file)), \(place): \(reason)" }
}

/// `text` in quotes for a message, with characters that a terminal would obey spelled out, and cut when it is long.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(120)
    return "\"" + printable(String(String.UnicodeScalarView(shown)))
        + (shown.count < text.unicodeScalars.count ? "…\"" : "\"")
}

private func printable(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        default: String(Character(scalar))
        }
    }.joined()
}
