import ArgumentParser
import ConfigFiles
import DatasetHubs
import Foundation

struct DataGetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Get a data set from a hub into the cache on this machine, and print where it is.",
        discussion: """
            Example: safe-rlhf-v data get hf://OWNER/NAME@main --include 'data/*/evaluation.parquet'
            The token is read from HF_TOKEN, the endpoint from HF_ENDPOINT, the cache from HF_HUB_CACHE or HF_HOME.
            """)

    @Argument(help: "hf://OWNER/NAME, hf://OWNER/NAME@REVISION, or a path on this machine, which is printed as it is.")
    var address: String

    @Option(help: "A branch, tag or commit; the same as @REVISION.")
    var revision: String?

    @Option(help: "A pattern of the paths wanted; may be given again.")
    var include: [String] = []

    @Option(help: "Another server with the same interface.")
    var endpoint: String?

    @Option(help: "Copy the files to this folder, which must not exist yet; needed where rows name picture files.")
    var to: String?

    func run() async throws {
        guard address.hasPrefix(HubAddress.scheme) else { return try printLocal() }
        var address = try HubAddress(address)
        if let revision { address = try HubAddress("\(HubAddress.scheme)\(address.repository)@\(revision)") }
        let hub = DatasetHub(try HubSettings(environment: ProcessInfo.processInfo.environment, endpoint: endpoint))
        let snapshot = try await hub.get(address, patterns: include, progress: ProgressLine().show)
        if let to { try DatasetHub.copy(snapshot.folder, to: URL(filePath: to)) }
        FileHandle.standardError.write(
            Data("\(snapshot.fileCount) files, \(snapshot.byteCount) bytes, \(snapshot.receivedCount) of them received; commit \(snapshot.commit)\n".utf8))
        print(to ?? snapshot.folder.path)
    }

    private func printLocal() throws {
        guard FileManager.default.fileExists(atPath: address) else {
            throw HubError.notAnAddress(address)
        }
        print(address)
    }
}

/// One line on standard error for each new file, and on a terminal its percentage.
private struct ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1

    @Sendable func show(_ file: String, _ done: Int, _ total: Int) {
        guard isTerminal else { return }
        let percent = total > 0 ? 100 * done / total : 100
        FileHandle.standardError.write(Data("\r\u{1B}[K\(percent) % \(file)\(done == total ? "\n" : "")".utf8))
    }
}
