//! The first answers to requests that carried an `Idempotency-Key`, stored in the transaction of their effect.

use rusqlite::{OptionalExtension, params};

use crate::{
    error::{Error, Result, Subject},
    journal::Hash,
    store::Snapshot,
    writer::Transaction,
};

/// How long an answer is given again.
pub const IDEMPOTENCY_MS: i64 = 24 * 60 * 60 * 1000;

/// The answer that was given first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// SHA-256 of the body, as canonical JSON: another one under the same key is a conflict.
    pub body_hash: Hash,
    pub status: u16,
    /// JSON text.
    pub answer: String,
    pub created_at: i64,
}

impl Transaction<'_> {
    /// Keeps an answer. One that has expired makes room; a live one is an [`Error::Exists`].
    pub fn put_answer(&mut self, route: &str, key: &str, first: &FirstAnswer) -> Result<()> {
        let stored = self
            .sql(
                "INSERT INTO idempotency (route, key, body_hash, status, answer, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (route, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status,
                     answer = excluded.answer, created_at = excluded.created_at
                     WHERE idempotency.created_at <= excluded.created_at - ?7",
            )?
            .execute(params![
                route,
                key,
                first.body_hash,
                first.status,
                first.answer,
                first.created_at,
                IDEMPOTENCY_MS
            ])?;
        match stored {
            0 => Err(Error::Exists { subject: Subject::Answer, id: format!("to {route} under the key {key}") }),
            _ => Ok(()),
        }
    }

    /// Forgets what has expired by `now`. Returns how many that were.
    pub fn purge_answers(&mut self, now: i64) -> Result<u64> {
        Ok(self.sql("DELETE FROM idempotency WHERE created_at <= ?1")?.execute([now - IDEMPOTENCY_MS])? as u64)
    }
}

impl Snapshot<'_> {
    /// The first answer, unless it has expired by `now`.
    pub fn first_answer(&self, route: &str, key: &str, now: i64) -> Result<Option<FirstAnswer>> {
        Ok(self
            .sql(
                "SELECT body_hash, status, answer, created_at FROM idempotency
                 WHERE route = ?1 AND key = ?2 AND created_at > ?3",
            )?
            .query_row(params![route, key, now - IDEMPOTENCY_MS], |row| {
                Ok(FirstAnswer {
                    body_hash: row.get(0)?,
                    status: row.get(1)?,
                    answer: row.get(2)?,
                    created_at: row.get(3)?,
                })
            })
            .optional()?)
    }
}
