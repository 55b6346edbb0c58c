/// Reads the four parts of a `tokenizer.json` around its model. Each function refuses, by name, what is not built in.
extension JSONPlace {
    // MARK: normalizer

    func normalizers() throws(TokenizerError) -> [Normalizer] {
        guard !isNull else { return [] }
        let type = try type()
        switch type {
        case "Sequence":
            return try sequence("normalizers") { place throws(TokenizerError) in try place.normalizers() }
        case "Prepend":
            return [.prepend(Array(try member("prepend").string().utf8))]
        case "Replace":
            let (pattern, content) = try replacement()
            return [.replace(pattern: pattern, by: content)]
        default:
            guard let form = NormalForm(rawValue: type) else {
                throw try member("type").unsupported(
                    known: ["Sequence", "Prepend", "Replace"] + NormalForm.allCases.map(\.rawValue))
            }
            return [.normalForm(form)]
        }
    }

    /// The pattern, which must be a text, and what takes its place.
    private func replacement() throws(TokenizerError) -> (pattern: [UInt8], content: [UInt8]) {
        let pattern = try literalPattern()
        return (pattern, Array(try member("content").string().utf8))
    }

    private func literalPattern() throws(TokenizerError) -> [UInt8] {
        let pattern = try member("pattern")
        if let regex = try pattern.member("Regex").ifPresent {
            throw regex.unsupported(known: ["a String pattern"])
        }
        let text = try pattern.member("String")
        guard try !text.string().isEmpty else { throw text.mismatch("a text that is not empty") }
        return Array(try text.string().utf8)
    }

    // MARK: pre_tokenizer

    func preTokenizers() throws(TokenizerError) -> [PreTokenizer] {
        guard !isNull else { return [] }
        switch try type() {
        case "Sequence":
            return try sequence("pretokenizers") { place throws(TokenizerError) in try place.preTokenizers() }
        case "ByteLevel":
            return [
                .byteLevel(
                    addPrefixSpace: try member("add_prefix_space").bool(),
                    usesPattern: try member("use_regex").ifPresent?.bool() ?? true)
            ]
        case "Digits":
            return [.digits(individual: try member("individual_digits").bool())]
        case "Split":
            return [.split(try splitPattern())]
        case "Metaspace":
            return [.metaspace(try metaspace())]
        default:
            throw try member("type").unsupported(known: ["Sequence", "ByteLevel", "Digits", "Split", "Metaspace"])
        }
    }

    /// A pattern that covers every text, so that keeping its matches and dropping what lies between are the same.
    private func splitPattern() throws(TokenizerError) -> SplitPattern {
        let regex = try member("pattern").member("Regex")
        guard let pattern = SplitPattern(regex: try regex.string()) else {
            throw regex.unsupported(known: SplitPattern.known.map(\.regex))
        }
        let behavior = try member("behavior")
        let isInverted = try member("invert").bool()
        guard try behavior.string() == (isInverted ? "Removed" : "Isolated") else {
            throw behavior.unsupported(known: ["Isolated", "Removed with invert"])
        }
        return pattern
    }

    private func metaspace() throws(TokenizerError) -> Metaspace {
        let scheme = try member("prepend_scheme")
        let prepend: Metaspace.Prepend
        if scheme.isNull {
            prepend = try member("add_prefix_space").ifPresent?.bool() ?? true ? .always : .never
        } else if let known = Metaspace.Prepend(rawValue: try scheme.string()) {
            prepend = known
        } else {
            throw scheme.unsupported(known: Metaspace.Prepend.allCases.map(\.rawValue))
        }
        return Metaspace(mark: try mark(), prepend: prepend, splits: try member("split").ifPresent?.bool() ?? true)
    }

    private func mark() throws(TokenizerError) -> [UInt8] {
        let replacement = try member("replacement")
        let mark = try replacement.string()
        guard mark.unicodeScalars.count == 1 else { throw replacement.mismatch("one character") }
        return Array(mark.utf8)
    }

    // MARK: decoder

