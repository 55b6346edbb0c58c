/// Why a safetensors file, or an index of several, is not what it should be: which file, where in it, and what was found.
public struct SafetensorsError: Error, Equatable, Sendable {
    /// Path of the file.
    public var file: String
    /// The part of it: `header`, `tensor "lm_head.weight"`, `metadata`, `weight_map`, …
    public var place: String
    /// What was found there and what was expected.
    public var reason: String

    public init(file: String, place: String, reason: String) {
        (self.file, self.place, self.reason) = (file, place, reason)
    }
}

extension SafetensorsError: CustomStringConvertible {
    public var description: String { "\(printable(file)), \(place): \(reason)" }

    /// Weights that somebody pickled: reading them would mean to run their program.
    static func pickle(_ file: String) -> SafetensorsError {
        SafetensorsError(
            file: file, place: "file",
            reason: """
                PyTorch's pickle format is not read, because loading it can run code that the file brings along. Convert it \
                in Python: safetensors.torch.save_file(torch.load(path, weights_only=True), "model.safetensors"); a whole \
                model: AutoModel.from_pretrained(folder).save_pretrained(folder, safe_serialization=True)
                """)
    }
}

/// `text` in quotes for a message, with characters that a terminal would obey spelled out, and cut when it is long.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(120)
    return "\"" + printable(String(String.UnicodeScalarView(shown))) + (shown.count < text.unicodeScalars.count ? "…\"" : "\"")
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
