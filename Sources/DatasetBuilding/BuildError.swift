public import ConfigFiles

/// Why a build cannot go on, or a single call has no result.
public enum BuildError: Error, Equatable, Sendable {
    case noPictures(folder: String)
    /// The folder was begun with other settings or speakers.
    case changedSettings(folder: String)
    case locked(folder: String)
    case damaged(file: String, line: Int, reason: String)
    case speakers(String)
    /// The speaker could not be reached, or answered with an error.
    case call(speaker: String, reason: String)
    /// The speaker answered, but not what it was asked for.
    case unreadable(reason: String)
    case interrupted
}

extension BuildError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noPictures(let folder): "\(folder): no file ends in .png, .jpg, .jpeg or .webp"
        case .changedSettings(let folder):
            "\(folder) was begun with other settings or speakers (see build.yaml there); go on with those, or name another folder"
        case .locked(let folder): "\(folder): another build is writing here"
        case .damaged(let file, let line, let reason): "\(file), line \(line): \(reason); remove the line, and its work is done again"
        case .speakers(let reason): reason
        case .call(let speaker, let reason): "\(speaker): \(reason)"
        case .unreadable(let reason): reason
        case .interrupted: "stopped on request; the same command goes on"
        }
    }
}

extension BuildError: ExitCoded {
    public var exitStatus: ExitStatus {
        switch self {
        case .noPictures: .missingInput
        case .changedSettings, .locked, .speakers: .usage
        case .damaged, .unreadable: .badData
        case .call: .io
        case .interrupted: .interrupted
        }
    }
}
