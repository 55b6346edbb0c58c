import GRDB

/// The tables, as migrations that are never edited once released: each runs in a transaction, so a store is either at the
/// old version or at the new one.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in try db.execute(sql: first) }
        return migrator
    }

    /// Times are milliseconds since 1970, flags 0 and 1, labels the JSON of `PairLabel`.
    private static let first = """
        CREATE TABLE user (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, alias TEXT NOT NULL UNIQUE, password TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('annotator', 'reviewer', 'admin')),
            is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
        ) STRICT;
        CREATE TABLE session (
            token TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES user (id), expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE project (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE COLLATE NOCASE, settings TEXT NOT NULL
        ) STRICT;
        CREATE TABLE invitation (
            token TEXT PRIMARY KEY, role TEXT NOT NULL CHECK (role IN ('annotator', 'reviewer', 'admin')),
            project INTEGER REFERENCES project (id), expires INTEGER NOT NULL, used_by INTEGER REFERENCES user (id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE member (
            project INTEGER NOT NULL REFERENCES project (id), user INTEGER NOT NULL REFERENCES user (id),
            is_cleared INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (project, user)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE item (
            id INTEGER PRIMARY KEY, project INTEGER NOT NULL REFERENCES project (id), key TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('work', 'gold', 'calibration')), content TEXT NOT NULL, picture TEXT NOT NULL,
            truth TEXT, prelabel TEXT, cost_score REAL, shuffle INTEGER NOT NULL, import INTEGER NOT NULL,
            overlap INTEGER NOT NULL, claims INTEGER NOT NULL DEFAULT 0, answers INTEGER NOT NULL DEFAULT 0, decision TEXT,
            decisions INTEGER NOT NULL DEFAULT 0,
            is_free INTEGER GENERATED ALWAYS AS (claims < overlap) STORED, UNIQUE (project, key),
            CHECK (claims BETWEEN 0 AND overlap), CHECK (answers BETWEEN 0 AND claims)
        ) STRICT;
        CREATE INDEX item_queue ON item (project, kind, is_free, shuffle);
        CREATE INDEX item_near_zero ON item (project, kind, is_free, abs(cost_score)) WHERE cost_score IS NOT NULL;
        CREATE TABLE assignment (
            id INTEGER PRIMARY KEY, item INTEGER NOT NULL REFERENCES item (id), user INTEGER NOT NULL REFERENCES user (id),
            is_swapped INTEGER NOT NULL CHECK (is_swapped IN (0, 1)), arm TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'skipped', 'released')), opened_at INTEGER NOT NULL,
            answered_at INTEGER, version INTEGER NOT NULL DEFAULT 0, UNIQUE (item, user)
        ) STRICT;
        CREATE INDEX assignment_user ON assignment (user, state, answered_at);
        CREATE INDEX assignment_open ON assignment (opened_at) WHERE state = 'open';
        CREATE TABLE label (
            assignment INTEGER NOT NULL REFERENCES assignment (id), version INTEGER NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (assignment, version)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE receipt (
            user INTEGER NOT NULL REFERENCES user (id), client_id TEXT NOT NULL, request TEXT NOT NULL, outcome TEXT NOT NULL,
            PRIMARY KEY (user, client_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE exposure (
            user INTEGER NOT NULL REFERENCES user (id), day TEXT NOT NULL, assignment INTEGER NOT NULL REFERENCES assignment (id),
            at INTEGER NOT NULL, PRIMARY KEY (user, day, assignment)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL, project INTEGER,
            body TEXT NOT NULL, hash TEXT NOT NULL
        ) STRICT;

        CREATE TRIGGER label_is_kept BEFORE UPDATE ON label BEGIN SELECT RAISE (ABORT, 'labels are never changed'); END;
        CREATE TRIGGER label_stays BEFORE DELETE ON label BEGIN SELECT RAISE (ABORT, 'labels are never removed'); END;
        CREATE TRIGGER event_is_kept BEFORE UPDATE ON event BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;
        CREATE TRIGGER event_stays BEFORE DELETE ON event BEGIN SELECT RAISE (ABORT, 'events are never removed'); END;
        """
}
