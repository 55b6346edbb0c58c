import Agreement
import Alignment
import Annotation
import ArgumentParser
import ConfigFiles
import DataFormats
import DurableFiles
import EmbeddedWorld
import Evaluation
import Foundation
import GGUF
import Gateway
import Generation
import Guardrails
import ImageProcessing
import ModelServing
import Parquet
import PreferenceData
import RunFolders
import StrictJSON
import Tokenizers
import Torch
import TorchNN
import Training
import VisionLanguageModels

/// How the program ends because of an error: a sentence for the person, a number for the script.
struct Failure {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func leave() -> Never {
        if isOfTheCommandLine { SafeRLHFVProgram.exit(withError: error) }
        FileHandle.standardError.write(Data("safe-rlhf-v: \(sentence)\n".utf8))
        exit(status.rawValue)
    }

    /// Help requests and wrong options: the argument parser words them and knows their codes.
    private var isOfTheCommandLine: Bool {
        error is CleanExit || error is ValidationError || error is ExitCode || "\(type(of: error))" == "CommandError"
    }

    private var sentence: String {
        (error as? CocoaError).map { $0.localizedDescription } ?? "\(error)"
    }

    /// Every error type of the package has its place here, or knows its status itself (`ExitCoded`).
    var status: ExitStatus {
        switch error {
        case let coded as any ExitCoded: coded.exitStatus
        case let file as FileError: file.isMissing && [.open, .read, .list].contains(file.operation) ? .missingInput : .io
        case let run as RunFolderError:
            switch run {
            case .damaged, .unreadable: .badData
            case .notARun: .missingInput
            case .locked, .exists, .notEmpty, .changed: .usage
            }
        case let data as DatasetError:
            switch data {
            case .notFound, .missingCategories: .missingInput
            case .unreadable: .io
            case .otherForm, .unknownFormat: .badData
            }
        case let parquet as ParquetError:
            switch parquet {
            case .unreadable: .io
            case .malformed, .overLimit, .missingColumn, .wrongType: .badData
            case .unfitRow: .internalFault
            }
        case is RowError, is JSONError, is ImageError, is ImageProcessorConfigError, is WeightsError, is SafetensorsError, is GGUFError,
            is ModelConfigError, is TokenizerError, is TemplateError, is ModelInputError, is ProcessorError, is GenerationError,
            is GuardModelError:
            .badData
        case let alignment as AlignmentError:
            if case .invalidMultiplierState = alignment { .badData } else { .internalFault }
        case is WorldError: .missingInput
        case is ExportError: .usage
        case is RatingError, is AgreementError, is SeedAverageError, is ReceiptError, is GuardTestSetError,
            is LabelFieldError:
            .badData
        case let cocoa as CocoaError: [.fileReadNoSuchFile, .fileNoSuchFile].contains(cocoa.code) ? .missingInput : .io
        case let judging as GuardError: judging.isOfTheInput ? .badData : .internalFault
        case is VerdictError, is TorchError, is ServingError: .internalFault
        default: .internalFault
        }
    }
}
