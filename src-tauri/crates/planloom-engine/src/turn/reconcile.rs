//! After the commit: frames go out, wanted calls start, unwanted ones are aborted, timers are set.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use planloom_core::check::CheckedPlan;
use planloom_core::execution::{
    CallFailure, Effect, ExecutionState, Phase, Scoring, StepIndex, TaskState, TaskStatus, TextRef,
};
use planloom_core::failure::FailureCode;

use super::commit::is_done;
use super::live::{Places, Running};
use super::{Loop, Message};
use crate::calls::{self, EVALUATOR_TOKENS, Job, Outcome, Streamed};
use crate::lanes::Lane;
use crate::render::{Material, failure};
use crate::settings::SIMULATOR;
use crate::views::{self, ApprovalFrame, Frame, FrameKind, PhaseView, StepView, TaskFrame, TextFrame};

impl Loop {
    pub(super) fn after_commit(&mut self, now_ms: i64) {
        self.shared.texts.release();
        self.tries_left = TRIES;
        if !self.retained.is_empty() {
            // There is room again: what is kept is written next.
            self.degraded_until_ms = Some(now_ms);
        }
        let dirty = std::mem::take(&mut self.dirty);
        self.shared.pages.forget(dirty.iter());
        for id in &dirty {
            self.publish(id);
            self.reconcile(id);
        }
        for id in std::mem::take(&mut self.unscored) {
            self.start_scores(&id, now_ms);
        }
        for id in &dirty {
            if self.live.get(id).is_some_and(is_done) {
                self.drop_live(id);
            }
        }
    }

    fn drop_live(&mut self, id: &Arc<str>) {
        let Some(live) = self.live.remove(id) else { return };
        if let Some(at_ms) = live.wake_at_ms {
            self.timers.remove(&(at_ms, Arc::clone(id)));
        }
        for places in live.places.into_values() {
            self.lanes.leave(&places.model);
            places.queue.iter().for_each(|queue| self.lanes.leave(queue));
        }
        for line in live.waiting.into_keys() {
            if let Some(queue) = self.lines.get_mut(&line) {
                queue.retain(|other| other != id);
            }
        }
    }

    fn reconcile(&mut self, id: &Arc<str>) {
        let Some(live) = self.live.get_mut(id) else { return };
        live.is_new = false;
        live.pending.clear();
        live.texts.clear();
        live.arrived.clear();
        let changed = std::mem::take(&mut live.changed);
        if !live.is_owned {
            return;
        }
        for step in changed {
            self.reconcile_task(id, step);
        }
        let Some(live) = self.live.get_mut(id) else { return };
        let wake_at_ms = live.state.wake_at_ms();
        if live.wake_at_ms != wake_at_ms {
            if let Some(at_ms) = live.wake_at_ms {
                self.timers.remove(&(at_ms, Arc::clone(id)));
            }
            live.wake_at_ms = wake_at_ms;
            self.timers.extend(wake_at_ms.map(|at_ms| (at_ms, Arc::clone(id))));
        }
    }

    fn reconcile_task(&mut self, id: &Arc<str>, step: StepIndex) {
        let Some(live) = self.live.get_mut(id) else { return };
        let wanted = match live.state.effect_of(step) {
            Some(Effect::Call { call, phase, .. }) => Some((call, phase)),
            Some(Effect::Evaluate { .. } | Effect::WakeAt { .. }) | None => None,
        };
        let running = live.running.get(&step).map(|running| running.call);
        if running.is_some() && running == wanted.map(|(call, _)| call) {
            return;
        }
        if let Some(unwanted) = live.running.remove(&step) {
            unwanted.abort();
        }
        match wanted {
            None => {}
            Some((_, Phase::Score)) => {
                live.unscored.insert(step);
                self.unscored.insert(Arc::clone(id));
            }
            Some((call, phase)) => self.start_call(id, step, call, phase),
        }
    }

