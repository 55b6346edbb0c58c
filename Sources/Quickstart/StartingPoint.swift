import DurableFiles
public import Foundation

/// The story's first stage: the world's data sets and the untrained model.
public struct StartingPoint {
    private let config: QuickstartConfig

    public init(_ config: QuickstartConfig) { self.config = config }

    /// Writes `data/pairs`, `data/lessons`, `data/conversations` and `models/start` into `folder`.
    public func write(to folder: URL) throws {
        let folders = StoryFolders(root: folder)
        try WorldFiles(config.world, seed: config.seed).write(
            pairs: folders.pairs, lessons: folders.lessons, conversations: folders.conversations)
        try DurableFiles.createDirectory(at: folders.start.deletingLastPathComponent())
        try DurableFiles.publishDirectory(at: folders.start) { try TinyModel.write(config.model, seed: config.seed, to: $0) }
    }
}
