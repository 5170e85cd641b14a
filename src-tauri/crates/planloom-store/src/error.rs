//! What can go wrong in the store, in the words that a person reads.
//!
//! It owns the translation of SQLite's result codes; it decides nothing about HTTP.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use rusqlite::ffi;

/// The result of everything that the store does.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No room: nothing of the transaction was kept, and the writer stays usable.
    #[error(
        "The disk is full ({detail}). Free some space; what was acknowledged is safe, and work goes on as soon as there is room."
    )]
    Full { detail: String },
    /// The disk failed while reading, writing or flushing: what it holds is uncertain until it is read again.
    #[error("The disk refused to read or write ({detail}). Check the disk; the state must be read again from it.")]
    Disk { detail: String },
    /// Another program holds a lock inside the database file.
    #[error("The database is busy ({detail}). Close the other program that is using planloom.db and try again.")]
    Busy { detail: String },
    /// Another process owns the data folder.
    #[error("The data folder is in use by {holder}. Close it, or use it through its own window or socket.")]
    Locked { holder: Holder },
    /// The file or its folder is write-protected.
    #[error("{path} is read-only. Make it and its folder writable for this user, or choose another data folder.")]
    ReadOnly { path: PathBuf },
    /// The database was written by a newer program; it was not touched.
    #[error(
        "The database {path} is of version {found}, this program understands up to {supported}. Install the newer program; nothing was changed."
    )]
    NewerVersion { path: PathBuf, found: u32, supported: u32 },
    /// The database waits for a migration, which only its owner may make.
    #[error(
        "The database {path} is of version {found} and must be brought to {supported} first. Start `planloom serve` or the window once."
    )]
    OlderVersion { path: PathBuf, found: u32, supported: u32 },
    /// The file is damaged; it was not touched.
    #[error("The database {path} is damaged: {detail}. Keep the file, and put back a backup with `planloom restore`.")]
    Corrupt { path: PathBuf, detail: String },
    /// A SQLite database of another program.
    #[error("{path} is a database, but not one of Planloom's. Choose another data folder.")]
    NotPlanloom { path: PathBuf },
    /// There is nothing by this name.
    #[error("There is no {subject} {id}.")]
    NotFound { subject: Subject, id: String },
    /// It changed since it was read.
    #[error("The {subject} of {id} is {found}, not {expected}. Read it again and repeat the change.")]
    Conflict { subject: Subject, id: String, expected: u32, found: u32 },
    /// It is there already.
    #[error("The {subject} {id} exists already.")]
    Exists { subject: Subject, id: String },
    /// An argument that cannot be stored.
    #[error("{detail}")]
    Invalid { detail: String },
    /// An earlier write of this transaction failed so badly that SQLite took all of it back.
    #[error("The transaction was rolled back by an earlier failure. Begin a new one.")]
    RolledBack,
    /// The data folder cannot be made, read or protected.
    #[error("{path}: {source}. Check that the folder exists and belongs to this user.")]
    Folder { path: PathBuf, source: io::Error },
    /// Everything else that SQLite reports.
    #[error("The database reports: {0}")]
    Sqlite(rusqlite::Error),
}

/// What an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Database,
    Plan,
    PlanVersion,
    Draft,
    DraftRevision,
    Execution,
    JournalRow,
    Task,
    Text,
    ApiKey,
    Backup,
    Answer,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Subject::Database => "database",
            Subject::Plan => "plan",
            Subject::PlanVersion => "version",
            Subject::Draft => "draft",
            Subject::DraftRevision => "draft revision",
            Subject::Execution => "execution",
            Subject::JournalRow => "journal row",
            Subject::Task => "task",
            Subject::Text => "text",
            Subject::ApiKey => "API key",
            Subject::Backup => "backup",
            Subject::Answer => "answer",
        })
    }
}

