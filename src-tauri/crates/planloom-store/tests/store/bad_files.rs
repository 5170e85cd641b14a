//! Database files that must be refused, each left exactly as it was.

use std::fs;

use planloom_store::{DataDir, Error, SCHEMA_VERSION, Store};
use rusqlite::Connection;

use crate::{Folder, commit, content};

fn bytes(dir: &DataDir) -> Vec<u8> {
    fs::read(dir.database()).unwrap()
}

/// Opens both ways, sees that both refuse it for the same reason, and that the file did not change.
#[track_caller]
fn refused(folder: &Folder) -> Error {
    let before = bytes(&folder.dir);
    let error = folder.try_open().map(|_| ()).unwrap_err();
    let reading = Store::open_read_only(&folder.dir).map(|_| ()).unwrap_err();
    assert_eq!(std::mem::discriminant(&error), std::mem::discriminant(&reading), "{error} / {reading}");
    assert!(bytes(&folder.dir) == before, "the file was changed");
    error
}

fn filled() -> Folder {
    let folder = Folder::new();
    let (_store, mut writer) = folder.with_plan();
    for number in 0..50 {
        commit(&mut writer, |tx| tx.insert_plan(&format!("dt_plan_{number}"), &content(&"x".repeat(4000)), 1));
    }
    folder
}

#[test]
fn zeros() {
    let folder = Folder::new();
    folder.dir.create().unwrap();
    fs::write(folder.dir.database(), vec![0; 8192]).unwrap();
    let error = refused(&folder);
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(error.to_string().contains("zeros") && error.to_string().contains("planloom restore"), "{error}");
}

#[test]
fn an_empty_file() {
    let folder = Folder::new();
    folder.dir.create().unwrap();
    fs::write(folder.dir.database(), []).unwrap();
    assert!(matches!(refused(&folder), Error::Corrupt { .. }));
}

#[test]
fn not_a_database() {
    let folder = Folder::new();
    folder.dir.create().unwrap();
    fs::write(folder.dir.database(), "A letter to somebody. ".repeat(100)).unwrap();
    assert!(matches!(refused(&folder), Error::Corrupt { .. }));
}

#[test]
fn a_truncated_file() {
    let folder = filled();
    let whole = bytes(&folder.dir);
    for kept in [whole.len() / 2, 4096, 99, 1] {
        fs::write(folder.dir.database(), &whole[..kept]).unwrap();
        let error = refused(&folder);
        assert!(matches!(error, Error::Corrupt { .. }), "{kept}: {error}");
    }
}

/// The state after a crash: the file and its WAL as they were at one moment of a running process, the file cut to a part.
fn crashed(cut: impl Fn(usize) -> usize) -> Folder {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    for number in 0..50 {
        commit(&mut writer, |tx| tx.insert_plan(&format!("dt_plan_{number}"), &content(&"x".repeat(4000)), 1));
    }
    writer.checkpoint().unwrap();
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_late", &content("late"), 1));
    let wal = folder.dir.path().join("planloom.db-wal");
    let (file, log) = (bytes(&folder.dir), fs::read(&wal).unwrap());
    drop((store, writer));
    fs::write(folder.dir.database(), &file[..cut(file.len())]).unwrap();
    fs::write(&wal, &log).unwrap();
    folder
}

#[test]
fn a_truncated_file_with_a_wal_from_a_crash() {
    let folder = crashed(|whole| whole / 2 / 4096 * 4096);
    let before = bytes(&folder.dir);
    let error = folder.try_open().map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    assert!(bytes(&folder.dir) == before);

    let folder = crashed(|whole| whole);
    let (store, _writer) = folder.open();
    assert!(store.read(|now| now.plan("dt_plan_late")).unwrap().is_some());
}

#[test]
fn a_newer_version() {
    let folder = filled();
    let conn = Connection::open(folder.dir.database()).unwrap();
    conn.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    conn.close().unwrap();
    let error = refused(&folder);
    let Error::NewerVersion { found, supported, .. } = error else { panic!("{error}") };
    assert_eq!((found, supported), (SCHEMA_VERSION + 1, SCHEMA_VERSION));
    assert!(!folder.dir.backups().exists());
}

#[test]
fn a_newer_version_that_is_only_in_the_wal() {
    let folder = filled();
    let conn = Connection::open(folder.dir.database()).unwrap();
    conn.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    let wal = folder.dir.path().join("planloom.db-wal");
    let (file, log) = (bytes(&folder.dir), fs::read(&wal).unwrap());
    conn.close().unwrap();
    // As after a crash: the newer version was never moved into the file.
    fs::write(folder.dir.database(), file).unwrap();
    fs::write(&wal, &log).unwrap();
    assert!(matches!(refused(&folder), Error::NewerVersion { .. }));
    assert!(fs::read(&wal).unwrap() == log, "the WAL was changed");
}

#[test]
fn another_program_s_database() {
    let folder = Folder::new();
    folder.dir.create().unwrap();
    let conn = Connection::open(folder.dir.database()).unwrap();
    conn.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    conn.close().unwrap();
    assert!(matches!(refused(&folder), Error::NotPlanloom { .. }));
}

#[test]
fn a_write_protected_file() {
    let folder = filled();
    let mut permissions = fs::metadata(folder.dir.database()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.dir.database(), permissions).unwrap();
    let before = bytes(&folder.dir);
    let error = folder.try_open().map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    assert!(bytes(&folder.dir) == before);
    let reader = Store::open_read_only(&folder.dir).unwrap();
    assert!(reader.read(|now| now.plan("dt_plan_a")).unwrap().is_some());
}

#[test]
fn a_wal_without_its_database() {
    let folder = filled();
    fs::remove_file(folder.dir.database()).unwrap();
    fs::write(folder.dir.path().join("planloom.db-wal"), "left over").unwrap();
    assert!(matches!(folder.try_open().map(|_| ()).unwrap_err(), Error::Corrupt { .. }));
    assert!(!folder.dir.database().exists());
}

#[test]
fn damage_inside_is_found_by_the_check() {
    let folder = filled();
    let mut damaged = bytes(&folder.dir);
    let middle = damaged.len() / 2;
    damaged[middle..middle + 4096].fill(0x5a);
    fs::write(folder.dir.database(), damaged).unwrap();
    let reader = Store::open_read_only(&folder.dir).unwrap();
    let found = reader.read(|now| now.check());
    assert!(found.map_or(true, |faults| !faults.is_empty()));
}
