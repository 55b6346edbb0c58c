import DurableFiles
import Foundation

/// Scalars for TensorBoard. Every start of a run writes a file of its own, whose name orders it by the step it goes on
/// from; it tells TensorBoard to forget what earlier files say of later steps.
final class EventFile {
    private static let prefix = "events.out.tfevents."
    private let file: AppendableFile

    init(in folder: URL, continuingAfter step: Int, at time: Date) throws {
        try DurableFiles.createDirectory(at: folder)
        let name = EventFile.name(step)
        // What a start from this step or a later one has written belongs to a course that the run has left.
        for old in try DurableFiles.names(in: folder) where old.hasPrefix(EventFile.prefix) && old >= name {
            try FileManager.default.removeItem(at: folder.appending(path: old))
        }
        file = try AppendableFile(appendingTo: folder.appending(path: name))
        try append(TensorBoardEvent.fileVersion(at: time))
        try append(TensorBoardEvent.sessionStart(step: step + 1, at: time))
    }

    func record(step: Int, _ metrics: [(name: String, value: Double)], at time: Date) throws {
        try append(TensorBoardEvent.scalars(metrics, step: step, at: time))
    }

    func synchronise() throws { try file.synchronise() }

    private func append(_ event: [UInt8]) throws { try file.append(TensorBoardEvent.framed(event)) }

    private static func name(_ step: Int) -> String {
        let digits = String(step)
        return prefix + String(repeating: "0", count: max(0, 10 - digits.count)) + digits + ".safe-rlhf-v"
    }
}
