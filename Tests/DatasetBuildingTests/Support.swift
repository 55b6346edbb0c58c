import Conversations
import DurableFiles
import EmbeddedWorld
import Foundation
import PreferenceData
import StrictJSON
import Synchronization

@testable import DatasetBuilding

/// A folder that is removed with its owner, with some of the world's pictures in it.
final class BuildFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "dataset-building-\(UUID().uuidString)")
    var pictures: URL { url.appending(path: "pictures") }
    var output: URL { url.appending(path: "built") }

    init(_ objects: [String] = ["knife", "bread", "cat"]) throws {
        try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        let composer = try PictureComposer()
        for object in WorldObject.all where objects.contains(object.name) {
            let image = try composer.file(of: object, number: 2)
            try DurableFiles.write(image.bytes, to: pictures.appending(path: image.path ?? object.name))
        }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func text(_ name: String) throws -> String { try String(contentsOf: output.appending(path: name), encoding: .utf8) }

    func lines(_ name: String) throws -> [JSONValue] {
        try text(name).split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    func build(
        _ speakers: BuildSpeakers = .world, _ change: (inout BuildConfig) -> Void = { _ in },
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) async throws -> BuildReport {
        var config = BuildConfig()
        (config.categories, config.reviewShare) = ("violence_and_physical_harm,dangerous_behavior,animal_abuse", 0)
        change(&config)
        return try await DatasetBuild(config, pictures: pictures, output: output, speakers, shouldStop: shouldStop).run()
    }

    func rows() throws -> [BeaverTailsVRow] {
        let data = try BeaverTailsVDataset.load(output.appending(path: "data"))
        return try data.indices.map { try data.row(at: $0) }
    }
}

extension BuildSpeakers {
    static let world = BuildSpeakers(
        captioner: WorldSpeaker(name: "world"), questioner: WorldSpeaker(name: "world"),
        generators: ["a", "b", "c"].map { WorldSpeaker(name: $0) }, judge: WorldSpeaker(name: "oracle"))

    func judged(by judge: any Speaker) -> BuildSpeakers {
        BuildSpeakers(captioner: captioner, questioner: questioner, generators: generators, judge: judge)
    }
}

/// The world's speaker, counted, and changed where a test wants it.
final class WatchedSpeaker: Speaker {
    let name: String
    private let count = Mutex(0)
    private let change: @Sendable (Int, SpokenAnswer) throws -> SpokenAnswer

    init(_ name: String, _ change: @escaping @Sendable (Int, SpokenAnswer) throws -> SpokenAnswer = { $1 }) {
        (self.name, self.change) = (name, change)
    }

    var calls: Int { count.withLock { $0 } }

    func answer(_ request: SpokenRequest) async throws -> SpokenAnswer {
        let number = count.withLock { count in
            count += 1
            return count
        }
        return try change(number, WorldSpeaker(name: name).answer(request))
    }
}

func answer(_ text: String) -> SpokenAnswer { SpokenAnswer(text: text, promptTokens: 3, completionTokens: 2) }
