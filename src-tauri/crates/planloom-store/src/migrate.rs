//! Bringing a database to the version that this program writes.
//!
//! A migration is one numbered SQL file and one transaction; before the first one a verified backup is written.
//! A migration that has been released is never edited.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::{
    backup,
    error::{Error, Result},
    folder::{self, DataDir},
    header::APPLICATION_ID,
};

/// The SQL that leads from version `i` to version `i + 1`.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_initial.sql")];

/// The version that this program reads and writes.
pub(crate) const VERSION: u32 = MIGRATIONS.len() as u32;

/// Brings an existing database up to date. Returns where the backup went, if one was needed.
pub(crate) fn bring_up_to_date(conn: &mut Connection, dir: &DataDir) -> Result<Option<PathBuf>> {
    migrate(conn, dir, MIGRATIONS)
}

fn migrate(conn: &mut Connection, dir: &DataDir, migrations: &[&str]) -> Result<Option<PathBuf>> {
    let found = version_of(conn)?;
    if found as usize >= migrations.len() {
        return Ok(None);
    }
    folder::create_private_folder(&dir.backups())?;
    let to = backup_path(dir, found);
    backup::copy_verified(conn, &to)?;
    tracing::info!(from = found, to = migrations.len(), backup = %to.display(), "the database is migrated");
    apply(conn, migrations)?;
    Ok(Some(to))
}

/// Fills a file that nobody has used yet.
pub(crate) fn fill_new(conn: &mut Connection) -> Result<()> {
    apply(conn, MIGRATIONS)
}

fn apply(conn: &mut Connection, migrations: &[&str]) -> Result<()> {
    let found = version_of(conn)?;
    for (index, sql) in migrations.iter().enumerate().skip(found as usize) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "user_version", index as u32 + 1)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID as i32)?;
        tx.commit()?;
    }
    Ok(())
}

pub(crate) fn version_of(conn: &Connection) -> Result<u32> {
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(Error::from)
}

fn backup_path(dir: &DataDir, found: u32) -> PathBuf {
    let now = chrono::Utc::now().format("%Y%m%dT%H%M%S%3fZ");
    dir.backups().join(format!("planloom-v{found}-{now}.db"))
}

/// Makes a new database beside its place and renames it there whole, so that a crash never leaves half of one,
/// and a file without content always means damage.
pub(crate) fn create_database(path: &Path) -> Result<()> {
    let beside = folder::with_suffix(path, ".new");
    let failed = |source| Error::folder(&beside, source);
    for leftover in [beside.clone(), folder::with_suffix(&beside, "-journal")] {
        backup::remove_if_there(&leftover)?;
    }
    folder::open_private(&beside, std::fs::OpenOptions::new().write(true).create_new(true)).map_err(failed)?;
    let mut conn = crate::connection::open_single_file(&beside)?;
    fill_new(&mut conn)?;
    conn.close().map_err(|(_, error)| error)?;
    backup::put_in_place(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE first (a TEXT) STRICT; INSERT INTO first VALUES ('kept');";
    const BROKEN: &str = "CREATE TABLE second (b TEXT) STRICT; INSERT INTO nowhere VALUES (1);";

    fn database(dir: &DataDir, migrations: &[&str]) -> Connection {
        dir.create().unwrap();
        std::fs::write(dir.database(), []).unwrap();
        let mut conn = crate::connection::open_single_file(&dir.database()).unwrap();
        apply(&mut conn, migrations).unwrap();
        conn
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let mut conn = database(&dir, &[FIRST]);
        migrate(&mut conn, &dir, &[FIRST, BROKEN]).unwrap_err();
        assert_eq!(version_of(&conn).unwrap(), 1);
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 1, "nothing of the broken migration stays");
    }

    #[test]
    fn the_backup_holds_the_version_before_the_migration() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::at(folder.path());
        let mut conn = database(&dir, &[FIRST]);
        let to = migrate(&mut conn, &dir, &[FIRST, "DROP TABLE first;"]).unwrap().unwrap();
        assert_eq!(version_of(&conn).unwrap(), 2);
        let kept = Connection::open(to).unwrap();
        assert_eq!(version_of(&kept).unwrap(), 1);
        let text: String = kept.query_row("SELECT a FROM first", [], |row| row.get(0)).unwrap();
        assert_eq!(text, "kept");
    }
}
