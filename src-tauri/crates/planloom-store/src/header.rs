//! A look at a database file before SQLite may touch it.
//!
//! It owns the decision whether a file is ours, whole and of a known version. It only reads: a database of a newer
//! program must stay as it is, byte for byte.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use rusqlite::Connection;

use crate::{
    backup, connection,
    error::{Error, Result},
    folder::with_suffix,
};

/// `PLNM`, in the header of every database of ours.
pub(crate) const APPLICATION_ID: u32 = 0x504c_4e4d;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;

/// What lies at the database's path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    Database { version: u32 },
}

/// Looks, and refuses what is damaged, foreign or newer than `supported`. Not for a database that this process has
/// open: see [`inspect_shared`].
pub(crate) fn inspect(path: &Path, supported: u32) -> Result<Found> {
    let wal_bytes = file_bytes(&with_suffix(path, "-wal"))?.unwrap_or(0);
    let Some(bytes) = file_bytes(path)? else {
        if wal_bytes > 0 {
            return Err(corrupt(path, "it is missing while its planloom.db-wal is still there"));
        }
        return Ok(Found::Nothing);
    };
    let header = read_header(path, bytes)?;
    // With a WAL from a crash the header on disk may be old, so SQLite has to read both; it opens them read-only.
    let marks = if wal_bytes > 0 {
        refuse_truncated(path, &header, bytes).or_else(|error| missing_pages_are_in_wal(path, error))?;
        through_sqlite(path)?
    } else {
        refuse_truncated(path, &header, bytes)?;
        Marks { version: big_endian(&header, 60), application_id: big_endian(&header, 68), empty: false }
    };
    accept(path, marks, supported)
}

/// The same for a database that this process may have open. Closing a file drops every POSIX lock that the process has
/// on it, SQLite's included, so here only SQLite itself may open it.
pub(crate) fn inspect_shared(path: &Path, supported: u32) -> Result<Found> {
    match file_bytes(path)? {
        None => Ok(Found::Nothing),
        Some(bytes) if bytes < HEADER_BYTES as u64 => Err(corrupt(path, &format!("it has only {bytes} bytes"))),
        Some(_) => accept(path, through_sqlite(path)?, supported),
    }
}

/// What identifies a database.
struct Marks {
    version: u32,
    application_id: u32,
    /// Without a single table, as SQLite makes it.
    empty: bool,
}

fn accept(path: &Path, marks: Marks, supported: u32) -> Result<Found> {
    if marks.application_id != APPLICATION_ID && !(marks.empty && marks.application_id == 0) {
        return Err(Error::NotPlanloom { path: path.to_owned() });
    }
    if marks.version > supported {
        return Err(Error::NewerVersion { path: path.to_owned(), found: marks.version, supported });
    }
    Ok(Found::Database { version: marks.version })
}

fn file_bytes(path: &Path) -> Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata.len())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::folder(path, source)),
    }
}

fn read_header(path: &Path, bytes: u64) -> Result<[u8; HEADER_BYTES]> {
    let mut header = [0; HEADER_BYTES];
    if bytes < HEADER_BYTES as u64 {
        return Err(corrupt(path, &format!("it has only {bytes} bytes")));
    }
    File::open(path).and_then(|mut file| file.read_exact(&mut header)).map_err(|source| Error::folder(path, source))?;
    if header.iter().all(|byte| *byte == 0) {
        return Err(corrupt(path, "it begins with zeros instead of a header"));
    }
    if header[..16] != MAGIC[..] {
        return Err(corrupt(path, "it is not a database"));
    }
    Ok(header)
}

/// A file that is shorter than its own header says has lost pages.
fn refuse_truncated(path: &Path, header: &[u8; HEADER_BYTES], bytes: u64) -> Result<()> {
    let page_bytes = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        other => u64::from(other),
    };
    let pages = u64::from(big_endian(header, 28));
    let count_is_valid = big_endian(header, 24) == big_endian(header, 92);
    let expected = pages * page_bytes;
    if count_is_valid && bytes < expected {
        return Err(corrupt(path, &format!("it was cut off: {bytes} of {expected} bytes are left")));
    }
    Ok(())
}

/// A crash while the WAL was being moved into the file leaves it too short as well, but then the WAL still has what is
/// missing. The next checkpoint would fill a real gap with zeros, so it has to be found now.
fn missing_pages_are_in_wal(path: &Path, truncated: Error) -> Result<()> {
    let conn = connection::open_to_look(path).map_err(|error| error.at(path))?;
    match backup::faults(&conn, "quick_check") {
        Ok(faults) if faults.is_empty() => Ok(()),
        Ok(_) | Err(Error::Corrupt { .. }) => Err(truncated),
        Err(error) => Err(error),
    }
}

fn through_sqlite(path: &Path) -> Result<Marks> {
    let located = |error: rusqlite::Error| Error::from(error).at(path);
    let conn = connection::open_to_look(path).map_err(|error| error.at(path))?;
    let empty = conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0));
    Ok(Marks {
        version: pragma(&conn, "user_version").map_err(located)?,
        application_id: pragma(&conn, "application_id").map_err(located)?,
        empty: empty.map_err(located)?,
    })
}

fn pragma(conn: &Connection, name: &str) -> rusqlite::Result<u32> {
    // SQLite keeps both as signed integers; the bits are what counts.
    conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map(|value| value as u32)
}

fn big_endian(header: &[u8; HEADER_BYTES], at: usize) -> u32 {
    u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
}

fn corrupt(path: &Path, detail: &str) -> Error {
    Error::Corrupt { path: path.to_owned(), detail: detail.to_owned() }
}