    /// Starts the scores for which the evaluator's lane has room.
    fn start_scores(&mut self, id: &Arc<str>, now_ms: i64) {
        let Some(live) = self.live.get_mut(id) else { return };
        let steps = std::mem::take(&mut live.unscored);
        let evaluator = self.evaluator(id);
        for step in steps {
            let Some(live) = self.live.get_mut(id) else { return };
            if !live.is_scoring(step) || live.running.contains_key(&step) {
                continue;
            }
            let TaskState::Scoring { call, .. } = live.state.tasks[step as usize].state else { continue };
            if let Some(found) = &evaluator {
                let lane = Lane::of_model(&found.model);
                if !self.lanes.has_room(&lane, found.lane_limit, now_ms) {
                    live.unscored.insert(step);
                    self.unscored.insert(Arc::clone(id));
                    continue;
                }
                self.lanes.enter(&lane);
                live.places.insert(step, Places { queue: None, model: lane, is_score: true });
            }
            self.start_call(id, step, call, Phase::Score);
        }
    }

    fn start_call(&mut self, id: &Arc<str>, step: StepIndex, call: u32, phase: Phase) {
        let evaluator = if phase == Phase::Score { self.evaluator(id) } else { None };
        let Some(live) = self.live.get(id) else { return };
        let Some(job) = job_of(&self.shared, live, step, call, phase, evaluator.as_ref()) else { return };
        let streamed = Streamed::default();
        let abort = self.spawn(job, streamed.clone());
        if let Some(live) = self.live.get_mut(id) {
            live.running.insert(step, Running { call, abort, streamed });
        }
        self.shared.counters.call_started();
    }

    /// Starts a call on the runtime. A few simulated ones are tried here first: without a delay they are done at once,
    /// and waking another thread would cost more than the call.
    fn spawn(&mut self, job: Job, streamed: Streamed) -> Option<tokio::task::AbortHandle> {
        let is_tried = self.tries_left > 0 && *job.model.provider == *SIMULATOR;
        let (shared, sender) = (Arc::clone(&self.shared), self.sender.clone());
        let work = async move {
            let step_id = Arc::clone(&job.material.step().id);
            let (bus, execution, attempt) = (shared.bus.clone(), Arc::clone(&job.execution), job.attempt);
            let phase = PhaseView::of(job.phase);
            let mut piece = move |piece: &str| {
                let offset = streamed.push(piece);
                if bus.is_watched() {
                    let data = TextFrame {
                        execution_id: execution.to_string(),
                        step_id: step_id.to_string(),
                        attempt,
                        phase,
                        offset,
                        text: piece.to_owned(),
                    };
                    bus.publish(Frame::passing(&execution, &data));
                }
            };
            let performed = calls::perform(&job, &shared.texts, &shared.registry, &mut piece);
            let outcome = AssertUnwindSafe(performed).catch_unwind().await.unwrap_or_else(|_| broken(job.phase));
            let message = Message::Called { execution: job.execution, step: job.step, call: job.call, outcome };
            // When the loop has stopped, the call counts as interrupted at the next start.
            let _ = sender.send(message);
        };
        if !is_tried {
            return Some(self.shared.runtime.spawn(work).abort_handle());
        }
        self.tries_left -= 1;
        let mut work = Box::pin(work);
        let _inside = self.shared.runtime.enter();
        match (&mut work).now_or_never() {
            Some(()) => None,
            None => Some(self.shared.runtime.spawn(work).abort_handle()),
        }
    }

    /// Shows what changed; the last frame carries the journal's number, so that a reader who has it has them all.
    fn publish(&self, id: &Arc<str>) {
        let Some(live) = self.live.get(id).filter(|live| !live.pending.is_empty()) else { return };
        if !self.shared.bus.is_watched() {
            return;
        }
        let hold = |step| live.held_until_ms(step, &self.lanes);
        let plan = &live.published.plan;
        for step in &live.changed {
            let step_view = self.with_small_text(views::step_view(&live.state, plan, *step, &hold));
            let (execution_id, step_id) = (id.to_string(), live.step_id(*step).to_string());
            let approval = ApprovalFrame {
                execution_id: execution_id.clone(),
                step_id: step_id.clone(),
                task_id: step_view.task_id.clone(),
                status: step_view.status,
                timeout_at: step_view.timeout_at.clone(),
            };
            let task = TaskFrame { execution_id, step_id, step: step_view };
            self.shared.bus.publish(Frame::durable(FrameKind::Task, live.last_seq, id, &task));
            let is_waiting = approval.status == TaskStatus::AwaitingApproval;
            if is_waiting || live.state.tasks[*step as usize].decision.is_some() {
                self.shared.bus.publish(Frame::durable(FrameKind::Approval, live.last_seq, id, &approval));
            }
        }
        let Some(view) = views::execution_view(&live.state, plan, &hold, false) else { return };
        self.shared.bus.publish(Frame::durable(FrameKind::Execution, live.last_seq, id, &view).numbered());
        if view.status.has_ended() {
            self.shared.bus.publish(Frame::end(live.last_seq, id, view.status));
        }
    }

