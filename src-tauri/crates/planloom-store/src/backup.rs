//! Whole copies of a database: made by SQLite's online backup, checked, and renamed into place.
//!
//! A copy that did not pass its check never gets its name. What a restore replaces is kept aside.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, backup::Backup};

use crate::{
    connection,
    error::{Error, Result, Subject},
    folder::{self, DataDir, with_suffix},
    header::{self, Found},
    lock::FolderLock,
    migrate,
};

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The version of the database that is in place now; an older one is migrated when it is opened.
    pub version: u32,
    /// Where the database that was there before is kept.
    pub replaced: Option<PathBuf>,
}

/// Copies `source` to `to` while it may be in use: one consistent moment, one file, checked, for its owner alone.
pub(crate) fn copy_verified(source: &Connection, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(Error::Exists { subject: Subject::Backup, id: to.display().to_string() });
    }
    let beside = with_suffix(to, ".partial");
    remove_if_there(&beside)?;
    let made = fill(source, &beside).and_then(|()| put_in_place(&beside, to));
    if made.is_err() {
        // What is half made is of no use to anybody; the error that matters is the first one.
        let _ = fs::remove_file(&beside);
    }
    made
}

fn fill(source: &Connection, beside: &Path) -> Result<()> {
    folder::open_private(beside, fs::OpenOptions::new().write(true).create_new(true))
        .map_err(|source| Error::folder(beside, source))?;
    let mut copy = connection::open_single_file(beside)?;
    // All pages in one step: a writer in between would otherwise make the copy start over.
    Backup::new(source, &mut copy)?.run_to_completion(i32::MAX, std::time::Duration::ZERO, None)?;
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    refuse_damage(&copy, beside)?;
    copy.close().map_err(|(_, error)| error.into())
}

fn refuse_damage(conn: &Connection, path: &Path) -> Result<()> {
    let faults = faults(conn, "integrity_check")?;
    match faults.first() {
        None => Ok(()),
        Some(first) => Err(Error::Corrupt { path: path.to_owned(), detail: first.clone() }),
    }
}

/// What `integrity_check` or `quick_check` finds; empty when all is well.
pub(crate) fn faults(conn: &Connection, check: &str) -> Result<Vec<String>> {
    let mut statement = conn.prepare(&format!("PRAGMA {check}(20)"))?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Flushes a finished file and gives it its name, durably.
pub(crate) fn put_in_place(beside: &Path, path: &Path) -> Result<()> {
    let failed = |source| Error::folder(path, source);
    fs::OpenOptions::new().write(true).open(beside).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(beside, path).map_err(failed)?;
    folder::sync_folder_of(path).map_err(failed)
}

pub(crate) fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(Error::folder(path, source)),
    }
}

/// Puts the backup `from` in the place of the database of a folder that nobody is using.
/// A damaged, foreign or newer file is refused before anything is moved.
pub fn restore(dir: &DataDir, from: &Path, what: &str) -> Result<Restored> {
    dir.create()?;
    let _lock = FolderLock::take(dir, what)?;
    let version = match header::inspect(from, migrate::VERSION)? {
        Found::Nothing => return Err(Error::not_found(Subject::Backup, from.display().to_string())),
        Found::Database { version } => version,
    };
    let incoming = with_suffix(&dir.database(), ".restoring");
    remove_if_there(&incoming)?;
    let source = connection::open_to_look(from).map_err(|error| error.at(from))?;
    refuse_damage(&source, from)?;
    fill(&source, &incoming)?;
    let replaced = keep_aside(dir)?;
    put_in_place(&incoming, &dir.database())?;
    Ok(Restored { version, replaced })
}

/// Keeps the present database under another name. Its WAL must not stay: SQLite would play it into the new file.
fn keep_aside(dir: &DataDir) -> Result<Option<PathBuf>> {
    let database = dir.database();
    let wal = with_suffix(&database, "-wal");
    if !database.exists() && !wal.exists() {
        return Ok(None);
    }
    folder::create_private_folder(&dir.backups())?;
    let now = chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ");
    let aside = dir.backups().join(format!("planloom-replaced-{now}.db"));
    fold_wal_in(&database);
    if wal.exists() {
        fs::rename(&wal, with_suffix(&aside, "-wal")).map_err(|source| Error::folder(&wal, source))?;
    }
    remove_if_there(&with_suffix(&database, "-shm"))?;
    if database.exists() {
        // A second name for the same file, so that there is a database in place at every moment.
        fs::hard_link(&database, &aside)
            .or_else(|_| fs::copy(&database, &aside).map(|_| ()))
            .map_err(|source| Error::folder(&aside, source))?;
        folder::make_private(&aside).map_err(|source| Error::folder(&aside, source))?;
    }
    Ok(Some(aside))
}

/// A healthy database takes its WAL in when it is closed; a damaged one keeps it, and both are put aside.
fn fold_wal_in(database: &Path) {
    if header::inspect(database, u32::MAX).is_err() {
        return;
    }
    let folded = connection::open_writer(database).and_then(|conn| conn.close().map_err(|(_, error)| error.into()));
    if let Err(error) = folded {
        tracing::warn!(%error, "the database that is being replaced could not take in its WAL");
    }
}
