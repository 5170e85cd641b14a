//! Texts are stored once, deleted per execution, and really gone.

use planloom_store::{DeletedTexts, Error, Store, Text, Writer};
use sha2::{Digest, Sha256};

use crate::{Folder, commit, start, state};

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(store: &Store, execution: &str, text: &str) -> Option<Text> {
    store.read(|now| now.text(execution, &hash(text))).unwrap()
}

/// `a` and `b` share a text, and each has one of its own.
fn two(folder: &Folder) -> (Store, Writer) {
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| {
        for (id, own) in [("dt_exec_a", "only in a"), ("dt_exec_b", "only in b")] {
            start(tx, id, "completed")?;
            tx.put_text(id, &hash("shared"), "shared")?;
            tx.put_text(id, &hash("shared"), "shared")?;
            tx.put_text(id, &hash(own), own)?;
        }
        Ok(())
    });
    (store, writer)
}

#[test]
fn deleting_is_per_execution() {
    let folder = Folder::new();
    let (store, mut writer) = two(&folder);
    let deleted = commit(&mut writer, |tx| tx.delete_texts("dt_exec_a", 99));
    assert_eq!(deleted, DeletedTexts { references: 2, bodies: 1 });
    assert_eq!(text(&store, "dt_exec_a", "shared"), Some(Text::Deleted { bytes: 6, deleted_at: 99 }));
    assert_eq!(text(&store, "dt_exec_a", "only in a"), Some(Text::Deleted { bytes: 9, deleted_at: 99 }));
    assert_eq!(text(&store, "dt_exec_b", "shared"), Some(Text::Present("shared".into())));
    assert_eq!(text(&store, "dt_exec_b", "only in b"), Some(Text::Present("only in b".into())));
    assert_eq!(text(&store, "dt_exec_b", "only in a"), None);
    assert_eq!(store.read(|now| now.text_by_hash(&hash("only in a"))).unwrap(), None);

    let again = commit(&mut writer, |tx| tx.delete_texts("dt_exec_a", 100));
    assert_eq!(again, DeletedTexts::default());
    let last = commit(&mut writer, |tx| tx.delete_texts("dt_exec_b", 101));
    assert_eq!(last, DeletedTexts { references: 2, bodies: 2 });
}

#[test]
fn the_same_text_produced_anew_is_readable_only_where_it_was_produced() {
    let folder = Folder::new();
    let (store, mut writer) = two(&folder);
    commit(&mut writer, |tx| {
        tx.delete_texts("dt_exec_a", 99)?;
        tx.put_text("dt_exec_b", &hash("only in a"), "only in a")
    });
    assert_eq!(text(&store, "dt_exec_b", "only in a"), Some(Text::Present("only in a".into())));
    assert!(matches!(text(&store, "dt_exec_a", "only in a"), Some(Text::Deleted { .. })));
}

#[test]
fn a_rerun_refers_to_what_is_there() {
    let folder = Folder::new();
    let (store, mut writer) = two(&folder);
    commit(&mut writer, |tx| tx.refer_text("dt_exec_b", &hash("only in a")));
    commit(&mut writer, |tx| tx.delete_texts("dt_exec_a", 99));
    assert_eq!(text(&store, "dt_exec_b", "only in a"), Some(Text::Present("only in a".into())));
    let mut tx = writer.begin().unwrap();
    assert!(matches!(tx.refer_text("dt_exec_b", &hash("never")), Err(Error::NotFound { .. })));
    assert!(matches!(tx.refer_text("dt_exec_b", "nonsense"), Err(Error::Invalid { .. })));
}

#[test]
fn old_ones_are_deleted_by_the_end_of_their_execution() {
    let folder = Folder::new();
    let (store, mut writer) = two(&folder);
    commit(&mut writer, |tx| {
        let ended = |at| planloom_store::ExecutionState { completed_at: Some(at), ..state("completed") };
        tx.put_execution("dt_exec_a", &ended(1000))?;
        tx.put_execution("dt_exec_b", &ended(2000))?;
        start(tx, "dt_exec_c", "running")?;
        tx.put_text("dt_exec_c", &hash("running"), "running")
    });
    let deleted = commit(&mut writer, |tx| tx.delete_texts_older_than(2000, 5000));
    assert_eq!(deleted, DeletedTexts { references: 2, bodies: 1 });
    assert!(matches!(text(&store, "dt_exec_b", "shared"), Some(Text::Present(_))));
    assert!(matches!(text(&store, "dt_exec_c", "running"), Some(Text::Present(_))));
}

#[test]
fn a_deleted_text_is_in_none_of_the_files() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let short = "canary-short-1f0e".to_owned();
    let long = "canary-long-77aa ".repeat(2000);
    commit(&mut writer, |tx| {
        start(tx, "dt_exec_a", "completed")?;
        tx.put_text("dt_exec_a", &hash(&short), &short)?;
        tx.put_text("dt_exec_a", &hash(&long), &long)
    });
    assert!(contains(&folder, "canary-short") && contains(&folder, "canary-long"));
    commit(&mut writer, |tx| tx.delete_texts("dt_exec_a", 99));
    assert!(writer.checkpoint().unwrap());
    assert!(!contains(&folder, "canary-short") && !contains(&folder, "canary-long"));
    drop(store);
}

fn contains(folder: &Folder, needle: &str) -> bool {
    std::fs::read_dir(folder.dir.path()).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(path).unwrap() } else { Vec::new() };
        memchr::memmem::find(&bytes, needle.as_bytes()).is_some()
    })
}
