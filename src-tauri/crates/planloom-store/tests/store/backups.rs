//! Copies of a database in use, and putting one back.

use std::fs;

use planloom_store::{Error, Store, Subject, restore};
use rusqlite::Connection;

use crate::{Folder, commit, content};

#[test]
fn a_backup_of_a_database_in_use_is_one_whole_file() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let to = folder.dir.path().join("copy.db");
    let mut tx = writer.begin().unwrap();
    tx.insert_plan("dt_plan_open", &content("not committed"), 1).unwrap();
    store.backup(&to).unwrap();
    tx.commit().unwrap();
    let copy = Connection::open(&to).unwrap();
    let plans: i64 = copy.query_row("SELECT count(*) FROM plans", [], |row| row.get(0)).unwrap();
    assert_eq!(plans, 1);
    let beside: Vec<_> = fs::read_dir(folder.dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("copy.db"))
        .collect();
    assert_eq!(beside, ["copy.db"]);
    assert!(matches!(store.backup(&to), Err(Error::Exists { subject: Subject::Backup, .. })));
}

#[test]
fn a_restore_puts_the_copy_in_place_and_keeps_what_was_there() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let copy = folder.dir.path().join("copy.db");
    store.backup(&copy).unwrap();
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_later", &content("later"), 1));

    assert!(matches!(restore(&folder.dir, &copy, "a test"), Err(Error::Locked { .. })));
    drop((store, writer));
    let restored = restore(&folder.dir, &copy, "a test").unwrap();
    let (store, _writer) = folder.open();
    assert!(store.read(|now| now.plan("dt_plan_a")).unwrap().is_some());
    assert!(store.read(|now| now.plan("dt_plan_later")).unwrap().is_none());
    let before = Connection::open(restored.replaced.unwrap()).unwrap();
    let plans: i64 = before.query_row("SELECT count(*) FROM plans", [], |row| row.get(0)).unwrap();
    assert_eq!(plans, 2);
}

#[test]
fn a_restore_saves_a_folder_whose_database_is_damaged() {
    let folder = Folder::new();
    let (store, writer) = folder.with_plan();
    let copy = folder.dir.path().join("copy.db");
    store.backup(&copy).unwrap();
    drop((store, writer));
    fs::write(folder.dir.database(), vec![0; 5000]).unwrap();
    fs::write(folder.dir.path().join("planloom.db-wal"), "damaged too").unwrap();
    let restored = restore(&folder.dir, &copy, "a test").unwrap();
    assert_eq!(fs::read(restored.replaced.unwrap()).unwrap(), vec![0; 5000]);
    let (store, _writer) = folder.open();
    assert!(store.read(|now| now.plan("dt_plan_a")).unwrap().is_some());
}

#[test]
fn a_restore_into_a_new_folder() {
    let (old, new) = (Folder::new(), Folder::new());
    let (store, _writer) = old.with_plan();
    let copy = old.dir.path().join("copy.db");
    store.backup(&copy).unwrap();
    assert_eq!(restore(&new.dir, &copy, "a test").unwrap().replaced, None);
    assert!(Store::open_read_only(&new.dir).unwrap().read(|now| now.plan("dt_plan_a")).unwrap().is_some());
}

#[test]
fn a_bad_copy_changes_nothing() {
    let folder = Folder::new();
    let (store, writer) = folder.with_plan();
    let copy = folder.dir.path().join("copy.db");
    store.backup(&copy).unwrap();
    drop((store, writer));
    let (present, whole) = (fs::read(folder.dir.database()).unwrap(), fs::read(&copy).unwrap());

    let mut damaged = whole.clone();
    let end = damaged.len();
    damaged[end - 4096..].fill(0x5a);
    damaged[8192..12288].fill(0x5a);
    for (bad, what) in [(damaged, "damaged"), (whole[..whole.len() / 2].to_vec(), "cut"), (vec![0; 9000], "zeros")] {
        fs::write(&copy, bad).unwrap();
        let error = restore(&folder.dir, &copy, "a test").unwrap_err();
        assert!(matches!(error, Error::Corrupt { .. }), "{what}: {error}");
        assert!(fs::read(folder.dir.database()).unwrap() == present, "{what}");
    }
    let nowhere = restore(&folder.dir, &folder.dir.path().join("nowhere.db"), "a test");
    assert!(matches!(nowhere, Err(Error::NotFound { subject: Subject::Backup, .. })));
}
