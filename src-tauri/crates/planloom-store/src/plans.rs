//! Plans, their published versions, and what is shown of them in lists.
//!
//! A document is opaque text here; name, description and tags are copied beside it so that they can be searched.

use rusqlite::{OptionalExtension, Row, params};

use crate::{
    error::{Error, Result, Subject},
    search::fold,
    store::{Page, Snapshot},
    writer::Transaction,
};

/// What a person publishes: the text of a version, and what lists show of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanContent {
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    /// JSON text, immutable once published.
    pub document: String,
    pub note: Option<String>,
}

/// A plan with one of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    pub id: String,
    /// Of the newest version.
    pub name: String,
    pub description: String,
    pub tags: Vec<String>,
    /// The version of `document`.
    pub version: u32,
    pub latest_version: u32,
    pub document: String,
    pub note: Option<String>,
    pub created_at: i64,
    /// When the newest version was published.
    pub updated_at: i64,
    /// When this version was published.
    pub version_created_at: i64,
    pub archived_at: Option<i64>,
}

/// A plan's newest version, and whether it is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanHead {
    pub latest_version: u32,
    pub archived_at: Option<i64>,
}

/// A line of the list of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanVersion {
    pub version: u32,
    pub created_at: i64,
    pub note: Option<String>,
}

/// Which plans a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFilter {
    /// Has all of them.
    pub tags: Vec<String>,
    /// A part of the name or the description, in any case.
    pub search: Option<String>,
    /// The archived ones instead of the others.
    pub archived: bool,
}

const COLUMNS: &str = "p.id, p.name, p.description, p.tags, v.version, p.version, v.document, v.note,
    p.created_at, p.updated_at, v.created_at, p.archived_at
    FROM plans p JOIN plan_versions v ON v.plan = p.row_id";

const MATCHES: &str = "(p.archived_at IS NOT NULL) = ?1
    AND (?2 = '' OR instr(p.folded, ?2) > 0)
    AND NOT EXISTS (SELECT 1 FROM json_each(?3) wanted
        WHERE wanted.value NOT IN (SELECT has.value FROM json_each(p.tags) has))";

