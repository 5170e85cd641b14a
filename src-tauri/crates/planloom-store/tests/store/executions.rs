//! Lists, searches, counters, and read rows that can be thrown away.

use planloom_store::{ExecutionFilter, Page, Snapshot, Store, Writer};

use crate::{Folder, commit, content, new_execution, start, state, task};

fn ids(page: &Page<planloom_store::ExecutionRow>) -> Vec<&str> {
    page.items.iter().map(|row| row.identity.id.as_str()).collect()
}

fn filter(plan_id: Option<&str>, status: Option<&str>, search: Option<&str>) -> ExecutionFilter {
    ExecutionFilter {
        plan_id: plan_id.map(str::to_owned),
        status: status.map(str::to_owned),
        search: search.map(str::to_owned),
    }
}

#[track_caller]
fn listed(store: &Store, filter: &ExecutionFilter, limit: u32, offset: u32, expected: &[&str], total: u64) {
    let page = store.read(|now| now.list_executions(filter, limit, offset)).unwrap();
    assert_eq!((ids(&page), page.total), (expected.to_vec(), total), "{filter:?}");
}

/// Six executions of two plans: a1 b1 a2 b2 a3 b3, the odd ones completed.
fn six(folder: &Folder) -> (Store, Writer) {
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| {
        tx.insert_plan("dt_plan_b", &content("Ärger im Büro"), 1)?;
        for number in 1..=3 {
            let status = if number % 2 == 1 { "completed" } else { "running" };
            for (plan, name) in [("a", "Contract review"), ("b", "Ärger im Büro")] {
                let id = format!("dt_exec_{plan}{number}ff");
                tx.insert_execution(&new_execution(&id, &format!("dt_plan_{plan}"), name))?;
                tx.put_execution(&id, &state(status))?;
            }
        }
        Ok(())
    });
    (store, writer)
}

#[test]
fn lists_are_newest_first_and_know_their_total() {
    let folder = Folder::new();
    let (store, _writer) = six(&folder);
    let (b3, a3, b2, a2, b1, a1) =
        ("dt_exec_b3ff", "dt_exec_a3ff", "dt_exec_b2ff", "dt_exec_a2ff", "dt_exec_b1ff", "dt_exec_a1ff");
    listed(&store, &filter(None, None, None), 2, 0, &[b3, a3], 6);
    listed(&store, &filter(None, None, None), 100, 4, &[b1, a1], 6);
    listed(&store, &filter(None, None, None), 100, 6, &[], 6);
    listed(&store, &filter(Some("dt_plan_a"), None, None), 100, 0, &[a3, a2, a1], 3);
    listed(&store, &filter(None, Some("running"), None), 100, 0, &[b2, a2], 2);
    listed(&store, &filter(Some("dt_plan_b"), Some("completed"), None), 1, 1, &[b1], 2);
    listed(&store, &filter(Some("dt_plan_none"), None, None), 100, 0, &[], 0);
    listed(&store, &filter(None, Some("paused"), None), 100, 0, &[], 0);
}

#[test]
fn a_search_finds_names_and_ids_in_any_case() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    let (b3, a3, b2, b1) = ("dt_exec_b3ff", "dt_exec_a3ff", "dt_exec_b2ff", "dt_exec_b1ff");
    listed(&store, &filter(None, None, Some("ÄRGER")), 100, 0, &[b3, b2, b1], 3);
    listed(&store, &filter(None, None, Some("büro")), 1, 1, &[b2], 3);
    listed(&store, &filter(None, Some("running"), Some("büro")), 100, 0, &[b2], 1);
    listed(&store, &filter(None, None, Some("3FF")), 100, 0, &[b3, a3], 2);
    listed(&store, &filter(None, None, Some("dt_exec_b2")), 100, 0, &[b2], 1);
    listed(&store, &filter(Some("dt_plan_a"), None, Some("3ff")), 100, 0, &[a3], 1);
    listed(&store, &filter(None, None, Some("nowhere")), 100, 0, &[], 0);
    listed(&store, &filter(None, None, Some("exec")), 100, 0, &[], 0);
    listed(&store, &filter(None, None, Some("%")), 100, 0, &[], 0);

    commit(&mut writer, |tx| start(tx, "dt_exec_new3ff", "running"));
    listed(&store, &filter(None, None, Some("3ff")), 100, 0, &["dt_exec_new3ff", b3, a3], 3);
}

#[test]
fn a_search_inside_a_transaction_leaves_nothing_behind() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    let mut tx = writer.begin().unwrap();
    start(&mut tx, "dt_exec_x3ff", "running").unwrap();
    let inside = tx.snapshot().list_executions(&filter(None, None, Some("3ff")), 100, 0).unwrap();
    assert_eq!(inside.total, 3);
    drop(tx);
    listed(&store, &filter(None, None, Some("3ff")), 100, 0, &["dt_exec_b3ff", "dt_exec_a3ff"], 2);
    commit(&mut writer, |tx| start(tx, "dt_exec_y3ff", "running"));
    listed(&store, &filter(None, None, Some("x3ff")), 100, 0, &[], 0);
    listed(&store, &filter(None, None, Some("y3ff")), 100, 0, &["dt_exec_y3ff"], 1);
}

