//! Opening a data folder, and reading from it on any thread.
//!
//! Reads go through a pool of read-only connections; the one that writes is in `writer`. What can be read is spread
//! over the modules by subject, each an `impl Snapshot`.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::{CachedStatement, Connection};

use crate::{
    backup, connection,
    error::{Error, Result, Subject},
    folder::{self, DataDir, with_suffix},
    header::{self, Found},
    lock::FolderLock,
    migrate,
    search::SearchIndex,
    writer::Writer,
};

/// Readers that stay open while nobody reads: each costs up to a megabyte of page cache.
const IDLE_READERS: usize = 4;

/// How to open a data folder for writing.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// What the owner calls itself, for those who find the folder taken: `planloom serve`.
    pub what: String,
    /// The largest size of the database file; beyond it writes fail with [`Error::Full`].
    pub max_bytes: Option<u64>,
}

impl OpenOptions {
    pub fn new(what: impl Into<String>) -> OpenOptions {
        OpenOptions { what: what.into(), max_bytes: None }
    }
}

/// The reading side of a database; clones share one pool.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) database: PathBuf,
    idle: Mutex<Vec<Reader>>,
    /// Raised when the writer reopens: connections of an older generation are closed instead of being used again.
    generation: AtomicU64,
    search: Mutex<SearchIndex>,
}

#[derive(Debug)]
struct Reader {
    conn: Connection,
    generation: u64,
}

/// One consistent moment of the database.
#[derive(Debug)]
pub struct Snapshot<'c> {
    pub(crate) conn: &'c Connection,
    pub(crate) database: &'c std::path::Path,
    /// Absent inside a transaction: what is not committed must not enter the shared index.
    pub(crate) search: Option<&'c Mutex<SearchIndex>>,
}

/// One page of a list, and how many there are in all.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: u64,
}

/// What `/health` and `planloom doctor` say about the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseInfo {
    pub path: PathBuf,
    /// Size of the file and of its WAL.
    pub bytes: u64,
    pub schema_version: u32,
    pub journal_mode: String,
}

impl Store {
    /// Takes the folder and its lock, makes or migrates the database, and returns its readers and its one writer.
    pub fn open(dir: &DataDir, options: &OpenOptions) -> Result<(Store, Writer)> {
        dir.create()?;
        let lock = FolderLock::take(dir, &options.what)?;
        let path = dir.database();
        match header::inspect(&path, migrate::VERSION)? {
            Found::Nothing => migrate::create_database(&path)?,
            Found::Database { .. } => protect_existing(dir)?,
        }
        let mut conn = connection::open_writer(&path).map_err(|error| error.at(&path))?;
        fold_leftover_wal_in(&conn, dir)?;
        migrate::bring_up_to_date(&mut conn, dir).map_err(|error| error.at(&path))?;
        let store = Store { shared: Arc::new(Shared::new(path)) };
        let writer = Writer::new(conn, lock, Arc::clone(&store.shared), options.max_bytes)?;
        Ok((store, writer))
    }

    /// Reads a folder that another process may own. Starts nothing, migrates nothing, changes no data.
    pub fn open_read_only(dir: &DataDir) -> Result<Store> {
        let path = dir.database();
        match header::inspect_shared(&path, migrate::VERSION)? {
            Found::Nothing => Err(Error::not_found(Subject::Database, path.display().to_string())),
            Found::Database { version } if version < migrate::VERSION => {
                Err(Error::OlderVersion { path, found: version, supported: migrate::VERSION })
            }
            Found::Database { .. } => Ok(Store { shared: Arc::new(Shared::new(path)) }),
        }
    }

