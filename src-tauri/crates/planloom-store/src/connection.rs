//! How a connection to SQLite is opened, and with which settings.
//!
//! Nothing else in the crate opens one; what the settings promise is written beside them.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use crate::error::Result;

/// Another program (a backup tool, `sqlite3`) may hold the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const STATEMENTS_KEPT: usize = 96;

/// The one connection that writes.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // FULL: a commit has returned only when its WAL frames are flushed. `checkpoint_fullfsync` and `fullfsync` make
    // that true on macOS, where a plain fsync stops at the drive's cache; elsewhere they do nothing.
    conn.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON;
         PRAGMA foreign_keys = ON;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -8192;",
    )?;
    Ok(conn)
}

/// One of the pooled connections that read.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -1024;")?;
    Ok(conn)
}

/// A connection that only looks at a database of unknown version.
pub(crate) fn open_to_look(path: &Path) -> Result<Connection> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// A plain database file that is being made: no WAL beside it, so that it can be renamed as one file.
pub(crate) fn open_single_file(path: &Path) -> Result<Connection> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON;")?;
    Ok(conn)
}

fn open(path: &Path, mode: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    // A sort must not spill a person's texts into /tmp.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}
