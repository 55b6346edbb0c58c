import DurableFiles
public import Foundation
import GRDB
public import SafetyPolicies

/// Everything annotation keeps: a folder with one SQLite file, the pictures by their hash, and a lock.
///
/// One process has it open, with one connection that holds the file exclusively: a write-ahead log with `synchronous=FULL`, so
/// whatever a method reports as done is on the device. Methods are safe to call from anywhere at once.
public final class AnnotationStore: Sendable {
    /// How a store is opened.
    public struct Options: Sendable {
        /// Connections that read beside the one that writes; refused where SQLite's log is not safe for that.
        public var readers = 0
        public var passwordCost = PasswordCost.standard
        /// The clock, in milliseconds since 1970.
        public var now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
        /// Where chance comes from: 64 random bits.
        public var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

        public init() {}
    }

    public let folder: URL
    public let policies: PolicyHolder
    let options: Options
    let pictures: PictureFolder
    let database: any DatabaseWriter
    private let commits: CommitQueue
    private let lock: StoreLock

    /// Opens the store in `folder`, making it when `creating`; checks every page, every label and the chain of events first.
    public init(
        _ folder: URL, creating: Bool = false, policies: PolicyHolder, options: Options = Options()
    ) throws {
        self.folder = folder
        self.policies = policies
        self.options = options
        let file = Self.file(in: folder)
        let exists = FileManager.default.fileExists(atPath: file.path)
        guard exists || creating else { throw StoreError.missing(path: folder.path) }
        try JournalRule.check(version: Int(sqliteVersion), connections: 1 + options.readers)
        try DurableFiles.createDirectory(at: folder)
        lock = try StoreLock(folder)
        if exists { try StoreCheck.header(of: file) }
        do {
            database = try Self.open(file, options)
            if exists { try StoreCheck.run(database, path: file.path) }
            try Schema.migrator.migrate(database)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB {
            throw StoreError.damaged(path: file.path, reason: error.message ?? "SQLite cannot read it")
        }
        pictures = PictureFolder(folder: folder.appending(path: "pictures"))
        try DurableFiles.createDirectory(at: pictures.folder)
        try DurableFiles.synchroniseFolder(at: folder)
        commits = CommitQueue(database)
    }

    static func file(in folder: URL) -> URL { folder.appending(path: "annotation.sqlite") }

    /// Closes the file and gives the folder back. Nothing may be asked afterwards.
    public func close() throws {
        try database.close()
        lock.release()
    }

    /// Checks every page, every label and the chain of events; throws `StoreError.damaged` for the first thing found.
    public func check() throws { try StoreCheck.run(database, path: Self.file(in: folder).path) }

    func write<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await commits.write(body)
    }

    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try await database.read(body)
    }

    func now() -> Int64 { options.now() }

    private static func open(_ file: URL, _ options: Options) throws -> any DatabaseWriter {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in
            if options.readers == 0 { try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
            if !db.configuration.readonly { try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL") }
            try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA recursive_triggers = ON")
        }
        guard options.readers > 0 else { return try DatabaseQueue(path: file.path, configuration: configuration) }
        configuration.maximumReaderCount = options.readers
        return try DatabasePool(path: file.path, configuration: configuration)
    }
}

/// The version of SQLite that is linked: 3040001 for 3.40.1.
var sqliteVersion: Int32 { Database.sqliteLibVersionNumber }

/// The lock file of a store's folder.
final class StoreLock: @unchecked Sendable {
    // note: only taken in the initialiser and released in close(), each by one caller
    private let lock: FileLock

    init(_ folder: URL) throws {
        guard let lock = try FileLock(at: folder.appending(path: "lock")) else { throw StoreError.inUse(path: folder.path) }
        self.lock = lock
    }

    func release() { lock.release() }
}
