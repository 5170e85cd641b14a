//! Work in progress on a plan, and the layout of its canvas; neither is part of a version.
//!
//! A draft's revision only ever grows, so that a second window notices even that a draft was discarded and begun anew.

use rusqlite::{OptionalExtension, params};

use crate::{
    error::{Error, Result, Subject},
    store::Snapshot,
    writer::Transaction,
};

/// The draft of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub revision: u32,
    pub document: String,
    pub updated_at: i64,
}

impl Transaction<'_> {
    /// Writes the draft of a plan. `expected` is the revision that the writer has seen: `None` when it saw no draft.
    /// Returns the new revision.
    pub fn put_draft(&mut self, plan_id: &str, expected: Option<u32>, document: &str, at: i64) -> Result<u32> {
        let last = self.draft_revision(plan_id, expected)?;
        let revision = last + 1;
        self.sql(
            "INSERT INTO drafts (plan_id, revision, document, updated_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (plan_id) DO UPDATE SET revision = excluded.revision, document = excluded.document,
                 updated_at = excluded.updated_at",
        )?
        .execute(params![plan_id, revision, document, at])?;
        Ok(revision)
    }

    /// Discards the draft, if it is still of the revision that was seen (or whatever it is, with `None`).
    pub fn delete_draft(&mut self, plan_id: &str, expected: Option<u32>, at: i64) -> Result<()> {
        let Some(draft) = self.snapshot().draft(plan_id)? else {
            return Err(Error::not_found(Subject::Draft, plan_id));
        };
        self.draft_revision(plan_id, expected.or(Some(draft.revision)))?;
        self.sql("UPDATE drafts SET document = NULL, revision = revision + 1, updated_at = ?2 WHERE plan_id = ?1")?
            .execute(params![plan_id, at])?;
        Ok(())
    }

    /// The revision that the next one follows, if the caller has seen the present state.
    fn draft_revision(&self, plan_id: &str, expected: Option<u32>) -> Result<u32> {
        let (last, present): (u32, bool) = self
            .sql("SELECT revision, document IS NOT NULL FROM drafts WHERE plan_id = ?1")?
            .query_row([plan_id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .unwrap_or((0, false));
        let seen = match expected {
            Some(revision) => present && revision == last,
            None => !present,
        };
        if seen {
            return Ok(last);
        }
        let found = if present { last } else { 0 };
        let expected = expected.unwrap_or(0);
        Err(Error::Conflict { subject: Subject::DraftRevision, id: plan_id.to_owned(), expected, found })
    }

    /// Positions and notes on the canvas.
    pub fn put_layout(&mut self, plan_id: &str, document: &str, at: i64) -> Result<()> {
        self.sql(
            "INSERT INTO layouts (plan_id, document, updated_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (plan_id) DO UPDATE SET document = excluded.document, updated_at = excluded.updated_at",
        )?
        .execute(params![plan_id, document, at])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    pub fn draft(&self, plan_id: &str) -> Result<Option<Draft>> {
        Ok(self
            .sql("SELECT revision, document, updated_at FROM drafts WHERE plan_id = ?1 AND document IS NOT NULL")?
            .query_row([plan_id], |row| {
                Ok(Draft { revision: row.get(0)?, document: row.get(1)?, updated_at: row.get(2)? })
            })
            .optional()?)
    }

    /// When the draft of a plan was last written, without its text.
    pub fn draft_updated_at(&self, plan_id: &str) -> Result<Option<i64>> {
        Ok(self
            .sql("SELECT updated_at FROM drafts WHERE plan_id = ?1 AND document IS NOT NULL")?
            .query_row([plan_id], |row| row.get(0))
            .optional()?)
    }

    pub fn layout(&self, plan_id: &str) -> Result<Option<String>> {
        Ok(self
            .sql("SELECT document FROM layouts WHERE plan_id = ?1")?
            .query_row([plan_id], |row| row.get(0))
            .optional()?)
    }
}
