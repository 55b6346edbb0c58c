public import VisionLanguageModels

/// Which tokens a policy may write: what ends a response, and what never occurs in one.
public struct TokenDrawing: Sendable {
    /// Divides the logits before a token is drawn; 0 means greedy.
    public let temperature: Double
    public let endTokens: [Int32]
    /// Fills rows up; nothing depends on it.
    public let padding: Int32
    /// Placeholders of pictures and padding: never drawn, so not part of the distribution either.
    public let undrawable: [Int32]

    public init(temperature: Double, endTokens: [Int32], padding: Int32, undrawable: [Int32]) {
        (self.temperature, self.endTokens) = (temperature, endTokens)
        (self.padding, self.undrawable) = (padding, undrawable)
    }

    /// What a processor's tokenizer and the model's config say.
    public init(_ config: any ModelConfig, _ sampling: SamplingConfig, _ processor: Processor) {
        let (endTokens, padding) = (processor.endTokens, processor.padding)
        let never = (config.placeholderID.map { [$0] } ?? []) + (endTokens.contains(padding) ? [] : [padding])
        self.init(
            temperature: sampling.temperature, endTokens: endTokens, padding: padding,
            undrawable: never.filter { (0..<Int32(clamping: config.text.vocabularySize)).contains($0) })
    }
}