    /// Runs `read` on one consistent moment of the database. Callable from any thread; do not nest it needlessly, a
    /// read inside a read takes a second connection.
    pub fn read<T>(&self, read: impl FnOnce(&Snapshot<'_>) -> Result<T>) -> Result<T> {
        let reader = self.shared.take_reader()?;
        reader.conn.prepare_cached("BEGIN")?.execute([])?;
        let snapshot =
            Snapshot { conn: &reader.conn, database: &self.shared.database, search: Some(&self.shared.search) };
        let answer = read(&snapshot);
        let ended = reader.conn.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
        if ended.is_ok() {
            self.shared.give_back(reader);
        }
        answer.map_err(|error| error.at(&self.shared.database))
    }

    /// Writes a checked copy of the database to `to` while it is in use. Never replaces an existing file.
    pub fn backup(&self, to: &std::path::Path) -> Result<()> {
        let reader = self.shared.take_reader()?;
        let made = backup::copy_verified(&reader.conn, to);
        self.shared.give_back(reader);
        made
    }
}

impl Shared {
    fn new(database: PathBuf) -> Shared {
        Shared {
            database,
            idle: Mutex::new(Vec::new()),
            generation: AtomicU64::new(0),
            search: Mutex::new(SearchIndex::default()),
        }
    }

    fn take_reader(&self) -> Result<Reader> {
        let generation = self.generation.load(Ordering::Acquire);
        let waiting = unpoisoned(&self.idle).pop();
        match waiting {
            Some(reader) if reader.generation == generation => Ok(reader),
            Some(_) | None => {
                let conn = connection::open_reader(&self.database).map_err(|error| error.at(&self.database))?;
                Ok(Reader { conn, generation })
            }
        }
    }

    fn give_back(&self, reader: Reader) {
        let mut idle = unpoisoned(&self.idle);
        if idle.len() < IDLE_READERS && reader.generation == self.generation.load(Ordering::Acquire) {
            idle.push(reader);
        }
    }

    /// Closes the waiting readers, and those in use as soon as they come back.
    pub(crate) fn forget_readers(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        unpoisoned(&self.idle).clear();
        *unpoisoned(&self.search) = SearchIndex::default();
    }
}

/// What these locks guard is whole between any two statements, so a panic elsewhere does not spoil it.
pub(crate) fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'c> Snapshot<'c> {
    pub(crate) fn sql(&self, sql: &str) -> Result<CachedStatement<'c>> {
        Ok(self.conn.prepare_cached(sql)?)
    }

    /// Path, size, version and journal mode.
    pub fn database_info(&self) -> Result<DatabaseInfo> {
        let bytes = |path: PathBuf| std::fs::metadata(path).map(|metadata| metadata.len()).unwrap_or(0);
        Ok(DatabaseInfo {
            path: self.database.to_owned(),
            bytes: bytes(self.database.to_owned()) + bytes(with_suffix(self.database, "-wal")),
            schema_version: migrate::version_of(self.conn)?,
            journal_mode: self.conn.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
        })
    }

    /// Reads the whole database and says what is wrong with it; slow, for `planloom doctor`.
    pub fn check(&self) -> Result<Vec<String>> {
        backup::faults(self.conn, "integrity_check")
    }
}

/// A copied or restored file may be readable by others, or by nobody.
fn protect_existing(dir: &DataDir) -> Result<()> {
    let path = dir.database();
    let metadata = std::fs::metadata(&path).map_err(|source| Error::folder(&path, source))?;
    if metadata.permissions().readonly() {
        return Err(Error::ReadOnly { path });
    }
    folder::make_private(&path).map_err(|source| Error::folder(&path, source))
}

/// After a crash the WAL holds the newest pages. Once they are in the file, SQLite refuses it when it is shorter than
/// its header says.
fn fold_leftover_wal_in(conn: &Connection, dir: &DataDir) -> Result<()> {
    let path = dir.database();
    let leftover = std::fs::metadata(with_suffix(&path, "-wal")).is_ok_and(|metadata| metadata.len() > 0);
    if !leftover {
        return Ok(());
    }
    let folded = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    match folded.map_err(|error| Error::from(error).at(&path)) {
        // Busy means that a reader of another process holds it up; the database works with its WAL as well.
        Ok(_busy) => migrate::version_of(conn).map(|_| ()).map_err(|error| error.at(&path)),
        // A full disk must not keep the program from starting.
        Err(Error::Full { detail }) => {
            tracing::warn!(detail, "the disk is full, the WAL stays beside the database");
            Ok(())
        }
        Err(error) => Err(error),
    }
}
