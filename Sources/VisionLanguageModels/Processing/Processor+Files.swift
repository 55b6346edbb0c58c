import DurableFiles
public import Foundation
import StrictJSON
import Tokenizers

extension Processor {
    private static let imageFile = "preprocessor_config.json"
    private static let processorFile = "processor_config.json"

    /// Reads tokenizer, template and picture settings of a model folder.
    public init(readingFrom folder: URL) throws {
        let config = try ModelFamily.config(readingFrom: folder)
        let tokenizer = try Tokenizer(directory: folder)
        guard config.placeholderID != nil else {
            self.init(tokenizer, nil, config)
            return
        }
        self.init(tokenizer, try config.makePictureProcessor(Self.imageSettings(folder)), config)
    }

    /// Writes tokenizer, template and picture settings into a folder that exists, as transformers reads them.
    public func save(to folder: URL) throws {
        try tokenizer.save(to: folder)
        guard let pictures else { return }
        try Self.write(pictures.json, to: folder.appending(path: Self.imageFile))
        let placeholder = config.placeholderID.flatMap(tokenizer.token) ?? "<image>"
        if let json = config.processorJSON(placeholder: placeholder) {
            try Self.write(json, to: folder.appending(path: Self.processorFile))
        }
    }

    /// Newer folders keep them inside the processor's file.
    private static func imageSettings(_ folder: URL) throws -> JSONValue {
        let processorFile = folder.appending(path: Self.processorFile)
        if FileManager.default.fileExists(atPath: processorFile.path) {
            let processor = try JSONValue(parsing: DurableFiles.read(processorFile, limit: 1 << 20))
            if let settings = processor["image_processor"] { return settings }
        }
        return try JSONValue(parsing: DurableFiles.read(folder.appending(path: imageFile), limit: 1 << 20))
    }

    private static func write(_ json: JSONValue, to file: URL) throws {
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: file)
    }
}
