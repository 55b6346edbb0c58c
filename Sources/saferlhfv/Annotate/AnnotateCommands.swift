import Annotation
import AnnotationServer
import ArgumentParser
import Foundation
import Logging
import SafetyPolicies

struct AnnotateCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "annotate", abstract: "Let people label pairs, measure how far they agree, and make labels of their answers.",
        subcommands: [
            AnnotateInitCommand.self, AnnotateImportCommand.self, AnnotateServeCommand.self, AnnotateExportCommand.self,
            AnnotateBackupCommand.self, AnnotateCheckCommand.self, AnnotateAgreementCommand.self, AnnotateAggregateCommand.self,
        ])
}

/// Options of every command that opens a store.
struct StoreOptions: ParsableArguments {
    @Option(help: "The folder of the annotation store.")
    var store: String

    @Option(help: "The safety policy file; the packaged one without it.")
    var policy: String?

    func open(creating: Bool = false, readers: Int = 0) throws -> AnnotationStore {
        var options = AnnotationStore.Options()
        options.readers = readers
        return try AnnotationStore(
            URL(filePath: store), creating: creating, policies: try PolicyHolder(file: policy.map { URL(filePath: $0) }), options: options)
    }

    /// Opens the store for the time of `body`.
    func using(creating: Bool = false, _ body: (AnnotationStore) async throws -> Void) async throws {
        let opened = try open(creating: creating)
        do { try await body(opened) } catch {
            try? opened.close()
            throw error
        }
        try opened.close()
    }
}

extension AnnotationStore {
    /// The project of this name, or a usage error that says so.
    func require(_ name: String) async throws -> Project {
        guard let project = try await project(named: name) else {
            throw ValidationError("there is no project \"\(name)\"; import with --create makes one")
        }
        return project
    }
}

struct AnnotateInitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make a store and its first admin; the password is read from standard input.",
        discussion: "Example: echo \"$PASSWORD\" | safe-rlhf-v annotate init --store labels --admin ann")

    @OptionGroup var store: StoreOptions

    @Option(help: "The admin's name.")
    var admin: String

    func run() async throws {
        guard let password = readLine() else { throw ValidationError("no password was given on standard input") }
        try await store.using(creating: true) { opened in
            let user = try await opened.addUser(name: admin, password: password, role: .admin)
            print("store: \(opened.folder.path)\nadmin: \(user.name) (exports say \(user.alias))")
        }
    }
}

struct AnnotateServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the pages for annotators, reviewers and admins.",
        discussion: "Example: safe-rlhf-v annotate serve --store labels --port 8090")

    @OptionGroup var store: StoreOptions

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 8090

    @Flag(help: "Send cookies over HTTPS only: for a server behind a proxy that ends TLS.")
    var secureCookies = false

    @Option(help: "Connections that read beside the one that writes; refused where SQLite's log is not safe for that.")
    var readers = 0

    @OptionGroup var log: LogOptions

    func run() async throws {
        guard readers >= 0, readers <= 16 else { throw ValidationError("--readers must be 0 … 16, found \(readers)") }
        let logger = try log.logger("annotate")
        let opened = try store.open(readers: readers)
        var config = AnnotationServerConfig()
        (config.host, config.port, config.usesSecureCookies) = (host, port, secureCookies)
        if !secureCookies, !["127.0.0.1", "::1", "localhost"].contains(host) {
            logger.warning("passwords and cookies go over this address unprotected: put a proxy with TLS before it, and use --secure-cookies")
        }
        try await AnnotationServer(config, store: opened, logger: logger).run { port in
            logger.notice(
                "listening", metadata: ["address": "\(host):\(port)", "store": "\(store.store)", "policy": "\(opened.policies.current.label)"])
        }
        try opened.close()
    }
}

struct AnnotateBackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a store that no server has open; the administration page copies one that is in use.",
        discussion: "Example: safe-rlhf-v annotate backup --store labels --output labels-backup")

    @OptionGroup var store: StoreOptions

    @Option(help: "The folder to write; it is a store itself.")
    var output: String

    func run() async throws {
        try await store.using { try await $0.backUp(to: URL(filePath: output)) }
        print("backup: \(output)")
    }
}

struct AnnotateCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check every page, every label and the chain of events of a store.",
        discussion: "Example: safe-rlhf-v annotate check --store labels")

    @OptionGroup var store: StoreOptions

    func run() async throws {
        try await store.using { _ in }
        print("sound: every page, every label, and the chain of events")
    }
}
