import ArgumentParser
import ConfigFiles
import DurableFiles
import Evaluation
import Foundation
import PreferenceData
import RunFolders
import Tokenizers
import Torch
import TorchNN
import VisionLanguageModels

/// How the program ends because of an error: a sentence for the person, a number for the script.
struct Failure {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func leave() -> Never {
        if isOfTheCommandLine { SafeRLHFVProgram.exit(withError: error) }
        FileHandle.standardError.write(Data("safe-rlhf-v: \(error)\n".utf8))
        exit(status.rawValue)
    }

    /// Help requests and wrong options: the argument parser words them and knows their codes.
    private var isOfTheCommandLine: Bool {
        error is CleanExit || error is ValidationError || error is ExitCode || "\(type(of: error))" == "CommandError"
    }

    private var status: ExitStatus {
        switch error {
        case let coded as any ExitCoded: coded.exitStatus
        case let file as FileError: file.isMissing ? .missingInput : .io
        case let run as RunFolderError:
            switch run {
            case .damaged, .unreadable: .badData
            case .notARun: .missingInput
            default: .usage
            }
        case is RowError, is WeightsError, is SafetensorsError, is ModelConfigError, is TokenizerError, is TemplateError,
            is ModelInputError:
            .badData
        case is SeedAverageError: .badData
        case is CocoaError: .io
        default: .internalFault
        }
    }
}
