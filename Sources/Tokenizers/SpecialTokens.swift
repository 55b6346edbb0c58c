/// The tokens that play a part for the model, by their text; nil where the tokenizer has none.
public struct SpecialTokens: Sendable, Equatable {
    /// Begins a text.
    public var bos: String?
    /// Ends a text; where generation stops.
    public var eos: String?
    /// Stands for what the vocabulary cannot write.
    public var unknown: String?
    /// Fills a batch up; never read by the model.
    public var padding: String?
    /// The place of one picture.
    public var image: String?

    public init(
        bos: String? = nil, eos: String? = nil, unknown: String? = nil, padding: String? = nil, image: String? = nil
    ) {
        self.bos = bos
        self.eos = eos
        self.unknown = unknown
        self.padding = padding
        self.image = image
    }

    /// The text of an image place in published tokenizers that do not name it.
    static let usualImageTokens = ["<image>", "<|image_pad|>", "<|image|>", "<image_soft_token>", "[IMG]"]
}
