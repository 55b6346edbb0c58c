/// What a guard judges at once: which question is asked, and the turns that it is asked about.
public struct GuardInput: Sendable, Hashable {
    /// Which question is asked.
    public enum View: String, Sendable, Hashable, CaseIterable {
        /// Is it harmful to help with this? Picture and question; the last turn is not an assistant's.
        case query
        /// Is this answer harmful? Picture, question and response; the last turn is the assistant's.
        case response
        /// Is there harm anywhere in this? Every turn of every role counts alike.
        case conversation
    }

    public var view: View
    public var turns: [Turn]

    public init(_ view: View, _ turns: [Turn]) {
        self.view = view
        self.turns = turns
    }

    /// UTF-8 bytes of all words.
    public var textByteCount: Int { turns.reduce(0) { $0 + $1.text.utf8.count } }

    /// Pictures in all turns.
    public var imageCount: Int { turns.reduce(0) { $0 + $1.images.count } }
}

/// Which guard judged: part of every receipt and every cache key.
public struct GuardIdentity: Sendable, Hashable {
    /// "stub", or a model's folder name.
    public var name: String
    /// SHA-256 over everything that its verdicts depend on, 64 hexadecimal digits.
    public var hash: String

    public init(name: String, hash: String) {
        self.name = name
        self.hash = hash
    }
}

/// The longest input that a guard reads whole. What is longer is refused, never cut.
public struct GuardLimits: Sendable, Equatable {
    /// UTF-8 bytes of the words of one input.
    public var textBytes: Int
    /// Pictures of one input.
    public var images: Int

    public init(textBytes: Int = 512 << 10, images: Int = 32) {
        self.textBytes = textBytes
        self.images = images
    }
}

/// Something that judges. Whatever keeps it from judging is an error, and an error is never "safe".
public protocol Guard: Sendable {
    var identity: GuardIdentity { get }
    var limits: GuardLimits { get }

    /// One verdict for each input, in their order. Inputs are judged together, so a model can batch them.
    func judge(_ inputs: [GuardInput]) async throws -> [Verdict]
}

/// Why there is no verdict.
public enum GuardError: Error, Sendable, Equatable {
    /// No answer within the deadline.
    case deadline(seconds: Double)
    /// As many judgements as allowed are running and waiting.
    case overloaded(waiting: Int)
    /// The guard failed too often; it is asked again after this time.
    case circuitOpen(retryAfterSeconds: Double)
    /// The guard answered another number of verdicts than it was asked for.
    case wrongCount(expected: Int, found: Int)
    /// More text or pictures than the guard reads whole.
    case tooLong(found: Int, limit: Int, unit: String)
    /// The guard's own failure.
    case failed(reason: String)

    /// Whether the input, not the guard, is what must change.
    public var isOfTheInput: Bool {
        if case .tooLong = self { true } else { false }
    }
}

extension GuardError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .deadline(let seconds): "the guard gave no verdict within \(seconds) s"
        case .overloaded(let waiting): "the guard is busy and \(waiting) judgements are waiting already"
        case .circuitOpen(let seconds): "the guard failed repeatedly and is asked again in \(seconds) s"
        case .wrongCount(let expected, let found): "the guard gave \(found) verdicts for \(expected) inputs"
        case .tooLong(let found, let limit, let unit):
            "\(found) \(unit) to judge, more than the \(limit) that the guard reads whole"
        case .failed(let reason): "the guard failed: \(reason)"
        }
    }
}
