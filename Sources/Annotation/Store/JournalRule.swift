/// Which ways of journaling are safe on which versions of SQLite.
///
/// Versions 3.7.0 to 3.51.2 have a race in write-ahead logging: a checkpoint by one connection while another writes can lose
/// committed transactions. One connection that holds the file exclusively cannot race with itself, and is what the store uses.
public enum JournalRule {
    static let affected = 3_007_000...3_051_002

    /// Throws `StoreError.unsafeJournal` where several connections would share a write-ahead log on an affected version.
    ///
    /// - Parameters:
    ///   - version: as `sqlite3_libversion_number` gives it: 3040001 for 3.40.1.
    ///   - connections: all that have the file open at once.
    public static func check(version: Int, connections: Int) throws(StoreError) {
        guard version >= 3_037_000 else {
            throw .unsafeJournal("SQLite \(name(version)) has no strict tables; 3.37.0 or newer is needed")
        }
        guard connections > 1, affected.contains(version) else { return }
        throw .unsafeJournal(
            "SQLite \(name(version)) can lose committed data when \(connections) connections share a write-ahead log (versions "
                + "3.7.0 to 3.51.2): use one connection (--readers 0), or SQLite 3.51.3 or newer")
    }

    static func name(_ version: Int) -> String { "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)" }
}
