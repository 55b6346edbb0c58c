import ConfigFiles
import Foundation
import RunFolders
import Torch
import Training

/// Runs one task in one run folder, as all training commands do.
struct TrainingSession {
    let options: RunOptions

    var device: Device {
        get throws {
            guard let device = Device(name: options.device) else {
                throw ConfigError(origin: "--device", problems: ["found \(options.device), expected cpu, cuda, cuda:N or auto"])
            }
            return device
        }
    }

    /// - Parameters:
    ///   - config: the resolved configuration, as YAML.
    ///   - inputs: what the run reads.
    func run(_ config: String, _ checkpointing: CheckpointingConfig, inputs: [URL], _ makeTask: () throws -> any TrainingTask) throws {
        Engine.threadCount = options.threads
        let opening = RunOpening(options.folder, config: config, inputs: inputs, threads: options.threads)
        let run = options.resume ? try opening.open().run : try opening.create()
        let driver = TrainingDriver(run, checkpointing)
        try driver.drive(makeTask(), resuming: options.resume) { FileHandle.standardError.write(Data(($0 + "\n").utf8)) }
        print("model: \(driver.modelFolder.path)")
    }
}
