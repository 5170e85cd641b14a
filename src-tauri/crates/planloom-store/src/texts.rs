//! Inputs, prompts and outputs: each text once, by the SHA-256 of its bytes, and who refers to it.
//!
//! A text is read through an execution that refers to it. Deleting is per execution: through that execution the text
//! is gone at once and for ever, though its hash and length stay; the body itself goes when no other execution needs
//! it. Bodies are overwritten, not only unlinked; [`crate::Writer::checkpoint`] afterwards takes them out of the WAL.

use rusqlite::{OptionalExtension, params};

use crate::{
    error::{Error, Result, Subject},
    executions::clamped,
    journal::Hash,
    store::Snapshot,
    writer::Transaction,
};

/// What an execution gets for a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    Present(String),
    /// It was deleted by a person; this much is still known.
    Deleted {
        bytes: u64,
        deleted_at: i64,
    },
}

/// What a deletion did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeletedTexts {
    /// Texts that can no longer be read through the executions in question.
    pub references: u64,
    /// Those of them that nobody else refers to, so that their bodies are gone.
    pub bodies: u64,
}

const OF_EXECUTION: &str = "SELECT ?1";
const OF_OLD_EXECUTIONS: &str = "SELECT execution FROM execution_rows WHERE ended = 1 AND completed_at < ?1";

impl Transaction<'_> {
    /// Stores a text and that `execution` refers to it. `hash` is the lower-case hexadecimal SHA-256 of its bytes.
    pub fn put_text(&mut self, execution: &str, hash: &str, body: &str) -> Result<()> {
        let key = parse_hash(hash)?;
        let row = self.execution_row(execution)?;
        let inserted = self
            .sql("INSERT INTO texts (hash, bytes, body) VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO NOTHING")?
            .execute(params![key, clamped(body.len() as u64), body])?;
        let text = if inserted == 1 { self.conn.last_insert_rowid() } else { self.known_text(&key, body)? };
        self.refer(row, text)
    }

    /// The row of a text that was stored before, its body put back if it had been deleted.
    fn known_text(&mut self, key: &Hash, body: &str) -> Result<i64> {
        let (text, present): (i64, bool) = self
            .sql("SELECT row_id, body IS NOT NULL FROM texts WHERE hash = ?1")?
            .query_row([key], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if !present {
            self.sql("UPDATE texts SET body = ?2 WHERE row_id = ?1")?.execute(params![text, body])?;
        }
        Ok(text)
    }

    /// Lets another execution refer to a text that is already there: what a rerun keeps.
    pub fn refer_text(&mut self, execution: &str, hash: &str) -> Result<()> {
        let row = self.execution_row(execution)?;
        let text = self
            .sql("SELECT row_id FROM texts WHERE hash = ?1 AND body IS NOT NULL")?
            .query_row([parse_hash(hash)?], |row| row.get(0))
            .optional()?
            .ok_or_else(|| Error::not_found(Subject::Text, hash))?;
        self.refer(row, text)
    }

    fn refer(&mut self, execution: i64, text: i64) -> Result<()> {
        self.sql(
            "INSERT INTO text_refs (execution, text) VALUES (?1, ?2)
             ON CONFLICT (execution, text) DO UPDATE SET deleted_at = NULL WHERE deleted_at IS NOT NULL",
        )?
        .execute([execution, text])?;
        Ok(())
    }

    /// Deletes the texts of one execution; the engine refuses this while it runs.
    pub fn delete_texts(&mut self, execution: &str, at: i64) -> Result<DeletedTexts> {
        let row = self.execution_row(execution)?;
        self.delete_texts_of(OF_EXECUTION, row, at)
    }

    /// Deletes the texts of every execution that ended before `older_than`.
    pub fn delete_texts_older_than(&mut self, older_than: i64, at: i64) -> Result<DeletedTexts> {
        self.delete_texts_of(OF_OLD_EXECUTIONS, older_than, at)
    }

    fn delete_texts_of(&mut self, executions: &str, argument: i64, at: i64) -> Result<DeletedTexts> {
        let references = self
            .sql(&format!(
                "UPDATE text_refs SET deleted_at = ?2 WHERE execution IN ({executions}) AND deleted_at IS NULL"
            ))?
            .execute(params![argument, at])?;
        self.conn.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
        let bodies = self
            .sql(&format!(
                "UPDATE texts SET body = NULL WHERE body IS NOT NULL
                 AND row_id IN (SELECT text FROM text_refs WHERE execution IN ({executions}))
                 AND NOT EXISTS (SELECT 1 FROM text_refs r WHERE r.text = texts.row_id AND r.deleted_at IS NULL)"
            ))
            .and_then(|mut erase| Ok(erase.execute([argument])?));
        self.conn.pragma_update_and_check(None, "secure_delete", "OFF", |_| Ok(()))?;
        Ok(DeletedTexts { references: references as u64, bodies: bodies? as u64 })
    }
}

impl Snapshot<'_> {
    /// A text as one execution may read it; `None` when that execution never referred to it.
    pub fn text(&self, execution: &str, hash: &str) -> Result<Option<Text>> {
        let found = self
            .sql(
                "SELECT iif(r.deleted_at IS NULL, t.body, NULL), t.bytes, ifnull(r.deleted_at, 0)
                 FROM executions e JOIN texts t ON t.hash = ?2
                 JOIN text_refs r ON r.execution = e.row_id AND r.text = t.row_id WHERE e.id = ?1",
            )?
            .query_row(params![execution, parse_hash(hash)?], |row| {
                Ok(match row.get::<_, Option<String>>(0)? {
                    Some(body) => Text::Present(body),
                    None => Text::Deleted { bytes: row.get::<_, i64>(1)?.unsigned_abs(), deleted_at: row.get(2)? },
                })
            })
            .optional()?;
        Ok(found)
    }

    /// A text by its hash alone; `None` when it is not there or nobody may read it any more.
    pub fn text_by_hash(&self, hash: &str) -> Result<Option<String>> {
        Ok(self
            .sql("SELECT body FROM texts WHERE hash = ?1 AND body IS NOT NULL")?
            .query_row([parse_hash(hash)?], |row| row.get(0))
            .optional()?)
    }
}

fn parse_hash(hex: &str) -> Result<Hash> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut hash = [0; 32];
    let whole = hex.len() == 64
        && hash.iter_mut().zip(hex.as_bytes().chunks_exact(2)).all(|(byte, pair)| {
            match (digit(pair[0]), digit(pair[1])) {
                (Some(high), Some(low)) => {
                    *byte = high << 4 | low;
                    true
                }
                (Some(_) | None, Some(_) | None) => false,
            }
        });
    if whole {
        return Ok(hash);
    }
    Err(Error::Invalid {
        detail: format!("\"{hex}\" is not the hash of a text: 64 lower-case hexadecimal digits are."),
    })
}
