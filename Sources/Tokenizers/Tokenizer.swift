import StrictJSON

/// Text to ids and back, as the model's own `tokenizer.json` has it.
///
/// A value: copies share the vocabulary. All functions may be called from several threads at once.
public struct Tokenizer: Sendable {
    /// The tokens that play a part for the model. May be changed, for instance when the model's configuration names
    /// another image token than the tokenizer's.
    public var specialTokens: SpecialTokens

    /// How conversations become text; nil when the directory has no template.
    public var chatTemplate: ChatTemplate?

    let definition: TokenizerDefinition
    let texts: TokenTexts
    /// The members of `tokenizer_config.json`, kept for saving.
    let config: JSONObject
    private let pipeline: TextPipeline
    private let addedIDs: Vocabulary
    private let around: PostProcessor
    private let workspaces = WorkspacePool()

    init(
        _ definition: TokenizerDefinition, around: PostProcessor, config: JSONObject, specialTokens: SpecialTokens,
        chatTemplate: ChatTemplate?
    ) {
        self.definition = definition
        self.around = around
        self.config = config
        self.specialTokens = specialTokens
        self.chatTemplate = chatTemplate
        pipeline = TextPipeline(definition)
        texts = TokenTexts(definition)
        var added = Vocabulary(capacity: definition.addedTokens.count)
        for token in definition.addedTokens { _ = added.insert(Array(token.content.utf8)[...], id: token.id) }
        addedIDs = added
    }

    // MARK: Encoding

    /// The ids of `text`.
    ///
    /// - Parameters:
    ///   - controlTokens: Whether the spelling of a control token in `text` becomes that token. False for everything
    ///     that a person wrote: then no id of the result is a control token's.
    ///   - addSpecial: Whether the tokens that the tokenizer puts around a text (most often the beginning of the
    ///     sequence) are added.
    public func encode(_ text: String, controlTokens: Bool, addSpecial: Bool) -> [Int32] {
        let marked = MarkedText(bytes: Array(text.utf8), marks: controlTokens ? .none : .all)
        var output = TextPipeline.Output(ids: addSpecial ? around.before : [])
        encode(marked, isContinuation: false, into: &output)
        return addSpecial ? output.ids + around.after : output.ids
    }

    func encode(_ text: MarkedText, isContinuation: Bool, into output: inout TextPipeline.Output) {
        workspaces.borrow { pipeline.encode(text, isContinuation: isContinuation, with: $0, into: &output) }
    }

    /// The ids that stand before a text with special tokens.
    var idsBeforeText: [Int32] { around.before }

    // MARK: Decoding

    /// The text of `ids`. Ids without a token add nothing; bytes that are no UTF-8 become U+FFFD.
    ///
    /// - Parameter skipSpecial: Whether special tokens are left out.
    public func decode(_ ids: [Int32], skipSpecial: Bool) -> String {
        var assembler = TextAssembler(definition.decoder.steps, isEager: false)
        var bytes: [UInt8] = []
        for id in ids where !(skipSpecial && texts.isSpecial(id)) {
            guard let part = texts.part(of: id) else { continue }
            bytes += assembler.append(part) { token(of: id) }
        }
        return String(decoding: bytes + assembler.finish(), as: UTF8.self)
    }

    /// A decoder for ids that arrive one by one.
    public func incrementalDecoder(skipSpecial: Bool) -> IncrementalDecoder {
        IncrementalDecoder(self, skipSpecial: skipSpecial)
    }

    // MARK: Tokens

    /// One more than the largest id: how many rows an embedding needs.
    public var vocabularyCount: Int { definition.idBound }

    /// The tokens found in text before anything else, by id.
    public var addedTokens: [AddedToken] { definition.addedTokens }

    /// The id of the token that is spelled exactly `token` in the vocabulary, or nil.
    public func id(of token: String) -> Int32? {
        addedIDs.id(of: token) ?? definition.model.vocabulary.id(of: token)
    }

    /// The spelling of `id` in the vocabulary, in which byte-level tokenizers write a space "Ġ"; nil for no token.
    public func token(of id: Int32) -> String? {
        addedIDs.token(of: id) ?? definition.model.vocabulary.token(of: id)
    }

    /// The id of the token that begins a text.
    public var bosID: Int32? { specialTokens.bos.flatMap(id(of:)) }
    /// The id of the token that ends a text.
    public var eosID: Int32? { specialTokens.eos.flatMap(id(of:)) }
    /// The id that stands for what the vocabulary cannot write.
    public var unknownID: Int32? { (specialTokens.unknown ?? definition.model.options.unknownToken).flatMap(id(of:)) }
    /// The id that fills a batch up.
    public var paddingID: Int32? { specialTokens.padding.flatMap(id(of:)) }
    /// The id of an image place.
    public var imageID: Int32? { specialTokens.image.flatMap(id(of:)) }
}
