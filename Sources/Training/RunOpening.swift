public import Foundation
public import RunFolders
import StrictJSON
import Torch

/// The version of this program, as checkpoints record it.
public let programVersion = "0.3.0"

/// Opens a run folder: a new one, or one that was left off, with its inputs fingerprinted.
public struct RunOpening {
    private let folder: URL
    private let config: String
    private let inputs: [URL]
    private let threads: Int

    /// - Parameters:
    ///   - config: the resolved configuration, as YAML.
    ///   - inputs: files and folders that the run reads.
    public init(_ folder: URL, config: String, inputs: [URL], threads: Int) {
        (self.folder, self.config, self.inputs, self.threads) = (folder, config, inputs, threads)
    }

    /// The run, and whether it was there already.
    public func open() throws -> (run: RunDirectory, isResumed: Bool) {
        let fingerprints = try Fingerprint.inputs(inputs)
        guard FileManager.default.fileExists(atPath: folder.appending(path: "config.yaml").path) else {
            let run = try RunDirectory.create(at: folder, config: config, inputs: fingerprints, environment: environment)
            return (run, false)
        }
        return (try RunDirectory.resume(at: folder, config: config, inputs: fingerprints, environment: environment), true)
    }

    /// A run that must be new.
    public func create() throws -> RunDirectory {
        try RunDirectory.create(at: folder, config: config, inputs: Fingerprint.inputs(inputs), environment: environment)
    }

    private var environment: JSONValue {
        RunEnvironment.describe(
            codeVersion: programVersion,
            [
                "libtorch": .string(Engine.version), "threads": .integer(Int64(threads)),
                "cuda_devices": .integer(Int64(Device.cudaCount)),
            ])
    }
}