#[test]
fn an_older_moment_sees_its_own_executions_only() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    let search = filter(None, None, Some("3ff"));
    let older = |now: &Snapshot<'_>| now.list_executions(&search, 100, 0).map(|page| page.total);
    store
        .read(|now| {
            assert_eq!(older(now)?, 2);
            commit(&mut writer, |tx| start(tx, "dt_exec_z3ff", "running"));
            assert_eq!(store.read(older)?, 3);
            assert_eq!(older(now)?, 2);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.read(older).unwrap(), 3);
}

#[test]
fn counters_follow_every_change() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    let counts = || store.read(|now| now.executions_by_status()).unwrap();
    let pairs =
        |list: &[(&str, u64)]| list.iter().map(|(status, count)| (status.to_string(), *count)).collect::<Vec<_>>();
    assert_eq!(counts(), pairs(&[("completed", 4), ("running", 2)]));
    commit(&mut writer, |tx| {
        tx.put_execution("dt_exec_a2ff", &state("paused"))?;
        tx.put_execution("dt_exec_a2ff", &state("paused"))?;
        tx.put_execution("dt_exec_b2ff", &state("completed"))?;
        tx.put_execution("dt_exec_b3ff", &state("running"))
    });
    assert_eq!(counts(), pairs(&[("completed", 4), ("paused", 1), ("running", 1)]));
}

#[test]
fn unended_executions_are_what_a_start_goes_on_with() {
    let folder = Folder::new();
    let (store, _writer) = six(&folder);
    let unended = store.read(|now| now.unended_executions()).unwrap();
    let ids: Vec<_> = unended.iter().map(|row| row.identity.id.as_str()).collect();
    assert_eq!(ids, ["dt_exec_a2ff", "dt_exec_b2ff"]);
}

#[test]
fn read_rows_can_be_thrown_away_and_written_again() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    let search = filter(None, None, Some("3ff"));
    listed(&store, &search, 100, 0, &["dt_exec_b3ff", "dt_exec_a3ff"], 2);
    let before = store.read(|now| now.list_executions(&ExecutionFilter::default(), 100, 0)).unwrap();
    commit(&mut writer, |tx| tx.put_task("dt_exec_a1ff", &task(0, "dt_task_0", "completed")));
    commit(&mut writer, |tx| tx.clear_read_rows());
    listed(&store, &filter(None, None, None), 100, 0, &[], 0);
    assert_eq!(store.read(|now| now.list_executions(&search, 100, 0)).unwrap().items, []);
    assert_eq!(store.read(|now| now.tasks("dt_exec_a1ff")).unwrap(), []);
    commit(&mut writer, |tx| {
        for row in &before.items {
            tx.put_execution(&row.identity.id, &row.state)?;
        }
        Ok(())
    });
    assert_eq!(store.read(|now| now.list_executions(&ExecutionFilter::default(), 100, 0)).unwrap(), before);
    listed(&store, &search, 100, 0, &["dt_exec_b3ff", "dt_exec_a3ff"], 2);
}

#[test]
fn tasks_keep_plan_order_and_are_found_by_id() {
    let folder = Folder::new();
    let (store, mut writer) = six(&folder);
    commit(&mut writer, |tx| {
        tx.put_task("dt_exec_a1ff", &task(2, "dt_task_2", "awaiting_approval"))?;
        tx.put_task("dt_exec_a1ff", &task(0, "dt_task_0", "completed"))?;
        tx.put_task("dt_exec_b1ff", &task(0, "dt_task_b", "awaiting_approval"))?;
        tx.put_task("dt_exec_a1ff", &task(1, "dt_task_1", "failed"))
    });
    let steps = |execution: &str| {
        let tasks = store.read(|now| now.tasks(execution)).unwrap();
        tasks.into_iter().map(|row| row.task.step_index).collect::<Vec<_>>()
    };
    assert_eq!((steps("dt_exec_a1ff"), steps("dt_exec_b1ff"), steps("dt_exec_none")), (vec![0, 1, 2], vec![0], vec![]));
    let found = store.read(|now| now.task("dt_task_b")).unwrap().unwrap();
    assert_eq!((found.execution.as_str(), found.plan_id.as_str()), ("dt_exec_b1ff", "dt_plan_b"));
    let waiting = store.read(|now| now.tasks_awaiting_approval()).unwrap();
    assert_eq!(waiting.len(), 2);

    commit(&mut writer, |tx| {
        tx.put_task("dt_exec_b1ff", &task(0, "dt_task_b", "completed"))?;
        tx.delete_task("dt_exec_a1ff", 1)
    });
    assert_eq!(store.read(|now| now.tasks_awaiting_approval()).unwrap().len(), 1);
    assert_eq!(steps("dt_exec_a1ff"), [0, 2]);
}
