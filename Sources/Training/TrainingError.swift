public import ConfigFiles

/// What can go wrong in a training run, beside the errors of files, data and tensors.
public enum TrainingError: Error, Equatable {
    /// Asked to stop; everything up to `step` is saved and `--resume` goes on.
    case interrupted(step: Int, folder: String)
    case incompleteCheckpoint(folder: String, missing: String)
    /// Too many steps in a row had numbers that are not finite.
    case tooManyRefusedSteps(count: Int, site: String)
    case emptyData(what: String)
    case testOnlyData(path: String)
    case nothingToResume(folder: String)
    case missingRole(String, algorithm: String)
}

extension TrainingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .interrupted(let step, let folder):
            "stopped after step \(step); continue with --resume --output \(folder)"
        case .incompleteCheckpoint(let folder, let missing): "the checkpoint \(folder) lacks \(missing)"
        case .tooManyRefusedSteps(let count, let site):
            "\(count) steps in a row were refused because \(site) was not finite; lower the learning rate or check the models"
        case .emptyData(let what): "there is nothing to train on: \(what)"
        case .testOnlyData(let path):
            "\(path) is marked `usage: test-only` in its card and cannot be trained on; choose another data set"
        case .missingRole(let role, let algorithm): "\(algorithm) needs a \(role), and none was given"
        case .nothingToResume(let folder): "\(folder) holds no whole checkpoint to resume from"
        }
    }
}

extension TrainingError: ExitCoded {
    public var exitStatus: ExitStatus {
        switch self {
        case .interrupted: .interrupted
        case .incompleteCheckpoint, .emptyData, .testOnlyData: .badData
        case .tooManyRefusedSteps: .internalFault
        case .nothingToResume: .missingInput
        case .missingRole: .usage
        }
    }
}