impl Transaction<'_> {
    /// Publishes version 1 of a new plan.
    pub fn insert_plan(&mut self, id: &str, content: &PlanContent, at: i64) -> Result<()> {
        let inserted = self
            .sql(
                "INSERT INTO plans (id, name, description, tags, version, created_at, updated_at, folded)
                 VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5, ?6) ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![id, content.name, content.description, tags_json(&content.tags), at, folded(content)])?;
        if inserted == 0 {
            return Err(Error::Exists { subject: Subject::Plan, id: id.to_owned() });
        }
        let row = self.conn.last_insert_rowid();
        self.insert_document(row, 1, content, at)
    }

    /// Publishes the next version, if `expected` is still the newest. Returns its number.
    pub fn insert_version(&mut self, id: &str, expected: u32, content: &PlanContent, at: i64) -> Result<u32> {
        let (row, found): (i64, u32) = self
            .sql("SELECT row_id, version FROM plans WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?
            .ok_or_else(|| Error::not_found(Subject::Plan, id))?;
        if found != expected {
            return Err(Error::Conflict { subject: Subject::PlanVersion, id: id.to_owned(), expected, found });
        }
        let version = found + 1;
        self.sql(
            "UPDATE plans SET name = ?2, description = ?3, tags = ?4, version = ?5, updated_at = ?6, folded = ?7
             WHERE row_id = ?1",
        )?
        .execute(params![
            row,
            content.name,
            content.description,
            tags_json(&content.tags),
            version,
            at,
            folded(content)
        ])?;
        self.insert_document(row, version, content, at)?;
        Ok(version)
    }

    fn insert_document(&mut self, row: i64, version: u32, content: &PlanContent, at: i64) -> Result<()> {
        self.sql("INSERT INTO plan_versions (plan, version, document, note, created_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![row, version, content.document, content.note, at])?;
        Ok(())
    }

    /// Takes a plan out of the lists; an archived plan stays archived since its first time.
    pub fn archive_plan(&mut self, id: &str, at: i64) -> Result<()> {
        self.change_plan("UPDATE plans SET archived_at = ifnull(archived_at, ?2) WHERE id = ?1", id, Some(at))
    }

    /// Puts an archived plan back.
    pub fn restore_plan(&mut self, id: &str) -> Result<()> {
        self.change_plan("UPDATE plans SET archived_at = ?2 WHERE id = ?1", id, None)
    }

    fn change_plan(&mut self, sql: &str, id: &str, at: Option<i64>) -> Result<()> {
        match self.sql(sql)?.execute(params![id, at])? {
            0 => Err(Error::not_found(Subject::Plan, id)),
            _ => Ok(()),
        }
    }
}

impl Snapshot<'_> {
    /// A plan with its newest version.
    pub fn plan(&self, id: &str) -> Result<Option<PlanRow>> {
        let sql = format!("SELECT {COLUMNS} AND v.version = p.version WHERE p.id = ?1");
        Ok(self.sql(&sql)?.query_row([id], plan_row).optional()?)
    }

    /// What decides whether a plan can be run, without its text.
    pub fn plan_head(&self, id: &str) -> Result<Option<PlanHead>> {
        let head = |row: &Row<'_>| Ok(PlanHead { latest_version: row.get(0)?, archived_at: row.get(1)? });
        Ok(self.sql("SELECT version, archived_at FROM plans WHERE id = ?1")?.query_row([id], head).optional()?)
    }

    /// A plan with one of its versions; an error names the plan or the version that is not there.
    pub fn plan_at(&self, id: &str, version: u32) -> Result<PlanRow> {
        let sql = format!("SELECT {COLUMNS} AND v.version = ?2 WHERE p.id = ?1");
        match self.sql(&sql)?.query_row(params![id, version], plan_row).optional()? {
            Some(plan) => Ok(plan),
            None => {
                self.plan_row(id)?;
                Err(Error::not_found(Subject::PlanVersion, format!("{version} of {id}")))
            }
        }
    }

    /// A page of plans with their newest versions, the newest plan first.
    pub fn list_plans(&self, filter: &PlanFilter, limit: u32, offset: u32) -> Result<Page<PlanRow>> {
        let term = filter.search.as_deref().map(fold).unwrap_or_default();
        let tags = tags_json(&filter.tags);
        let count = format!("SELECT count(*) FROM plans p WHERE {MATCHES}");
        let total: i64 = self.sql(&count)?.query_row(params![filter.archived, term, tags], |row| row.get(0))?;
        let sql = format!(
            "SELECT {COLUMNS} AND v.version = p.version WHERE p.row_id IN (
                 SELECT p.row_id FROM plans p WHERE {MATCHES} ORDER BY p.row_id DESC LIMIT ?4 OFFSET ?5)
             ORDER BY p.row_id DESC"
        );
        let mut statement = self.sql(&sql)?;
        let rows = statement.query_map(params![filter.archived, term, tags, limit, offset], plan_row)?;
        Ok(Page { items: rows.collect::<rusqlite::Result<_>>()?, total: total.unsigned_abs() })
    }

    /// Every version of a plan, the newest first.
    pub fn plan_versions(&self, id: &str) -> Result<Vec<PlanVersion>> {
        let row = self.plan_row(id)?;
        let mut statement =
            self.sql("SELECT version, created_at, note FROM plan_versions WHERE plan = ?1 ORDER BY version DESC")?;
        let versions = statement.query_map([row], |row| {
            Ok(PlanVersion { version: row.get(0)?, created_at: row.get(1)?, note: row.get(2)? })
        })?;
        versions.collect::<rusqlite::Result<_>>().map_err(Error::from)
    }

    pub(crate) fn plan_row(&self, id: &str) -> Result<i64> {
        self.plan_row_if_any(id)?.ok_or_else(|| Error::not_found(Subject::Plan, id))
    }

    pub(crate) fn plan_row_if_any(&self, id: &str) -> Result<Option<i64>> {
        Ok(self.sql("SELECT row_id FROM plans WHERE id = ?1")?.query_row([id], |row| row.get(0)).optional()?)
    }
}

/// A newline keeps a search from matching over the end of the name.
fn folded(content: &PlanContent) -> String {
    format!("{}\n{}", fold(&content.name), fold(&content.description))
}

fn tags_json(tags: &[String]) -> String {
    serde_json::Value::from(tags.to_vec()).to_string()
}

fn plan_row(row: &Row<'_>) -> rusqlite::Result<PlanRow> {
    let tags: String = row.get(3)?;
    Ok(PlanRow {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        tags: serde_json::from_str(&tags).unwrap_or_default(),
        version: row.get(4)?,
        latest_version: row.get(5)?,
        document: row.get(6)?,
        note: row.get(7)?,
        created_at: row.get(8)?,
        updated_at: row.get(9)?,
        version_created_at: row.get(10)?,
        archived_at: row.get(11)?,
    })
}
