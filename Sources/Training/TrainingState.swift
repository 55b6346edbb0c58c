import DurableFiles
import Foundation
import StrictJSON

/// The small state of a run, beside its tensors: where it is in its data and what it counted.
struct TrainingState: Equatable {
    /// Steps taken, the refused ones among them.
    var step = 0
    var refusedCount = 0

    private static let fileName = "state.json"

    init() {}

    func write(to folder: URL) throws {
        let json = JSONValue.object(JSONObject([
            ("step", .integer(Int64(step))), ("refused_steps", .integer(Int64(refusedCount))),
        ]))
        try DurableFiles.write(json.serialized(pretty: true) + "\n", to: folder.appending(path: Self.fileName))
    }

    init(readingFrom folder: URL) throws {
        let json = try JSONValue(parsing: DurableFiles.read(folder.appending(path: Self.fileName), limit: 1 << 20))
        guard let step = json["step"]?.integer, let refused = json["refused_steps"]?.integer else {
            throw TrainingError.incompleteCheckpoint(folder: folder.path, missing: "state.json: step, refused_steps")
        }
        (self.step, refusedCount) = (step, refused)
    }
}
