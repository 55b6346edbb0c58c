/// A conversation or picture that cannot be made into what the model reads.
public enum ProcessorError: Error, Equatable, CustomStringConvertible {
    /// The id that stands for a picture's patches is no token of the tokenizer.
    case unknownImageToken(Int32)
    /// A token that the family writes around pictures is no token of the tokenizer.
    case unknownToken(String)
    /// Channels, height and width that the picture settings make, and those that the tower takes.
    case pictureSize(found: [Int], expected: [Int])
    /// A setting that preprocessor_config.json and config.json both have, with different values.
    case disagreement(setting: String, pictures: String, model: String)
    /// Pictures in a conversation with a language model.
    case seesNothing(pictures: Int)

    public var description: String {
        switch self {
        case .unknownImageToken(let id):
            "config.json says that token \(id) stands for a picture, the tokenizer has no such token: "
                + "check that tokenizer.json belongs to this config.json"
        case .unknownToken(let token):
            "this family writes \(token) around pictures, the tokenizer has no such token: "
                + "check that tokenizer.json belongs to this config.json"
        case .pictureSize(let found, let expected):
            "the picture settings make \(found) (channels, height, width), the vision tower takes \(expected): "
                + "check that preprocessor_config.json belongs to this config.json"
        case .disagreement(let setting, let pictures, let model):
            "\(setting) is \(pictures) in preprocessor_config.json and \(model) in config.json: "
                + "check that the two belong together"
        case .seesNothing(let pictures):
            "\(pictures) pictures in a conversation with a language model, which sees none: use a vision-language model"
        }
    }
}
