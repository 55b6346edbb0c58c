import Alignment
import ConfigFiles
import DurableFiles
import Foundation
import Generation
import Parquet
import PreferenceData
import RunFolders
import Testing
import Torch
import Training

@testable import saferlhfv

@Suite("Errors and exit statuses")
struct FailureTests {
    /// Reads the package's own sources: an error type that is new must be given its place in `Failure`.
    @Test("every public error type of the package has its exit status")
    func completeness() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let sources = root.appending(path: "Sources")
        var (declared, coded): (Set<String>, Set<String>) = ([], [])
        for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            for match in text.matches(of: /public (?:struct|enum|final class) (\w+)[^{\n]*:[^{\n]*\bError\b/) { declared.insert(String(match.1)) }
            for match in text.matches(of: /(?:extension|struct|enum|class) (\w+)[^{\n]*:[^{\n]*\bExitCoded\b/) { coded.insert(String(match.1)) }
        }
        #expect(declared.count > 15, "the search finds the error types: \(declared.sorted())")
        let failure = try String(contentsOf: sources.appending(path: "saferlhfv/Failure.swift"), encoding: .utf8)
        for name in declared.subtracting(coded).sorted() {
            #expect(failure.contains(try Regex("\\b\(name)\\b")), "\(name) has no place in Failure.status")
        }
    }

    @Test("statuses by hand")
    func statuses() {
        func status(_ error: any Error) -> ConfigFiles.ExitStatus { Failure(error).status }
        #expect(status(FileError(.open, "a", code: ENOENT)) == .missingInput)
        #expect(status(FileError(.write, "a", code: ENOSPC)) == .io)
        #expect(status(DatasetError.notFound(path: "a", lookedFor: [])) == .missingInput)
        #expect(status(DatasetError.otherForm(file: "a", found: "", expected: "")) == .badData)
        #expect(status(ParquetError.malformed(file: "a", rowGroup: nil, reason: "")) == .badData)
        #expect(status(ParquetError.unreadable(file: "a", reason: "")) == .io)
        #expect(status(RunFolderError.locked(path: "a", owner: nil)) == .usage)
        #expect(status(GenerationError.notFinite(prompt: 0, token: 0)) == .badData)
        #expect(status(TrainingError.tooManyRefusedSteps(count: 5, site: "costs")) == .diverged)
        #expect(status(TrainingError.interrupted(step: 5, folder: "a")) == .interrupted)
        #expect(status(AlignmentError.invalidMultiplierState(field: "", found: "", expected: "")) == .badData)
        #expect(status(TorchError(operation: "mm", message: "")) == .internalFault)
    }
}