    /// A step's view with its output or draft, where that is small enough to be sent along.
    fn with_small_text(&self, mut view: StepView) -> StepView {
        let small = |text: Option<TextRef>| {
            let text = text.filter(|text| text.bytes <= FRAME_TEXT_BYTES)?;
            self.shared.texts.get(text.hash).ok().flatten().map(|text| text.to_string())
        };
        match view.output_ref {
            Some(output) => view.output = small(Some(output)).or(view.output),
            None => view.draft = small(view.draft_ref),
        }
        view
    }
}

/// Simulated calls of one turn that are tried on the loop's own thread.
const TRIES: u32 = 4;

/// Texts up to this size are sent along; longer ones are fetched by whoever shows them.
const FRAME_TEXT_BYTES: u64 = 16 << 10;

/// The lanes that a call in flight is in.
pub(super) fn places_of(
    state: &ExecutionState,
    plan: &CheckedPlan,
    step: StepIndex,
    running: &Running,
) -> Option<Places> {
    match &state.tasks[step as usize].state {
        TaskState::Running { call, model, .. } | TaskState::Repairing { call, model, .. } if *call == running.call => {
            let queue = Lane::Queue(Arc::clone(&plan.steps()[step as usize].queue));
            Some(Places { queue: Some(queue), model: Lane::of_model(model), is_score: false })
        }
        _ => None,
    }
}

fn job_of(
    shared: &crate::shared::Shared,
    live: &super::Live,
    step: StepIndex,
    call: u32,
    phase: Phase,
    evaluator: Option<&crate::settings::Resolved>,
) -> Option<Job> {
    let task = &live.state.tasks[step as usize];
    let (model, answer): (_, Option<(TextRef, String)>) = match &task.state {
        TaskState::Running { model, .. } => (model.clone(), None),
        TaskState::Repairing { model, answer, mismatch, .. } => (model.clone(), Some((*answer, mismatch.clone()))),
        TaskState::Scoring { draft, .. } => {
            let model = evaluator.map(|found| found.model.clone()).or_else(|| task.model.clone().map(without_provider));
            (model?, Some((draft.output, String::new())))
        }
        _ => return None,
    };
    let checked = &live.published.plan.steps()[step as usize];
    let registry = shared.registry.snapshot();
    let own = || {
        registry
            .settings()
            .resolve(&checked.model)
            .map_or(planloom_core::limits::MAX_OUTPUT_TOKENS, |it| it.max_output_tokens)
    };
    let max_tokens = match phase {
        Phase::Score => EVALUATOR_TOKENS,
        Phase::Call | Phase::Repair => checked.max_tokens.unwrap_or_else(own),
    };
    Some(Job {
        execution: Arc::clone(&live.state.id),
        step,
        call,
        attempt: task.attempt,
        phase,
        task_id: live.task_id(step),
        material: Material::of(&live.state, &live.published.plan, step)?,
        model,
        max_tokens,
        answer,
    })
}

/// No evaluator can be named any more: the call fails as such, and a human is asked.
fn without_provider(model: planloom_core::execution::Model) -> planloom_core::execution::Model {
    planloom_core::execution::Model { provider: Arc::from(""), ..model }
}

/// A fault in this program must not leave a task running for ever.
fn broken(phase: Phase) -> Outcome {
    let failure: CallFailure = failure(
        FailureCode::ProviderProtocol,
        "The call broke off inside Planloom; this is a fault of the program.".to_owned(),
    );
    match phase {
        Phase::Call | Phase::Repair => Outcome::Answered(Err(failure), None),
        Phase::Score => Outcome::Scored(
            Box::new(Scoring {
                score: None,
                reason: Some(failure.message),
                answer: None,
                model: None,
                usage: failure.usage,
                cost: failure.cost,
                duration_ms: 0,
            }),
            None,
        ),
    }
}