    func decoding() throws(TokenizerError) -> TextDecoding {
        guard !isNull else { throw unsupported(known: JSONPlace.decoders) }
        switch try type() {
        case "ByteLevel":
            return .byteLevel
        case "Metaspace":
            let metaspace = try metaspace()
            return .sentencePiece(
                SentencePieceDecoding(
                    replacements: [.init(pattern: metaspace.mark, content: Array(" ".utf8))],
                    markDroppedFromFirstToken: metaspace.prepend == .never ? [] : metaspace.mark))
        case "Sequence":
            return try decodingSequence()
        default:
            throw try member("type").unsupported(known: JSONPlace.decoders)
        }
    }

    private static let decoders = ["ByteLevel", "Metaspace", "Sequence of Replace, ByteFallback, Fuse, Strip"]

    /// Replacements, then byte fallback, then the text as one, then spaces cut off its beginning: each may be absent,
    /// but the order is fixed.
    private func decodingSequence() throws(TokenizerError) -> TextDecoding {
        var decoding = SentencePieceDecoding()
        var isFused = false
        let steps = try member("decoders").elements()
        if steps.count == 1, try steps[0].type() == "ByteLevel" { return .byteLevel }
        for step in steps {
            switch try step.type() {
            case "Replace" where !decoding.usesByteFallback && !isFused:
                let (pattern, content) = try step.replacement()
                decoding.replacements.append(.init(pattern: pattern, content: content))
            case "ByteFallback" where !isFused:
                decoding.usesByteFallback = true
            case "Fuse":
                isFused = true
            case "Strip" where isFused && decoding.strippedSpaces == 0:
                decoding.strippedSpaces = try step.strippedSpaces()
            default:
                throw try step.member("type").unsupported(known: JSONPlace.decoders)
            }
        }
        return .sentencePiece(decoding)
    }

    private func strippedSpaces() throws(TokenizerError) -> Int {
        let (content, stop) = (try member("content"), try member("stop"))
        guard try content.string() == " " else { throw content.unsupported(known: ["\" \""]) }
        guard try stop.integer(in: 0..<Int.max) == 0 else { throw stop.unsupported(known: ["0"]) }
        return try member("start").integer(in: 0..<1024)
    }

    // MARK: post_processor

    /// `idBound` is one more than the largest id of the vocabulary with its added tokens.
    func postProcessor(idBound: Int) throws(TokenizerError) -> PostProcessor {
        guard !isNull else { return PostProcessor() }
        switch try type() {
        case "ByteLevel":
            return PostProcessor()
        case "TemplateProcessing":
            return try templateProcessing(idBound)
        case "Sequence":
            var result = PostProcessor()
            for element in try member("processors").elements() {
                let step = try element.postProcessor(idBound: idBound)
                result = PostProcessor(before: step.before + result.before, after: result.after + step.after)
            }
            return result
        default:
            throw try member("type").unsupported(known: ["ByteLevel", "TemplateProcessing", "Sequence"])
        }
    }

    private func templateProcessing(_ idBound: Int) throws(TokenizerError) -> PostProcessor {
        var result = PostProcessor()
        var hasText = false
        for piece in try member("single").elements() {
            if try piece.member("Sequence").ifPresent != nil {
                guard !hasText else { throw piece.mismatch("one place for the text") }
                hasText = true
            } else {
                let ids = try templateIDs(of: try piece.member("SpecialToken").member("id").string(), idBound)
                if hasText { result.after += ids } else { result.before += ids }
            }
        }
        guard hasText else { throw try member("single").mismatch("a place for the text") }
        return result
    }

    private func templateIDs(of token: String, _ idBound: Int) throws(TokenizerError) -> [Int32] {
        var ids: [Int32] = []
        for id in try member("special_tokens").member(token).member("ids").elements() {
            ids.append(Int32(try id.integer(in: 0..<idBound)))
        }
        return ids
    }

    // MARK: sequences

    private func sequence<Step>(
        _ key: String, _ read: (JSONPlace) throws(TokenizerError) -> [Step]
    ) throws(TokenizerError) -> [Step] {
        var steps: [Step] = []
        for element in try member(key).elements() { steps += try read(element) }
        return steps
    }
}
