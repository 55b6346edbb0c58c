import Foundation

/// The texts that a person could mean by one text: as written, without what only hides it, and with what is encoded
/// inside it read out. A guard judges them all, since a model may understand any of them.
///
/// Character injection evades guards almost always (Hackett et al. 2025), and compatibility normalisation alone removes
/// neither invisible characters nor look-alikes.
public struct TextNormalizer: Sendable {
    /// The most views of one text, the text itself included.
    public var maximumViews: Int
    /// UTF-8 bytes of one decoded text.
    public var maximumDecodedBytes: Int
    /// Encodings inside one another that are read.
    public var maximumDepth: Int

    public init(maximumViews: Int = 6, maximumDecodedBytes: Int = 64 << 10, maximumDepth: Int = 3) {
        self.maximumViews = max(1, maximumViews)
        self.maximumDecodedBytes = maximumDecodedBytes
        self.maximumDepth = maximumDepth
    }

    /// The text itself, then its other views, each once.
    public func views(of text: String) -> [String] {
        var views = [text]
        func add(_ view: String) {
            if views.count < maximumViews, !view.isEmpty, !views.contains(where: { $0.utf8.elementsEqual(view.utf8) }) {
                views.append(view)
            }
        }
        add(normalized(text))
        var decoded = text
        for _ in 0..<maximumDepth {
            guard
                let next = TextDecodings.inlineDecoded(decoded, limit: maximumDecodedBytes)
                    ?? TextDecodings.inlineDecoded(normalized(decoded), limit: maximumDecodedBytes)
            else { break }
            decoded = next
            add(normalized(next))
        }
        for view in TextDecodings.wholeTextDecoded(normalized(decoded), limit: maximumDecodedBytes) { add(view) }
        return views
    }

    /// Compatibility form (NFKC), without characters that show nothing, with look-alike letters as the Latin letters that
    /// they imitate.
    public func normalized(_ text: String) -> String {
        let visible = withoutInvisible(text).precomposedStringWithCompatibilityMapping
        var scalars = String.UnicodeScalarView()
        // note: compatibility forms can bring back an invisible character, so it is looked for again
        for scalar in visible.unicodeScalars where !Self.isInvisible(scalar) {
            scalars.append(LookAlikes.latin[scalar] ?? scalar)
        }
        return String(scalars)
    }

    private func withoutInvisible(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.lazy.filter { !Self.isInvisible($0) })
        return String(scalars)
    }

    /// Zero-width characters, soft hyphens, variation selectors, tag characters, direction marks, and control characters
    /// that are no white space.
    static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.value < 0x20 && ![0x09, 0x0A, 0x0D].contains(scalar.value) || scalar.value == 0x7F
        }
        let properties = scalar.properties
        return properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format
            || properties.generalCategory == .control && scalar.value != 0x85
    }
}
