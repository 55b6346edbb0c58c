public import ConfigFiles

/// Why the store did not do what it was asked. The words are for the person who asked, and hold nothing of others.
public enum AnnotationError: Error, Equatable, Sendable {
    /// There is no such thing, or it is not the asker's to know of.
    case notFound
    /// The asker's role, or the state of things, does not allow it.
    case refused(String)
    /// Name and password do not fit, or the account is closed.
    case wrongCredentials
    /// What was sent cannot be used.
    case invalid(String)
    /// The day's pictures are used up: this many.
    case exposureLimit(Int)
    /// One client id came with two different requests.
    case clientIDReused
}

/// Why a store cannot be opened or is not sound.
public enum StoreError: Error, Equatable, Sendable {
    /// Another process has it open.
    case inUse(path: String)
    case missing(path: String)
    /// The file is not what was written; it was left as it is.
    case damaged(path: String, reason: String)
    /// Made by a newer version of this program.
    case newer(path: String)
    /// The way of journaling loses data on this version of SQLite.
    case unsafeJournal(String)
}

extension AnnotationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound: "there is no such thing here"
        case .refused(let reason), .invalid(let reason): reason
        case .wrongCredentials: "the name and the password do not fit"
        case .exposureLimit(let count): "you have looked at \(count) pictures today, which is the limit; please go on tomorrow"
        case .clientIDReused: "this client id was used for another request"
        }
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .inUse(let path): "\(path): another process has this store open; stop it first, or use its pages"
        case .missing(let path): "\(path): there is no annotation store; make one with 'annotate init'"
        case .damaged(let path, let reason):
            "\(path): the store is damaged (\(reason)); it was left as it is: go on with a backup, which is a store itself"
        case .newer(let path): "\(path): the store was made by a newer version of this program"
        case .unsafeJournal(let reason): reason
        }
    }
}

extension AnnotationError: ExitCoded {
    public var exitStatus: ExitStatus { .usage }
}

extension StoreError: ExitCoded {
    public var exitStatus: ExitStatus {
        switch self {
        case .inUse, .unsafeJournal: .usage
        case .missing: .missingInput
        case .damaged, .newer: .badData
        }
    }
}
