//! What SQLite itself needs on the same disk: the limit that figures are held against.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

fn open(folder: &Path) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir_in(folder).expect("a folder");
    let conn = Connection::open(folder.path().join("limit.db")).expect("a database");
    conn.pragma_update(None, "journal_mode", "WAL").expect("WAL");
    conn.pragma_update(None, "synchronous", "FULL").expect("FULL");
    conn.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, body TEXT)").expect("a table");
    (folder, conn)
}

const BODY: &str = "{\"answered\":{\"step\":1,\"call\":1,\"answer\":{\"output\":{\"hash\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\",\"bytes\":80}}}}";

/// `count` commits of one row each.
pub fn single_commits(folder: &Path, count: usize) -> Duration {
    let (_folder, conn) = open(folder);
    let mut insert = conn.prepare("INSERT INTO row (body) VALUES (?1)").expect("a statement");
    let begun = Instant::now();
    for _ in 0..count {
        insert.execute([BODY]).expect("a commit");
    }
    begun.elapsed()
}

/// `count` rows in one commit.
pub fn grouped_rows(folder: &Path, count: usize) -> Duration {
    let (_folder, mut conn) = open(folder);
    let begun = Instant::now();
    let tx = conn.transaction().expect("a transaction");
    {
        let mut insert = tx.prepare("INSERT INTO row (body) VALUES (?1)").expect("a statement");
        for _ in 0..count {
            insert.execute([BODY]).expect("a row");
        }
    }
    tx.commit().expect("a commit");
    begun.elapsed()
}
