public import PreferenceData

/// A way in which others store safety data. The raw value is its name on the command line.
public enum DataFormat: String, Sendable, CaseIterable {
    /// BeaverTails-V, both responses with all labels in a row.
    case pairwise
    /// BeaverTails-V, one response a row.
    case questionAnswer = "question-answer"
    /// PKU-SafeRLHF (arXiv 2406.15513): text alone, two responses, flags and severity levels.
    case pkuSafeRLHF = "pku-safe-rlhf"
    /// SPA-VL (arXiv 2406.12030): picture, question, chosen, rejected.
    case spaVL = "spa-vl"
    /// VLGuard (arXiv 2402.02207): pictures with one or two instructions and safe responses.
    case vlGuard = "vlguard"
    /// MM-SafetyBench (arXiv 2311.17600): thirteen scenarios of questions about pictures made for them.
    case mmSafetyBench = "mm-safetybench"
    /// VLSBench (arXiv 2411.19939): instructions that are harmful only together with their picture.
    case vlsBench = "vlsbench"
    /// MMSafe-PO (arXiv 2503.14189): LLaVA conversations with a chosen and a rejected last answer.
    case mmSafePO = "mmsafe-po"
    /// TRL's preference rows, conversational or plain, with `image` or `images`.
    case trl
    /// ShareGPT and OpenAI messages as LLaMA-Factory reads them, for preferences and for supervised training.
    case shareGPT = "sharegpt"
    /// ms-swift's JSON lines: `messages`, `rejected_response`, `images`.
    case msSwift = "ms-swift"
    /// Tasks with annotations as Label Studio exports them.
    case labelStudio = "label-studio"
    /// Records with responses as Argilla exports them.
    case argilla
}

extension DataFormat {
    /// What its rows become unless asked otherwise.
    public var form: DatasetForm {
        switch self {
        case .questionAnswer, .vlGuard: .questionAnswer
        case .mmSafetyBench, .vlsBench: .prompts
        default: .pairwise
        }
    }

    /// Benchmarks: what is trained on them can no longer be tested with them, so their card says `usage: test-only`.
    public var isTestOnly: Bool { self == .mmSafetyBench || self == .vlsBench }

    /// Whether rows are without pictures by nature.
    public var isTextOnly: Bool { self == .pkuSafeRLHF }

    /// Formats that rows of a form can be written in.
    public static func exports(of form: DatasetForm) -> [DataFormat] {
        switch form {
        case .pairwise: [.pairwise, .questionAnswer, .trl, .shareGPT, .msSwift, .labelStudio, .argilla]
        case .questionAnswer: [.questionAnswer, .trl, .shareGPT, .msSwift, .labelStudio, .argilla]
        case .prompts: []
        }
    }

    /// Whether a file holds one object whose members are the records.
    var isKeyed: Bool { self == .mmSafetyBench }
}
