public import VisionLanguageModels

/// Which tokens a policy may write: what ends a response, and what never occurs in one.
public struct TokenDrawing: Sendable {
    public let temperature: Double
    public let endTokens: [Int32]
    public let padding: Int32
    /// Placeholders of pictures and padding: never drawn, so not part of the distribution either.
    public let undrawable: [Int32]

    public init(_ config: LLaVAConfig, _ sampling: SamplingConfig, _ processor: LLaVAProcessor) {
        temperature = sampling.temperature
        endTokens = processor.endTokens
        padding = processor.padding
        let never = [config.imageTokenID] + (endTokens.contains(processor.padding) ? [] : [processor.padding])
        undrawable = never.filter { (0..<Int32(clamping: config.text.vocabularySize)).contains($0) }
    }
}
