//! The folder, its lock and its permissions, and how an old database is brought up to date.

use std::{fs, path::Path};

use planloom_store::{DataDir, Error, SCHEMA_VERSION, Store, Subject};
use rusqlite::Connection;

use crate::{Folder, commit, content};

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_enter_and_read() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    store.read(|now| now.plan("dt_plan_a")).unwrap();
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_b", &content("B"), 1));
    folder.dir.write_private(&folder.dir.api_key(), b"dtk_local_x").unwrap();
    store.backup(&folder.dir.path().join("copy.db")).unwrap();
    assert_eq!(mode(folder.dir.path()), 0o700);
    let names: Vec<_> = fs::read_dir(folder.dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    for path in &names {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
    assert_eq!(names.len(), 6, "database, WAL, its index, lock, key, copy: {names:?}");
}

#[cfg(unix)]
#[test]
fn what_was_open_to_others_is_closed_but_never_a_shared_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    drop(folder.with_plan());
    fs::set_permissions(folder.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.dir.database(), fs::Permissions::from_mode(0o644)).unwrap();
    drop(folder.open());
    assert_eq!((mode(folder.dir.path()), mode(&folder.dir.database())), (0o700, 0o600));

    let shared = tempfile::tempdir().unwrap();
    fs::set_permissions(shared.path(), fs::Permissions::from_mode(0o1777)).unwrap();
    assert!(matches!(DataDir::at(shared.path()).create(), Err(Error::Invalid { .. })));
    assert_eq!(mode(shared.path()), 0o1777);
}

#[test]
fn a_second_owner_is_told_who_the_first_is() {
    let folder = Folder::new();
    let first = folder.open();
    let error = folder.try_open().map(|_| ()).unwrap_err();
    let Error::Locked { holder } = &error else { panic!("{error}") };
    assert_eq!(holder.pid, Some(std::process::id()));
    assert_eq!(holder.what.as_deref(), Some("a test"));
    assert!(error.to_string().contains("a test (process "), "{error}");
    drop(first);
    assert_eq!(fs::read(folder.dir.lock()).unwrap(), b"", "nobody holds it any more");
    folder.open();
}

#[test]
fn readers_come_in_while_somebody_owns_the_folder() {
    let folder = Folder::new();
    let (_store, mut writer) = folder.with_plan();
    let reader = Store::open_read_only(&folder.dir).unwrap();
    let seen = |id: &str| reader.read(|now| now.plan(id)).unwrap().is_some();
    assert!(seen("dt_plan_a") && !seen("dt_plan_b"));
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_b", &content("B"), 1));
    assert!(seen("dt_plan_b"));
}

#[test]
fn readers_change_nothing() {
    let folder = Folder::new();
    drop(folder.with_plan());
    let before = fs::read(folder.dir.database()).unwrap();
    let reader = Store::open_read_only(&folder.dir).unwrap();
    reader.read(|now| now.plan("dt_plan_a")).unwrap();
    drop(reader);
    assert!(fs::read(folder.dir.database()).unwrap() == before);
}

#[test]
fn a_folder_without_a_database_is_not_made_by_a_reader() {
    let folder = Folder::new();
    let error = Store::open_read_only(&folder.dir).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::NotFound { subject: Subject::Database, .. }), "{error}");
    assert!(!folder.dir.path().exists());
}

#[test]
fn an_old_database_is_backed_up_and_brought_up_to_date() {
    let folder = Folder::new();
    folder.dir.create().unwrap();
    let old = Connection::open(folder.dir.database()).unwrap();
    old.execute_batch(
        "PRAGMA application_id = 0x504c4e4d; CREATE TABLE before (said TEXT); INSERT INTO before VALUES ('kept');",
    )
    .unwrap();
    old.close().unwrap();
    assert!(matches!(Store::open_read_only(&folder.dir).map(|_| ()), Err(Error::OlderVersion { found: 0, .. })));

    let (store, _writer) = folder.open();
    assert_eq!(store.read(|now| now.database_info()).unwrap().schema_version, SCHEMA_VERSION);
    let backups: Vec<_> = fs::read_dir(folder.dir.backups()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [backup] = &backups[..] else { panic!("{backups:?}") };
    let kept = Connection::open(backup).unwrap();
    let said: String = kept.query_row("SELECT said FROM before", [], |row| row.get(0)).unwrap();
    let version: u32 = kept.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!((said.as_str(), version), ("kept", 0));
    #[cfg(unix)]
    assert_eq!((mode(&folder.dir.backups()), mode(backup)), (0o700, 0o600));
}

#[test]
fn the_settings_of_the_connection_are_the_promised_ones() {
    let folder = Folder::new();
    let (store, _writer) = folder.with_plan();
    let info = store.read(|now| now.database_info()).unwrap();
    assert_eq!(info.journal_mode, "wal");
    assert_eq!(info.path, folder.dir.database());
    assert!(info.bytes > 4096);
}

#[test]
fn readers_on_many_threads() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..200).for_each(|_| assert!(store.read(|now| now.plan("dt_plan_a")).unwrap().is_some())));
        }
        for number in 0..50 {
            commit(&mut writer, |tx| tx.insert_plan(&format!("dt_plan_{number}"), &content("B"), 1));
        }
    });
}
