public import Foundation
public import Torch
public import TorchNN

extension GuardModel {
    /// Loads a guard with its settings and calibration, or makes one of another model's folder.
    ///
    /// - Parameter headSeed: starts heads that the folder does not have; `nil` makes a folder that is no guard an error.
    public static func load(
        _ folder: URL, dtype: DType = .float32, device: Device = .cpu, adapters: LoRAConfig? = nil, headSeed: UInt64? = nil
    ) throws -> GuardModel {
        let config = try ModelFamily.config(readingFrom: folder)
        return try GuardModel(
            config, ModelFolder(folder, config), settings: settings(of: folder, mayBeMissing: headSeed != nil), dtype: dtype,
            device: device, adapters: adapters, headSeed: headSeed)
    }

    /// Loads a model folder with the adapters, the heads and the settings of another folder.
    public static func load(
        _ folder: URL, adaptersIn adapterFolder: URL, dtype: DType = .float32, device: Device = .cpu
    ) throws -> GuardModel {
        let config = try ModelFamily.config(readingFrom: folder)
        let source = try AdapterFolder(adapterFolder, on: ModelFolder(folder, config), config)
        let model = try GuardModel(
            config, source, settings: GuardSettings(readingFrom: adapterFolder), dtype: dtype, device: device,
            adapters: source.adapters, headSeed: nil)
        try source.check(model.parameters)
        return model
    }

    /// Writes `config.json`, `guard.json` and the weights into a folder that exists: a plain model, with what its adapters
    /// learned merged into the written weights.
    public func save(to folder: URL) throws {
        try writeModel(trunk, parameters, to: folder)
        try settings.write(to: folder)
    }

    /// Writes the adapters, the heads and the settings, in PEFT's layout.
    ///
    /// - Parameters:
    ///   - folder: exists already.
    ///   - baseModel: how the folder names the model that it belongs to: a path or an identifier.
    public func saveAdapters(to folder: URL, baseModel: String) throws {
        try PEFTLayout.write(trunk, parameters, to: folder, baseModel: baseModel)
        try settings.write(to: folder)
    }

    private static func settings(of folder: URL, mayBeMissing: Bool) throws -> GuardSettings {
        do { return try GuardSettings(readingFrom: folder) } catch GuardModelError.noSettings where mayBeMissing {
            return GuardSettings()
        }
    }
}