/// Who owns a data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process id; `None` when the lock could not be read.
    pub pid: Option<u32>,
    /// What it is, in its own words: `planloom serve`, `the Planloom window`.
    pub what: Option<String>,
    /// When it took the lock, RFC 3339.
    pub since: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what.as_deref().unwrap_or("another process"))?;
        if let Some(pid) = self.pid {
            write!(f, " (process {pid})")?;
        }
        if let Some(since) = &self.since {
            write!(f, " since {since}")?;
        }
        Ok(())
    }
}

impl Error {
    /// The store cannot work now but may be able to later: the API answers 503.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Error::Full { .. }
                | Error::Disk { .. }
                | Error::Busy { .. }
                | Error::Locked { .. }
                | Error::ReadOnly { .. }
                | Error::RolledBack
        )
    }

    /// After this error the writer must be reopened and the state read again from disk.
    pub fn must_reopen(&self) -> bool {
        matches!(self, Error::Disk { .. })
    }

    pub(crate) fn not_found(subject: Subject, id: impl Into<String>) -> Error {
        Error::NotFound { subject, id: id.into() }
    }

    pub(crate) fn folder(path: impl Into<PathBuf>, source: io::Error) -> Error {
        let path = path.into();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Error::Full { detail: format!("{}: {source}", path.display()) }
            }
            io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { path },
            // `io::ErrorKind` is not ours and grows.
            _ => Error::Folder { path, source },
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        let Some(code) = error.sqlite_error().map(|sqlite| sqlite.extended_code) else {
            return Error::Sqlite(error);
        };
        let detail = error.to_string();
        let path = PathBuf::from(crate::folder::DATABASE);
        match (code & 0xff, code) {
            (ffi::SQLITE_FULL, _) | (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => Error::Full { detail },
            (ffi::SQLITE_IOERR, _) => Error::Disk { detail },
            (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED, _) => Error::Busy { detail },
            (ffi::SQLITE_READONLY, _) => Error::ReadOnly { path },
            (ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB, _) => Error::Corrupt { path, detail },
            _ => Error::Sqlite(error),
        }
    }
}

impl Error {
    /// The same error about a file other than the database of the data folder.
    pub(crate) fn at(self, path: &Path) -> Error {
        let path = path.to_owned();
        match self {
            Error::Corrupt { detail, .. } => Error::Corrupt { path, detail },
            Error::ReadOnly { .. } => Error::ReadOnly { path },
            other @ (Error::Full { .. }
            | Error::Disk { .. }
            | Error::Busy { .. }
            | Error::Locked { .. }
            | Error::NewerVersion { .. }
            | Error::OlderVersion { .. }
            | Error::NotPlanloom { .. }
            | Error::NotFound { .. }
            | Error::Conflict { .. }
            | Error::Exists { .. }
            | Error::Invalid { .. }
            | Error::RolledBack
            | Error::Folder { .. }
            | Error::Sqlite(_)) => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: i32) -> Error {
        rusqlite::Error::SqliteFailure(ffi::Error::new(code), None).into()
    }

    #[test]
    fn sqlite_s_codes_are_told_apart() {
        for code in [ffi::SQLITE_FULL, ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_SHMSIZE] {
            assert!(matches!(of(code), Error::Full { .. }) && !of(code).must_reopen(), "{code}");
        }
        for code in [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_DIR_FSYNC] {
            assert!(matches!(of(code), Error::Disk { .. }) && of(code).must_reopen(), "{code}");
        }
        assert!(matches!(of(ffi::SQLITE_BUSY_SNAPSHOT), Error::Busy { .. }));
        assert!(matches!(of(ffi::SQLITE_READONLY_DBMOVED), Error::ReadOnly { .. }));
        assert!(matches!(of(ffi::SQLITE_NOTADB), Error::Corrupt { .. }));
        assert!(matches!(of(ffi::SQLITE_CORRUPT_VTAB), Error::Corrupt { .. }));
        assert!(
            matches!(of(ffi::SQLITE_CONSTRAINT_UNIQUE), Error::Sqlite(_))
                && !of(ffi::SQLITE_CONSTRAINT).is_unavailable()
        );
    }
}
