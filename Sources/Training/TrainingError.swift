public import ConfigFiles

/// What can go wrong in a training run, beside the errors of files, data and tensors.
public enum TrainingError: Error, Equatable {
    /// Asked to stop; everything up to `step` is saved and `--resume` goes on.
    case interrupted(step: Int, folder: String)
    /// Asked to stop before there was anything to save.
    case interruptedWhileLoading
    case incompleteCheckpoint(folder: String, missing: String)
    /// Too many steps in a row had numbers that are not finite.
    case tooManyRefusedSteps(count: Int, site: String)
    case emptyData(what: String)
    case testOnlyData(path: String)
    /// Labels that the data's source does not have and that were filled in.
    case assumedLabels(path: String, columns: [String])
    /// Neither preference pairs nor question–answer rows.
    case unknownForm(path: String)
    case missingRole(String, algorithm: String)
    /// Adapters were asked for in layers that the model does not have.
    case unknownLayers([String], known: [String])
    /// A model that reads other ids than the policy writes.
    case otherReading(role: String, difference: String)
    /// A score model on the policy's own weights, which are about to be trained themselves.
    case sharedTrunk(adapters: String, policy: String)
}

extension TrainingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .interrupted(let step, let folder):
            "stopped after step \(step); continue with --resume --output \(folder)"
        case .interruptedWhileLoading: "stopped while loading, before the first step; continue with --resume"
        case .incompleteCheckpoint(let folder, let missing): "the checkpoint \(folder) lacks \(missing)"
        case .tooManyRefusedSteps(let count, let site):
            "\(count) steps in a row were refused, the last because a number was not finite in: \(site); "
                + "lower the learning rate, or check the models and data that it comes from"
        case .emptyData(let what): "there is nothing to train on: \(what)"
        case .testOnlyData(let path):
            "\(path) is marked `usage: test-only` in its card and cannot be trained on; choose another data set"
        case .assumedLabels(let path, let columns):
            "\(path) has no \(columns.joined(separator: ", ")) of its own: its card says `assumed_labels`, they were filled in by the import; "
                + "label the data, or choose another data set"
        case .unknownForm(let path):
            "\(path) has neither the columns of preference pairs nor those of question–answer rows; see docs/data.md for both"
        case .missingRole(let role, let algorithm): "\(algorithm) needs a \(role), and none was given"
        case .unknownLayers(let unknown, let known):
            "lora.targets names \(unknown.joined(separator: ", ")), which no layer of the decoder is called; "
                + "its layers are \(known.joined(separator: ", "))"
        case .otherReading(let role, let difference):
            "\(role) cannot read what the policy writes: \(difference); "
                + "all models of a policy run must come from one base, with one tokenizer"
        case .sharedTrunk(let adapters, let policy):
            "\(adapters) holds adapters, which would stand on the weights of \(policy) while those are trained; "
                + "train the policy by adapters too (--set policyTuning.method=lora), or give a whole model folder"
        }
    }
}

extension TrainingError: ExitCoded {
    public var exitStatus: ExitStatus {
        switch self {
        case .interrupted, .interruptedWhileLoading: .interrupted
        case .incompleteCheckpoint, .emptyData, .testOnlyData, .assumedLabels, .unknownForm, .otherReading: .badData
        case .tooManyRefusedSteps: .diverged
        case .missingRole, .unknownLayers, .sharedTrunk: .usage
        }
    }
}
