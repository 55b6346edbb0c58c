import DurableFiles
public import Foundation
public import StrictJSON
public import TorchNN

/// What one `config.json` says: the sizes of a model of some family, and how that family's parts are made of them.
///
/// A family is a type that conforms to this, in a folder of its own, and one line in `ModelFamily`.
public protocol ModelConfig: Equatable, Sendable {
    /// Reads `config.json`. Absent keys mean what they mean to transformers, since its files leave defaults out. All that
    /// is wrong, settings that are not supported among it, is reported at once.
    init(json: JSONValue, file: String) throws(ModelConfigError)
    /// What transformers reads back.
    var json: JSONValue { get }

    var text: DecoderConfig { get set }
    /// The id that stands once for every feature of a picture; `nil` in a model that sees nothing.
    var placeholderID: Int32? { get }

    /// Where a published checkpoint has its decoder and its language head.
    static var places: WeightPlaces { get }
    /// The name that published checkpoints of the family have for a tensor, whatever it is called in this file.
    static func publishedName(_ stored: String) -> String
    /// The name that peft looks for when it puts an adapter beside a published tensor: the same, unless transformers'
    /// module tree has another one that peft does not work out by itself.
    static func moduleName(_ published: String) -> String

    /// Tower and projector; `nil` in a model that sees nothing.
    func makeVision(_ weights: Weights) throws -> (any VisionEncoder)?
    /// How pictures become numbers by these `preprocessor_config.json` settings; `nil` in a model that sees nothing.
    func makePictureProcessor(_ settings: JSONValue) throws -> (any PictureProcessor)?
    /// `processor_config.json`, as transformers reads it, for a processor with that placeholder; `nil` for no such file.
    func processorJSON(placeholder: String) -> JSONValue?
}

/// Names in a checkpoint under which the parts common to all families lie.
public struct WeightPlaces: Sendable {
    public var decoder, languageHead: String

    public init(decoder: String, languageHead: String) { (self.decoder, self.languageHead) = (decoder, languageHead) }
}

extension ModelConfig {
    public static func moduleName(_ published: String) -> String { published }

    /// Reads `config.json` of a folder that is known to be of this family.
    public init(readingFrom folder: URL) throws {
        let url = folder.appending(path: ModelFamily.configFile)
        try self.init(json: JSONValue(parsing: DurableFiles.read(url, limit: 4 << 20)), file: url.path)
    }
}
