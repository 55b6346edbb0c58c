import ArgumentParser
import Foundation
import Guardrails

/// The one place where the folder of a trained guard becomes a guard.
enum GuardLoading {
    static func load(_ folder: URL) throws -> any Guard {
        throw ValidationError("--guard \(folder.path): this build reads no guard models; use --guard stub")
    }
}
