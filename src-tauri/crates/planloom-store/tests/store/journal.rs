//! The chain: it holds when untouched, and says where it was touched.

use planloom_store::{ChainFault, Error, JournalEvent, NO_HASH, Store, Subject, journal_hash};
use rusqlite::Connection;

use crate::{Folder, commit, new_execution};

fn filled(folder: &Folder) -> Store {
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| {
        for id in ["dt_exec_a", "dt_exec_b"] {
            tx.insert_execution(&new_execution(id, "dt_plan_a", "A"))?;
            let mut previous = NO_HASH;
            for n in 1..=5 {
                let body = format!("{{\"n\":{n}}}");
                let event = JournalEvent { at: n as i64 * 100, kind: "completed", body: &body };
                previous = tx.append(id, n, &previous, &[event])?.last_hash;
            }
        }
        Ok(())
    });
    store
}

fn tamper(folder: &Folder, sql: &str) {
    let conn = Connection::open(folder.dir.database()).unwrap();
    assert!(conn.execute(sql, []).is_err(), "the journal guards itself");
    conn.execute_batch("DROP TRIGGER journal_never_changes; DROP TRIGGER journal_is_kept").unwrap();
    assert_eq!(conn.execute(sql, []).unwrap(), 1);
}

#[track_caller]
fn broken_at(sql: &str) -> (u64, ChainFault) {
    let folder = Folder::new();
    let store = filled(&folder);
    tamper(&folder, sql);
    store.read(|now| now.verify_journal("dt_exec_b")).unwrap().unwrap();
    let fault = store.read(|now| now.verify_journal("dt_exec_a")).unwrap().unwrap_err();
    (fault.n, fault.fault)
}

#[test]
fn an_untouched_chain_holds() {
    let folder = Folder::new();
    let store = filled(&folder);
    let rows = store.read(|now| now.read_journal("dt_exec_a")).unwrap();
    let end = store.read(|now| now.verify_journal("dt_exec_a")).unwrap().unwrap();
    assert_eq!((end.rows, end.last_hash), (5, rows[4].hash));
    assert_eq!(store.read(|now| now.verify_journal("dt_exec_none")).unwrap().unwrap().rows, 0);
}

#[test]
fn a_touched_chain_breaks_where_it_was_touched() {
    let in_a = "execution = (SELECT row_id FROM executions WHERE id = 'dt_exec_a')";
    assert_eq!(
        broken_at(&format!("UPDATE journal SET body = '{{}}' WHERE n = 3 AND {in_a}")),
        (3, ChainFault::Changed)
    );
    assert_eq!(broken_at(&format!("UPDATE journal SET at = 1 WHERE n = 1 AND {in_a}")), (1, ChainFault::Changed));
    assert_eq!(
        broken_at(&format!("UPDATE journal SET kind = 'failed' WHERE n = 5 AND {in_a}")),
        (5, ChainFault::Changed)
    );
    assert_eq!(
        broken_at(&format!("UPDATE journal SET hash = zeroblob(32) WHERE n = 2 AND {in_a}")),
        (2, ChainFault::Changed)
    );
    let gap = broken_at(&format!("DELETE FROM journal WHERE n = 2 AND {in_a}"));
    assert_eq!(gap, (3, ChainFault::Gap { expected: 2 }));
    assert_eq!(broken_at(&format!("DELETE FROM journal WHERE n = 1 AND {in_a}")), (2, ChainFault::Changed));
}

/// The documented bytes, put together by hand and hashed by another program.
#[test]
fn a_stranger_can_compute_the_hash() {
    // printf '\0…32…' + u64be(1) + 'e' + u64be(1) + i64be(-1) + u64be(1) + 'k' + u64be(2) + '{}' | sha256sum
    let event = JournalEvent { at: -1, kind: "k", body: "{}" };
    let hash = journal_hash(&NO_HASH, "e", 1, &event);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "500c14f4876d7f73c828bceaee1b2348ce76b6a366476da41c85c9c1da57e1f3");
}

#[test]
fn events_have_one_order_over_all_executions() {
    let folder = Folder::new();
    let store = filled(&folder);
    let all = store.read(|now| now.read_since(0, 100)).unwrap();
    assert_eq!(all.iter().map(|row| row.seq).collect::<Vec<_>>(), (1..=10).collect::<Vec<i64>>());
    let some = store.read(|now| now.read_since(7, 2)).unwrap();
    assert_eq!(
        some.iter().map(|row| (row.seq, row.execution.as_str(), row.n)).collect::<Vec<_>>(),
        [(8, "dt_exec_b", 3), (9, "dt_exec_b", 4)]
    );
    assert_eq!(store.read(|now| now.last_seq()).unwrap(), 10);
}

#[test]
fn an_append_says_which_numbers_its_events_got() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let events = ["{}"; 3].map(|body| JournalEvent { at: 1, kind: "k", body });
    let appended = commit(&mut writer, |tx| {
        tx.insert_execution(&new_execution("dt_exec_a", "dt_plan_a", "A"))?;
        tx.append("dt_exec_a", 1, &NO_HASH, &events)?;
        tx.append("dt_exec_a", 4, &NO_HASH, &events)
    });
    assert_eq!(appended.first_seq, 4);
    let rows = store.read(|now| now.read_journal("dt_exec_a")).unwrap();
    assert_eq!(rows.last().unwrap().hash, appended.last_hash);
}

#[test]
fn the_same_row_twice_is_refused() {
    let folder = Folder::new();
    drop(filled(&folder));
    let (_store, mut writer) = folder.open();
    let mut tx = writer.begin().unwrap();
    let twice = tx.append("dt_exec_a", 5, &NO_HASH, &[JournalEvent { at: 1, kind: "k", body: "{}" }]);
    assert!(matches!(twice, Err(Error::Exists { subject: Subject::JournalRow, .. })), "{twice:?}");
    let nobody = tx.append("dt_exec_none", 1, &NO_HASH, &[]);
    assert!(matches!(nobody, Err(Error::NotFound { subject: Subject::Execution, .. })), "{nobody:?}");
}
