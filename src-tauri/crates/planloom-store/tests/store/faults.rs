//! Full disks, failing writes, processes that die: nothing that was committed is lost, nothing else is half there.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
};

use planloom_store::{DataDir, Error, JournalEvent, NO_HASH, OpenOptions, Store, Subject, Writer};

use crate::{Folder, commit, content, new_execution, start};

const CHILD: &str = "PLANLOOM_TEST_CHILD_FOLDER";

fn append_until_full(writer: &mut Writer, body_bytes: usize) -> (u64, Error) {
    let body = format!("\"{}\"", "x".repeat(body_bytes));
    let mut previous = NO_HASH;
    for n in 1..100_000 {
        let committed = (|| {
            let mut tx = writer.begin()?;
            let appended =
                tx.append("dt_exec_a", n, &previous, &[JournalEvent { at: 1, kind: "grew", body: &body }])?;
            tx.commit()?;
            Ok(appended.last_hash)
        })();
        match committed {
            Ok(hash) => previous = hash,
            Err(error) => return (n - 1, error),
        }
    }
    panic!("the disk never got full");
}

fn with_execution(dir: &DataDir, max_bytes: Option<u64>) -> (Store, Writer) {
    let options = OpenOptions { max_bytes, ..OpenOptions::new("a test") };
    let (store, mut writer) = Store::open(dir, &options).unwrap();
    commit(&mut writer, |tx| {
        tx.insert_plan("dt_plan_a", &content("A"), 1)?;
        tx.insert_execution(&new_execution("dt_exec_a", "dt_plan_a", "A"))
    });
    (store, writer)
}

fn rows(store: &Store) -> u64 {
    store.read(|now| now.verify_journal("dt_exec_a")).unwrap().unwrap().rows
}

#[test]
fn a_full_database_takes_the_transaction_back_and_goes_on_when_there_is_room() {
    let folder = Folder::new();
    let (store, mut writer) = with_execution(&folder.dir, Some(600 * 1024));
    let (committed, error) = append_until_full(&mut writer, 3000);
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert!(error.is_unavailable() && !error.must_reopen());
    assert_eq!(rows(&store), committed);
    writer.limit_bytes(None).unwrap();
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_b", &content("B"), 1));
}

/// Unmounts and removes the folder, whatever the test did.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn new(bytes: &str) -> Option<Mounted> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Mounted(folder))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

/// Takes the last free bytes of the disk.
fn fill_up(filler: &Path) {
    let mut file = std::fs::File::options().append(true).open(filler).unwrap();
    while file.write(&[7; 512]).is_ok_and(|written| written > 0) {}
}

#[test]
fn a_full_disk() {
    let Some(mounted) = Mounted::new("6m") else {
        println!("skipped: a full disk needs a small tmpfs, and only root can mount one");
        return;
    };
    let dir = DataDir::at(mounted.0.path().join("data"));
    let filler = mounted.0.path().join("filler");
    std::fs::write(&filler, vec![7; 4 << 20]).unwrap();
    let (store, mut writer) = with_execution(&dir, None);
    let (committed, error) = append_until_full(&mut writer, 50_000);
    assert!(matches!(error, Error::Full { .. }), "{error}");
    assert_eq!(rows(&store), committed);
    fill_up(&filler);
    writer.begin().unwrap().commit().expect("an empty transaction needs no room");
    drop((store, writer));

    // The next start finds the disk still full, and every committed row.
    let (store, mut writer) = Store::open(&dir, &OpenOptions::new("a test")).unwrap();
    assert_eq!(rows(&store), committed);
    std::fs::remove_file(filler).unwrap();
    assert!(writer.checkpoint().unwrap());
    commit(&mut writer, |tx| tx.insert_plan("dt_plan_b", &content("B"), 1));
}

