//! The one connection that writes, and its transactions.
//!
//! What can be written is spread over the modules by subject, each an `impl Transaction`. Nothing is visible to a
//! reader, nor promised to anybody, before [`Transaction::commit`] has returned.

use std::{collections::HashMap, sync::Arc};

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use crate::{
    connection,
    error::{Error, Result, Subject},
    lock::FolderLock,
    store::{Shared, Snapshot},
};

/// The owner's side of a data folder. The lock on the folder lives as long as this does.
#[derive(Debug)]
pub struct Writer {
    /// `None` after a reopening that failed; the next use tries again.
    conn: Option<Connection>,
    shared: Arc<Shared>,
    max_bytes: Option<u64>,
    // Last, so that the database is closed before another process may open it.
    _lock: FolderLock,
}

impl Writer {
    pub(crate) fn new(
        conn: Connection,
        lock: FolderLock,
        shared: Arc<Shared>,
        max_bytes: Option<u64>,
    ) -> Result<Writer> {
        let mut writer = Writer { conn: Some(conn), shared, max_bytes: None, _lock: lock };
        writer.limit_bytes(max_bytes)?;
        Ok(writer)
    }

    /// Begins the next transaction. Dropping it without a commit takes everything back.
    pub fn begin(&mut self) -> Result<Transaction<'_>> {
        self.connection()?;
        let Writer { conn: Some(conn), shared, .. } = self else { return Err(Error::RolledBack) };
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Transaction { conn, shared, execution_rows: HashMap::new(), ended: false })
    }

    /// Drops the connection and opens it again, so that what is read next comes from the disk. For the time after
    /// an error that [`Error::must_reopen`].
    pub fn reopen(&mut self) -> Result<()> {
        self.shared.forget_readers();
        self.conn = None;
        self.connection().map(|_| ())
    }

    /// Moves the WAL into the database file and empties it; after a deletion of texts this is what removes them
    /// from the disk. Returns false when a reader that is still busy kept some of it.
    pub fn checkpoint(&mut self) -> Result<bool> {
        let conn = self.connection()?;
        let busy: bool = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        Ok(!busy)
    }

    /// Gives back the page cache; for the time when nothing runs.
    pub fn release_memory(&mut self) -> Result<()> {
        Ok(self.connection()?.release_memory()?)
    }

    /// Limits the size of the database file, or lifts the limit.
    pub fn limit_bytes(&mut self, max_bytes: Option<u64>) -> Result<()> {
        self.max_bytes = max_bytes;
        let conn = self.connection()?;
        apply_limit(conn, max_bytes)
    }

    fn connection(&mut self) -> Result<&mut Connection> {
        if self.conn.is_none() {
            let conn =
                connection::open_writer(&self.shared.database).map_err(|error| error.at(&self.shared.database))?;
            apply_limit(&conn, self.max_bytes)?;
            self.conn = Some(conn);
        }
        self.conn.as_mut().ok_or(Error::RolledBack)
    }
}

fn apply_limit(conn: &Connection, max_bytes: Option<u64>) -> Result<()> {
    const NO_LIMIT: i64 = 0xffff_fffe;
    let page_bytes: u64 = conn.pragma_query_value(None, "page_size", |row| row.get::<_, i64>(0))?.unsigned_abs();
    let pages = max_bytes.map_or(NO_LIMIT, |bytes| i64::try_from(bytes / page_bytes.max(1)).unwrap_or(NO_LIMIT).max(1));
    Ok(conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
}

impl Drop for Writer {
    /// A WAL that is folded in makes the next start quick. Whoever still reads must not delay the end.
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        let folded = conn
            .busy_timeout(std::time::Duration::ZERO)
            .and_then(|()| conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        if let Err(error) = folded {
            tracing::debug!(%error, "the WAL stays beside the database");
        }
    }
}

/// Writes that become durable together or not at all.
#[derive(Debug)]
pub struct Transaction<'w> {
    pub(crate) conn: &'w Connection,
    shared: &'w Shared,
    /// `executions.row_id` of the executions met in this transaction.
    execution_rows: HashMap<String, i64>,
    ended: bool,
}

impl<'w> Transaction<'w> {
    /// Makes everything durable: when this returns, it is on disk. When it fails, nothing of it was kept and the
    /// writer can be used again (see [`Error::must_reopen`]).
    pub fn commit(mut self) -> Result<()> {
        self.sql("COMMIT")?.execute([])?;
        self.ended = true;
        Ok(())
    }

    /// Runs `write`; when it fails, its writes alone are taken back and the transaction goes on.
    /// A full disk can make SQLite take back the whole transaction: then every later call is [`Error::RolledBack`].
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        write: impl FnOnce(&mut Transaction<'w>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.run("SAVEPOINT one")?;
        let written = write(self);
        if self.conn.is_autocommit() {
            return written.and(Err(Error::RolledBack.into()));
        }
        if written.is_err() {
            self.execution_rows.clear();
            self.run("ROLLBACK TO one")?;
        }
        self.run("RELEASE one")?;
        written
    }

    /// What the database holds, the writes of this transaction included.
    pub fn snapshot(&self) -> Snapshot<'w> {
        Snapshot { conn: self.conn, database: self.database(), search: None }
    }

    fn database(&self) -> &'w std::path::Path {
        &self.shared.database
    }

    fn run(&self, sql: &str) -> Result<()> {
        self.sql(sql)?.execute([])?;
        Ok(())
    }

    /// A prepared statement; refused once SQLite has rolled the transaction back, because a write would then be
    /// a transaction of its own.
    pub(crate) fn sql(&self, sql: &str) -> Result<CachedStatement<'w>> {
        if self.conn.is_autocommit() {
            return Err(Error::RolledBack);
        }
        Ok(self.conn.prepare_cached(sql)?)
    }

    /// The narrow number of an execution.
    pub(crate) fn execution_row(&mut self, execution: &str) -> Result<i64> {
        if let Some(row) = self.execution_rows.get(execution) {
            return Ok(*row);
        }
        let row = self
            .sql("SELECT row_id FROM executions WHERE id = ?1")?
            .query_row([execution], |row| row.get(0))
            .optional()?
            .ok_or_else(|| Error::not_found(Subject::Execution, execution))?;
        self.remember_execution(execution, row);
        Ok(row)
    }

    pub(crate) fn remember_execution(&mut self, execution: &str, row: i64) {
        self.execution_rows.insert(execution.to_owned(), row);
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.ended || self.conn.is_autocommit() {
            return;
        }
        if let Err(error) = self.conn.execute_batch("ROLLBACK") {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}
