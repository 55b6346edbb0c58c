import Foundation
import StrictJSON
import Testing

/// One run of the built program to its end.
struct ProgramRun {
    let status: Int32
    let output, errors: String

    /// The program lies beside the bundle that these tests are in.
    static var executable: URL {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        return (bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL).appending(path: "safe-rlhf-v")
    }

    init(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = Self.executable
        process.arguments = arguments
        let folder = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Files, so that no full pipe can hold the program up.
        let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
        try process.run()
        process.waitUntilExit()
        status = process.terminationStatus
        self.output = try String(contentsOf: output, encoding: .utf8)
        self.errors = try String(contentsOf: errors, encoding: .utf8)
    }

    func json() throws -> JSONValue { try JSONValue(parsing: Array(output.utf8)) }
}

extension JSONValue {
    /// The integers of a list.
    var integers: [Int]? { array?.compactMap { $0.integer } }
    /// The numbers of a list.
    var numbers: [Double]? { array?.compactMap { $0.number } }
}

/// A small model of the program's own making, and a picture.
struct SmallModel: Sendable {
    static let shared = Swift.Result { try SmallModel() }

    let folder: URL
    var model: String { folder.appending(path: "world/models/start").path }
    var picture: String { folder.appending(path: "picture.png").path }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "small-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let settings = [
            "seed=3", "world.lessons=2", "world.conversations=12", "world.trainingPairs=24", "world.evaluationPairs=4",
            "model.vocabularySize=320", "model.visionWidth=8", "model.visionLayers=2", "model.visionHeads=2",
            "model.patchSize=24",
            "model.textWidth=16", "model.textLayers=2", "model.textHeads=2", "model.textKeyValueHeads=1",
        ]
        let made = try ProgramRun(["data", "synth", "--output", path("world")] + settings.flatMap { ["--set", $0] })
        try #require(made.status == 0, "\(made.errors)")
        let goldens = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Goldens")
        try FileManager.default.copyItem(at: goldens.appending(path: "images/rgb-8.png"), to: folder.appending(path: "picture.png"))
    }
}
