/// How the program ends, in the numbers of `sysexits.h`; what that does not know comes after its last.
public enum ExitStatus: Int32, CaseIterable, Sendable {
    case ok = 0
    /// The command line or the configuration is wrong; trying again as it is cannot help.
    case usage = 64
    /// The content of a file is wrong.
    case badData = 65
    /// A file or folder is not there.
    case missingInput = 66
    /// A fault of this program.
    case internalFault = 70
    /// Reading or writing failed.
    case io = 74
    /// Stopped on request after saving; resuming goes on from there.
    case interrupted = 75
    /// Training met numbers that are not finite, too often in a row.
    case diverged = 79
}

/// An error that knows how the program should end because of it.
public protocol ExitCoded: Error {
    var exitStatus: ExitStatus { get }
}
