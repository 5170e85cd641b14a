//! Settings, and the API keys beside the main one. A secret is never here: of a key only its hash is kept.

use rusqlite::{OptionalExtension, Row, params};

use crate::{
    error::{Error, Result, Subject},
    journal::Hash,
    store::Snapshot,
    writer::Transaction,
};

/// An API key as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub scope: String,
    /// SHA-256 of the key.
    pub hash: Hash,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
}

impl Transaction<'_> {
    /// Writes one setting; `value` is JSON text.
    pub fn put_setting(&mut self, key: &str, value: &str, at: i64) -> Result<()> {
        self.sql(
            "INSERT INTO settings (key, value, updated_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        )?
        .execute(params![key, value, at])?;
        Ok(())
    }

    /// Puts a setting back to its default.
    pub fn delete_setting(&mut self, key: &str) -> Result<()> {
        self.sql("DELETE FROM settings WHERE key = ?1")?.execute([key])?;
        Ok(())
    }

    pub fn insert_api_key(&mut self, key: &ApiKey) -> Result<()> {
        let inserted = self
            .sql(
                "INSERT INTO api_keys (id, name, scope, hash, created_at, last_used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![key.id, key.name, key.scope, key.hash, key.created_at, key.last_used_at])?;
        match inserted {
            0 => Err(Error::Exists { subject: Subject::ApiKey, id: key.id.clone() }),
            _ => Ok(()),
        }
    }

    pub fn delete_api_key(&mut self, id: &str) -> Result<()> {
        match self.sql("DELETE FROM api_keys WHERE id = ?1")?.execute([id])? {
            0 => Err(Error::not_found(Subject::ApiKey, id)),
            _ => Ok(()),
        }
    }

    /// Notes that a key was used.
    pub fn touch_api_key(&mut self, id: &str, at: i64) -> Result<()> {
        self.sql("UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1")?.execute(params![id, at])?;
        Ok(())
    }
}

impl Snapshot<'_> {
    /// One setting, as JSON text.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        Ok(self.sql("SELECT value FROM settings WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()?)
    }

    /// All settings that were ever set, by key.
    pub fn settings(&self) -> Result<Vec<(String, String)>> {
        let mut statement = self.sql("SELECT key, value FROM settings ORDER BY key")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    pub fn api_keys(&self) -> Result<Vec<ApiKey>> {
        let mut statement =
            self.sql("SELECT id, name, scope, hash, created_at, last_used_at FROM api_keys ORDER BY created_at, id")?;
        let rows = statement.query_map([], api_key)?;
        rows.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    /// The key that has this hash. A hash is looked up, not a key, so the time it takes tells nothing of the key.
    pub fn api_key_by_hash(&self, hash: &Hash) -> Result<Option<ApiKey>> {
        Ok(self
            .sql("SELECT id, name, scope, hash, created_at, last_used_at FROM api_keys WHERE hash = ?1")?
            .query_row([hash], api_key)
            .optional()?)
    }
}

fn api_key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey {
        id: row.get(0)?,
        name: row.get(1)?,
        scope: row.get(2)?,
        hash: row.get(3)?,
        created_at: row.get(4)?,
        last_used_at: row.get(5)?,
    })
}
