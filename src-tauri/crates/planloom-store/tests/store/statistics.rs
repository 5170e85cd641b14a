//! Sums over executions and tasks.

use planloom_store::{Calibration, ExecutionState, GroupBy, TaskState, Verdict};

use crate::{Folder, commit, new_execution, start, state, task};

#[test]
fn a_plan_s_card() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| {
        for number in 0..15_u64 {
            let id = format!("dt_exec_{number}");
            tx.insert_execution(&new_execution(&id, "dt_plan_a", "A"))?;
            tx.put_execution(&id, &state("running"))?;
            let costs = ExecutionState {
                duration_ms: Some(100 * (number + 1)),
                cost_pico: (number != 0).then_some(2_000_000_000_000),
                ..state(if number == 14 { "failed" } else { "completed" })
            };
            tx.put_execution(&id, &costs)?;
        }
        Ok(())
    });
    let plans = ["dt_plan_a".to_owned(), "dt_plan_none".to_owned()];
    let [card, none] = &store.read(|now| now.plan_statistics(&plans)).unwrap()[..] else { panic!() };
    assert_eq!((card.executions, card.recent.len(), card.last_status()), (15, 12, Some("failed")));
    assert_eq!((card.average_cost_usd, card.average_duration_ms), (Some(2.0), Some(750.0)));
    assert_eq!((none.executions, none.last_status(), none.average_cost_usd), (0, None, None));
}

#[test]
fn tasks_in_groups() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    let day = 24 * 3600 * 1000;
    commit(&mut writer, |tx| {
        start(tx, "dt_exec_a", "completed")?;
        let ended = |index: u32, status: &str, at| TaskState {
            completed_at: Some(at),
            ..task(index, &format!("dt_task_{index}"), status)
        };
        tx.put_task("dt_exec_a", &ended(0, "completed", 10))?;
        tx.put_task("dt_exec_a", &ended(1, "failed", day))?;
        tx.put_task("dt_exec_a", &TaskState { cost_pico: None, ..ended(2, "completed", day + 1) })?;
        tx.put_task("dt_exec_a", &TaskState { model: None, provider: None, ..ended(3, "skipped", 2 * day) })
    });
    let groups = |by| {
        let groups = store.read(|now| now.task_statistics(0, 2 * day, by)).unwrap();
        groups.into_iter().map(|group| (group.group.unwrap_or_default(), group.tasks)).collect::<Vec<_>>()
    };
    assert_eq!(groups(GroupBy::Day), [("1970-01-01".to_owned(), 1), ("1970-01-02".to_owned(), 2)]);
    assert_eq!(groups(GroupBy::Status), [("completed".to_owned(), 2), ("failed".to_owned(), 1)]);
    assert_eq!(groups(GroupBy::Plan), [("dt_plan_a".to_owned(), 3)]);
    assert_eq!(groups(GroupBy::Provider), [("simulator".to_owned(), 3)]);
    let all = store.read(|now| now.task_statistics(0, 3 * day, GroupBy::Model)).unwrap();
    let [none, haiku] = &all[..] else { panic!("{all:?}") };
    assert_eq!((none.group.as_deref(), none.tasks), (None, 1));
    assert_eq!((haiku.completed, haiku.failed, haiku.unknown_costs, haiku.tokens.output), (2, 1, 1, 60));
    assert!((haiku.known_cost_usd - 10e-12).abs() < 1e-18);
}

#[test]
fn verdicts_by_confidence() {
    let folder = Folder::new();
    let (store, mut writer) = folder.with_plan();
    commit(&mut writer, |tx| {
        start(tx, "dt_exec_a", "completed")?;
        let scores = [
            (Some(0.29), Verdict::Accepted),
            (Some(0.2999), Verdict::Edited),
            (Some(0.57), Verdict::Rejected),
            (None, Verdict::Accepted),
        ];
        for (index, (confidence, verdict)) in (0..).zip(scores) {
            let judged =
                TaskState { confidence, verdict: Some(verdict), ..task(index, &format!("t{index}"), "completed") };
            tx.put_task("dt_exec_a", &judged)?;
        }
        tx.put_task("dt_exec_a", &task(9, "t9", "completed"))
    });
    let line = |confidence_hundredths, accepted, edited, rejected| Calibration {
        confidence_hundredths,
        accepted,
        edited,
        rejected,
    };
    assert_eq!(
        store.read(|now| now.calibration(0, 100)).unwrap(),
        [line(None, 1, 0, 0), line(Some(29), 1, 1, 0), line(Some(57), 0, 0, 1)]
    );
}