#[test]
fn a_failing_write_is_taken_back_alone() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let mut tx = writer.begin().unwrap();
    start(&mut tx, "dt_exec_a", "running").unwrap();
    let failed: Result<(), Error> = tx.savepoint(|tx| {
        start(tx, "dt_exec_b", "running")?;
        tx.insert_plan("dt_plan_a", &content("again"), 1)
    });
    assert!(matches!(failed, Err(Error::Exists { subject: Subject::Plan, .. })), "{failed:?}");
    // The number that the failed one had is free again, and must not be remembered for it.
    start(&mut tx, "dt_exec_c", "running").unwrap();
    let gone = tx.append("dt_exec_b", 2, &NO_HASH, &[]);
    assert!(matches!(gone, Err(Error::NotFound { subject: Subject::Execution, .. })), "{gone:?}");
    let kept: Result<(), Error> = tx.savepoint(|tx| start(tx, "dt_exec_d", "running"));
    kept.unwrap();
    tx.commit().unwrap();
    let ids = store.read(|now| now.execution_ids()).unwrap();
    assert_eq!(ids, ["dt_exec_a", "dt_exec_c", "dt_exec_d"]);
}

#[test]
fn what_is_not_committed_is_gone() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let mut tx = writer.begin().unwrap();
    start(&mut tx, "dt_exec_a", "running").unwrap();
    assert!(tx.snapshot().execution("dt_exec_a").unwrap().is_some());
    assert!(store.read(|now| now.execution("dt_exec_a")).unwrap().is_none());
    drop(tx);
    commit(&mut writer, |tx| start(tx, "dt_exec_b", "running"));
    assert_eq!(store.read(|now| now.execution_ids()).unwrap(), ["dt_exec_b"]);
}

#[test]
fn reopening_reads_from_disk() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    store.read(|now| now.plan("dt_plan_a")).unwrap();
    writer.reopen().unwrap();
    commit(&mut writer, |tx| start(tx, "dt_exec_a", "running"));
    assert_eq!(store.read(|now| now.execution_ids()).unwrap(), ["dt_exec_a"]);
    assert!(matches!(folder.try_open().map(|_| ()), Err(Error::Locked { .. })), "the lock outlives the connection");
}

/// Not a check of its own: the other side of the tests below, which start this program again.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let (_store, mut writer) = Store::open(&DataDir::at(path), &OpenOptions::new("the child")).unwrap();
    let (mut previous, mut n) = (NO_HASH, 1);
    let id = format!("dt_exec_{}", std::process::id());
    commit(&mut writer, |tx| tx.insert_execution(&new_execution(&id, "dt_plan_a", "A")));
    println!("\nid {id}");
    loop {
        previous = commit(&mut writer, |tx| {
            let two = [JournalEvent { at: 1, kind: "grew", body: "{}" }; 2];
            Ok(tx.append(&id, n, &previous, &two)?.last_hash)
        });
        n += 2;
        println!("committed {}", n - 1);
    }
}

fn child(dir: &DataDir) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::child_that_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn killed_at_any_moment_nothing_committed_is_lost() {
    let folder = Folder::new();
    drop(folder.with_plan());
    for round in 1..=10_usize {
        let mut process = child(&folder.dir);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let id = lines.find_map(|line| line.strip_prefix("id ").map(str::to_owned)).unwrap();
        let before_kill: Vec<_> = lines.by_ref().take(round * 7).collect();
        assert_eq!(before_kill.len(), round * 7);
        assert!(
            matches!(folder.try_open().map(|_| ()), Err(Error::Locked { holder }) if holder.pid == Some(process.id()))
        );
        process.kill().unwrap();
        let last = lines.last().unwrap_or_else(|| before_kill[round * 7 - 1].clone());
        process.wait().unwrap();
        let promised: u64 = last.trim_start_matches("committed ").parse().unwrap();
        let (store, _writer) = folder.open();
        let end = store.read(|now| now.verify_journal(&id)).unwrap().unwrap();
        assert!(end.rows >= promised, "{promised} were promised, {} are there", end.rows);
        assert_eq!(end.rows % 2, 0, "half of a transaction is there");
    }
}
