//! The journal: every event of every execution, in order, chained by hash.
//!
//! It is append-only and it is the truth; an event's kind and body mean nothing here.
//!
//! # How a row is hashed
//!
//! `hash` is the SHA-256 of these bytes, one after the other:
//!
//! | bytes | what |
//! | --- | --- |
//! | 32 | the hash of the row before it in the same execution; 32 zero bytes for the first row |
//! | 8 + length | the execution's id: length in bytes as a big-endian unsigned 64-bit integer, then its UTF-8 bytes |
//! | 8 | `n`, the row's number in its execution, big-endian unsigned 64-bit |
//! | 8 | `at`, milliseconds since 1970-01-01T00:00:00Z, big-endian signed 64-bit |
//! | 8 + length | the kind, as the id |
//! | 8 + length | the body exactly as stored, as the id |
//!
//! Every part has a fixed or a written length, so no two different rows hash the same bytes.

use rusqlite::{Row, params};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Result, Subject},
    executions::clamped,
    store::Snapshot,
    writer::Transaction,
};

/// SHA-256 of a journal row.
pub type Hash = [u8; 32];

/// What comes before the first row of an execution.
pub const NO_HASH: Hash = [0; 32];

/// An event to append.
#[derive(Clone, Copy, Debug)]
pub struct JournalEvent<'a> {
    /// Milliseconds since 1970.
    pub at: i64,
    pub kind: &'a str,
    /// JSON text.
    pub body: &'a str,
}

/// Where an append ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The sequence number of the first event; those after it have the next ones.
    pub first_seq: i64,
    /// To be passed as `previous` of the next append to this execution.
    pub last_hash: Hash,
}

/// A row as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRow {
    /// Its place among all rows of the database.
    pub seq: i64,
    pub execution: String,
    /// Its place among the rows of its execution.
    pub n: u64,
    pub at: i64,
    pub kind: String,
    pub body: String,
    pub hash: Hash,
}

/// A chain without a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainEnd {
    pub rows: u64,
    pub last_hash: Hash,
}

/// The first row at which the chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The journal of {execution} does not hold at row {n} (seq {seq}): {fault}.")]
pub struct ChainBreak {
    pub execution: String,
    pub n: u64,
    pub seq: i64,
    pub fault: ChainFault,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainFault {
    /// One or more rows before this one are gone.
    Gap { expected: u64 },
    /// The row, or the one before it, is not what was written.
    Changed,
}

impl std::fmt::Display for ChainFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChainFault::Gap { expected } => write!(f, "row {expected} is missing"),
            ChainFault::Changed => f.write_str("it is not what was written"),
        }
    }
}

/// The hash of one row; the layout is in the module's head.
pub fn journal_hash(previous: &Hash, execution: &str, n: u64, event: &JournalEvent<'_>) -> Hash {
    let mut sha = Sha256::new();
    let text = |sha: &mut Sha256, text: &str| {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    };
    sha.update(previous);
    text(&mut sha, execution);
    sha.update(n.to_be_bytes());
    sha.update(event.at.to_be_bytes());
    text(&mut sha, event.kind);
    text(&mut sha, event.body);
    sha.finalize().into()
}

impl Transaction<'_> {
    /// Appends events as rows `first_n`, `first_n + 1`, … of an execution. `previous` is the hash of its last row.
    pub fn append(
        &mut self,
        execution: &str,
        first_n: u64,
        previous: &Hash,
        events: &[JournalEvent<'_>],
    ) -> Result<Appended> {
        let row = self.execution_row(execution)?;
        let mut insert =
            self.sql("INSERT INTO journal (execution, n, at, kind, body, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        let mut appended = Appended { first_seq: 0, last_hash: *previous };
        for (n, event) in (first_n..).zip(events) {
            let hash = journal_hash(&appended.last_hash, execution, n, event);
            let seq = insert
                .insert(params![row, clamped(n), event.at, event.kind, event.body, hash])
                .map_err(|error| twice(error, execution, n))?;
            if n == first_n {
                appended.first_seq = seq;
            }
            appended.last_hash = hash;
        }
        Ok(appended)
    }
}

fn twice(error: rusqlite::Error, execution: &str, n: u64) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
        Error::Exists { subject: Subject::JournalRow, id: format!("{n} of {execution}") }
    } else {
        error.into()
    }
}

impl Snapshot<'_> {
    /// All rows of an execution, oldest first; empty when there is no such execution.
    pub fn read_journal(&self, execution: &str) -> Result<Vec<JournalRow>> {
        let mut rows = Vec::new();
        self.each_journal_row(execution, |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The same, a row at a time, for executions whose journal is large.
    pub fn each_journal_row(&self, execution: &str, mut each: impl FnMut(JournalRow) -> Result<()>) -> Result<()> {
        let mut statement = self.sql(
            "SELECT j.seq, e.id, j.n, j.at, j.kind, j.body, j.hash FROM executions e
             JOIN journal j ON j.execution = e.row_id WHERE e.id = ?1 ORDER BY j.n",
        )?;
        for row in statement.query_map([execution], journal_row)? {
            each(row?)?;
        }
        Ok(())
    }

    /// Rows of all executions after `seq`, oldest first.
    pub fn read_since(&self, seq: i64, limit: u32) -> Result<Vec<JournalRow>> {
        let mut statement = self.sql(
            "SELECT j.seq, e.id, j.n, j.at, j.kind, j.body, j.hash FROM journal j
             JOIN executions e ON e.row_id = j.execution WHERE j.seq > ?1 ORDER BY j.seq LIMIT ?2",
        )?;
        let rows = statement.query_map(params![seq, limit], journal_row)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    /// The newest sequence number; 0 before the first event.
    pub fn last_seq(&self) -> Result<i64> {
        Ok(self.sql("SELECT ifnull(max(seq), 0) FROM journal")?.query_row([], |row| row.get(0))?)
    }

    /// Follows the chain of an execution from its first row. The outer error is about reading, the inner one says
    /// where the chain does not hold.
    pub fn verify_journal(&self, execution: &str) -> Result<std::result::Result<ChainEnd, ChainBreak>> {
        let mut end = ChainEnd { rows: 0, last_hash: NO_HASH };
        let mut broken = None;
        let mut expected = None;
        self.each_journal_row(execution, |row| {
            if broken.is_none() {
                let event = JournalEvent { at: row.at, kind: &row.kind, body: &row.body };
                broken =
                    fault_of(&row, expected.unwrap_or(row.n), journal_hash(&end.last_hash, execution, row.n, &event));
                expected = Some(row.n + 1);
                end = ChainEnd { rows: end.rows + 1, last_hash: row.hash };
            }
            Ok(())
        })?;
        Ok(broken.map_or(Ok(end), Err))
    }
}

fn fault_of(row: &JournalRow, expected: u64, hash: Hash) -> Option<ChainBreak> {
    let fault = if row.n != expected {
        ChainFault::Gap { expected }
    } else if row.hash != hash {
        ChainFault::Changed
    } else {
        return None;
    };
    Some(ChainBreak { execution: row.execution.clone(), n: row.n, seq: row.seq, fault })
}

fn journal_row(row: &Row<'_>) -> rusqlite::Result<JournalRow> {
    Ok(JournalRow {
        seq: row.get(0)?,
        execution: row.get(1)?,
        n: row.get::<_, i64>(2)?.unsigned_abs(),
        at: row.get(3)?,
        kind: row.get(4)?,
        body: row.get(5)?,
        hash: row.get(6)?,
    })
}
