/// Why no response could be written.
public enum GenerationError: Error, Equatable {
    /// A prompt without tokens: there is nothing to continue.
    case emptyPrompt(index: Int)
    /// The model's logits are not numbers any more; `token` is how many tokens the response had.
    case notFinite(prompt: Int, token: Int)
}

extension GenerationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .emptyPrompt(let index): "prompt \(index) of the batch has no tokens, so there is nothing to continue"
        case .notFinite(let prompt, let token):
            "the model's logits are not finite at token \(token) of prompt \(prompt): "
                + "check the weights, or use a type with a wider range (bfloat16 in place of float16)"
        }
    }
}
