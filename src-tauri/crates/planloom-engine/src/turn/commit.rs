//! The one transaction of a turn, and what happens when it does not succeed.

use std::sync::Arc;

use planloom_core::execution::{ExecutionStatus, StepIndex, Task, TaskState, Verdict};
use planloom_store::{self as store, JournalEvent, NewExecution, Tokens, Transaction};

use super::live::{Running, kind_of};
use super::{Live, Loop, RETRY_COMMIT_MS, Requests};
use crate::views;

impl Loop {
    /// Writes everything of this turn.
    pub(super) fn commit(&mut self, requests: &mut Requests) -> Result<(), store::Error> {
        let has_receipts = requests.waiters.iter().any(|waiter| waiter.has_to_store());
        let writes = |live: &Live| live.is_new || !live.pending.is_empty();
        let has_events = self.dirty.iter().filter_map(|id| self.live.get(id)).any(writes);
        if requests.writes.is_empty() && !has_receipts && !has_events {
            return Ok(());
        }
        let mut tx = self.writer.begin()?;
        for write in &mut requests.writes {
            write.write(&mut tx);
        }
        let mut appended = Vec::new();
        for id in &self.dirty {
            if let Some(live) = self.live.get(id).filter(|live| writes(live)) {
                appended.push((Arc::clone(id), write_execution(&mut tx, live)?));
            }
        }
        for waiter in &mut requests.waiters {
            waiter.store(&mut tx)?;
        }
        tx.commit()?;
        let mut events = 0;
        for (id, appended) in appended {
            if let Some(live) = self.live.get_mut(&id) {
                let count = live.pending.len() as u64;
                live.next_n += count;
                live.last_hash = appended.last_hash;
                live.last_seq = appended.first_seq + count as i64 - 1;
                events += count;
            }
        }
        self.shared.counters.committed(events);
        Ok(())
    }

    /// Nothing of this turn happened: the states are folded from disk again. Answers that arrived are kept.
    pub(super) fn roll_back(&mut self, error: &store::Error, now_ms: i64) {
        if error.must_reopen()
            && let Err(error) = self.writer.reopen()
        {
            tracing::error!(%error, "the database could not be opened again");
        }
        self.degraded_until_ms = Some(now_ms + RETRY_COMMIT_MS);
        self.shared.set_degraded(Some(error.to_string()));
        for id in std::mem::take(&mut self.dirty) {
            let Some(before) = self.live.remove(&id) else { continue };
            self.retained.extend(before.arrived.iter().map(|arrival| (Arc::clone(&id), arrival.clone())));
            if before.is_new {
                continue;
            }
            match Live::load(&self.shared, &id) {
                Ok(mut live) => {
                    live.is_owned = before.is_owned;
                    live.running = before.running;
                    live.touch_all();
                    self.live.insert(id, live);
                }
                Err(error) => {
                    // Without its journal nothing can be said of it; the next start takes it over.
                    tracing::error!(execution = %id, %error, "an execution could not be read again");
                    before.running.into_values().for_each(Running::abort);
                }
            }
        }
        self.recount();
    }

    /// Counts again who is in which lane and who waits: the turn that moved them did not happen.
    fn recount(&mut self) {
        self.lanes.clear_running();
        self.lines.clear();
        self.timers.clear();
        for (id, live) in &mut self.live {
            live.places.clear();
            live.waiting.clear();
            live.line_of.clear();
            live.evaluating.clear();
            live.wake_at_ms = None;
            live.touch_all();
            self.dirty.insert(Arc::clone(id));
            for (step, running) in &live.running {
                let places = super::reconcile::places_of(&live.state, &live.published.plan, *step, running);
                if let Some(places) = places {
                    places.queue.iter().for_each(|queue| self.lanes.enter(queue));
                    self.lanes.enter(&places.model);
                    live.places.insert(*step, places);
                }
            }
        }
    }
}

/// Journal, texts and read rows of one execution.
fn write_execution(tx: &mut Transaction<'_>, live: &Live) -> Result<store::Appended, store::Error> {
    let id = &live.state.id;
    if live.is_new
        && let Some(start) = &live.state.start
    {
        tx.insert_execution(&NewExecution {
            id: id.to_string(),
            plan_id: start.plan_id.clone(),
            plan_version: start.plan_version,
            plan_name: start.plan_name.clone(),
            created_at: live.state.created_at_ms,
            simulated: start.simulated,
        })?;
    }
    for (reference, text) in &live.texts {
        tx.put_text(id, &reference.hash.to_string(), text)?;
    }
    let event = |(at, body)| JournalEvent { at, kind: kind_of(body), body };
    let events: Vec<JournalEvent<'_>> = live.pending.iter().map(|(at, body)| event((*at, body))).collect();
    let appended = tx.append(id, live.next_n, &live.last_hash, &events)?;
    tx.put_execution(id, &execution_row(live))?;
    // The rows of tasks that no person has to do with wait for the end: a step's commit touches fewer pages so.
    let has_ended = live.state.status().has_ended();
    let all = 0..if has_ended { live.state.tasks.len() as StepIndex } else { 0 };
    let changed = live.changed.iter().copied().filter(|_| !has_ended);
    for step in all.chain(changed) {
        if let Some(row) = task_row(live, step) {
            tx.put_task(id, &row)?;
        }
    }
    Ok(appended)
}

/// The read row of an execution.
pub(crate) fn execution_row(live: &Live) -> store::ExecutionState {
    let state = &live.state;
    let status = state.status();
    let view = views::execution_view(state, &live.published.plan, &|_| None, false);
    let duration_ms = state.completed_at_ms.map(|at_ms| (at_ms - state.created_at_ms).max(0).unsigned_abs());
    store::ExecutionState {
        status: status.as_str().to_owned(),
        ended: status.has_ended(),
        started_at: Some(state.created_at_ms),
        completed_at: state.completed_at_ms,
        duration_ms,
        cost_pico: (!state.spent.unpriced).then_some(state.spent.known.0),
        view: view.and_then(|view| serde_json::to_string(&view).ok()).unwrap_or_default(),
    }
}

/// The read row of a task: once its execution has ended, and before that when a person has to do with it or when it
/// may have a row already.
pub(crate) fn task_row(live: &Live, step: StepIndex) -> Option<store::TaskState> {
    let task: &Task = &live.state.tasks[step as usize];
    let approval = match &task.state {
        TaskState::AwaitingApproval(approval) | TaskState::Held { approval, .. } => Some(approval),
        _ if live.state.status().has_ended() || live.state.resumes > 0 => None,
        _ if task.decision.is_some() || task.rejection.is_some() || task.score.is_some() => None,
        _ => return None,
    };
    let view = serde_json::json!({
        "executionId": &*live.state.id,
        "requestedAtMs": approval.map(|approval| approval.requested_at_ms),
        "untilMs": approval.and_then(|approval| approval.until_ms),
        "expired": approval.is_some_and(|approval| approval.expired),
        "assignedTo": approval.and_then(|approval| approval.assigned_to.clone()),
    });
    Some(store::TaskState {
        step_index: step,
        task_id: live.task_id(step),
        step_id: live.step_id(step).to_string(),
        status: task.state.status().as_str().to_owned(),
        model: Some(live.published.plan.steps()[step as usize].model.to_string()),
        provider: task.model.as_ref().map(|model| model.provider.to_string()),
        tokens: Tokens {
            input: task.usage.input,
            output: task.usage.output,
            cache_read: task.usage.cache_read,
            cache_write: task.usage.cache_write,
        },
        cost_pico: (!task.spent.unpriced).then_some(task.spent.known.0),
        duration_ms: (task.attempt > 0).then_some(task.duration_ms),
        confidence: task.score.as_ref().map(|score| f64::from(score.confidence) / 10_000.0),
        verdict: task.decision.as_ref().and_then(verdict),
        created_at: approval.map_or(task.started_at_ms.unwrap_or(live.state.created_at_ms), |it| it.requested_at_ms),
        completed_at: task.completed_at_ms,
        view: view.to_string(),
    })
}

/// What a human said; a timer's word says nothing about an output.
fn verdict(decision: &planloom_core::execution::Decision) -> Option<store::Verdict> {
    if decision.by == "timeout" {
        return None;
    }
    Some(match &decision.verdict {
        Verdict::Approved { modified: Some(_), .. } => store::Verdict::Edited,
        Verdict::Approved { modified: None, .. } => store::Verdict::Accepted,
        Verdict::Rejected { .. } => store::Verdict::Rejected,
    })
}

/// Whether an execution that was written needs nothing more from the loop.
pub(super) fn is_done(live: &Live) -> bool {
    !live.is_owned
        || matches!(
            live.state.status(),
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled
        )
}
