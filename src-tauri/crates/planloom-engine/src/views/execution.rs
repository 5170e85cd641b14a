//! An execution's state as a view; texts stay references until somebody wants to read them.

use planloom_core::check::CheckedPlan;
use planloom_core::execution::{
    Decision, ExecutionFailure, ExecutionState, Kept, Outcome, PausedReason, Phase, QueuedKind, Score, SkipReason,
    Spent, Stage, StepIndex, Task, TaskState, TaskStatus, Verdict,
};
use planloom_core::ids;
use planloom_core::usage::{PicoUsd, Usage};

use super::*;

/// When a queued task's lane is held by its provider, until when.
pub(crate) type LaneHold<'a> = &'a dyn Fn(StepIndex) -> Option<i64>;

/// The whole execution; `steps` only when `with_steps`.
pub(crate) fn execution_view(
    state: &ExecutionState,
    plan: &CheckedPlan,
    hold: LaneHold<'_>,
    with_steps: bool,
) -> Option<ExecutionView> {
    let start = state.start.as_deref()?;
    let steps = with_steps.then(|| {
        let indexes = 0..state.tasks.len() as StepIndex;
        indexes.map(|step| (plan.steps()[step as usize].id.to_string(), step_view(state, plan, step, hold))).collect()
    });
    Some(ExecutionView {
        id: state.id.to_string(),
        plan_id: start.plan_id.clone(),
        plan_version: start.plan_version,
        plan_name: start.plan_name.clone(),
        status: state.status(),
        paused_reasons: state.paused_reasons().iter().map(|reason| paused_reason(state, plan, reason)).collect(),
        progress: state.progress(),
        steps,
        usage: UsageView::of(state.usage, state.spent),
        error: execution_error(state, plan),
        warnings: start.warnings.clone(),
        simulated: start.simulated,
        input: None,
        hitl: Some(start.hitl.clone()),
        options: Some(start.options.clone()),
        texts_deleted: false,
        created_at: timestamp(state.created_at_ms),
        started_at: Some(timestamp(state.created_at_ms)),
        completed_at: state.completed_at_ms.map(timestamp),
        input_ref: Some(start.input),
    })
}

/// One step.
pub(crate) fn step_view(state: &ExecutionState, plan: &CheckedPlan, step: StepIndex, hold: LaneHold<'_>) -> StepView {
    let task = &state.tasks[step as usize];
    let checked = &plan.steps()[step as usize];
    let status = task.state.status();
    let was_called = task.attempt > 0;
    let (output_ref, draft_ref) = texts_of(&task.state);
    StepView {
        status,
        output: (status == TaskStatus::Skipped).then(String::new),
        output_json: None,
        output_hash: output_ref.map(|text| text.hash.to_string()),
        output_bytes: output_ref.map(|text| text.bytes),
        text: None,
        draft: None,
        started_at: task.started_at_ms.map(timestamp),
        completed_at: task.completed_at_ms.map(timestamp),
        duration_ms: (was_called && task.state.has_ended()).then_some(task.duration_ms),
        usage: was_called.then_some(task.usage),
        task_id: ids::task_id(&state.id, &checked.id),
        model: Some(checked.model.to_string()),
        model_id: task.model.as_ref().map(|model| format!("{}:{}", model.provider, model.model_id)),
        attempt: was_called.then_some(task.attempt),
        phase: phase(&task.state),
        error: failure_of(&task.state),
        confidence: task.score.as_ref().map(confidence),
        warnings: warnings(task),
        cost: was_called.then(|| CostView::of(task.spent)),
        cost_at_least: task.spent.at_least,
        queued_reason: queued_reason(task, hold(step)),
        skipped_reason: skipped_reason(&task.state),
        rejected_reason: match &task.state {
            TaskState::Rejected { reason } => Some(reason.clone()),
            _ => None,
        },
        timeout_at: match &task.state {
            TaskState::AwaitingApproval(approval) | TaskState::Held { approval, .. } => {
                approval.until_ms.map(timestamp)
            }
            _ => None,
        },
        output_ref,
        draft_ref,
        has_schema: checked.output_schema.is_some(),
    }
}

/// The output, and the text that is not yet the output.
fn texts_of(
    state: &TaskState,
) -> (Option<planloom_core::execution::TextRef>, Option<planloom_core::execution::TextRef>) {
    match state {
        TaskState::Completed { output } => (Some(*output), None),
        TaskState::Scoring { draft, .. } | TaskState::Cancelled(Kept::Unscored(draft)) => (None, Some(draft.output)),
        TaskState::AwaitingApproval(approval)
        | TaskState::Held { approval, .. }
        | TaskState::Cancelled(Kept::Unreviewed(approval)) => (None, Some(approval.draft.output)),
        TaskState::Blocked
        | TaskState::Due
        | TaskState::Queued { .. }
        | TaskState::Running { .. }
        | TaskState::Repairing { .. }
        | TaskState::Backoff { .. }
        | TaskState::Failed { .. }
        | TaskState::Rejected { .. }
        | TaskState::Skipped { .. }
        | TaskState::Cancelled(Kept::Nothing) => (None, None),
    }
}

fn phase(state: &TaskState) -> Option<PhaseView> {
    match state {
        TaskState::Running { .. } => Some(PhaseView::Call),
        TaskState::Repairing { .. } => Some(PhaseView::Repair),
        TaskState::Scoring { .. } => Some(PhaseView::Score),
        _ => None,
    }
}

fn failure_of(state: &TaskState) -> Option<Failure> {
    match state {
        TaskState::Failed { failure } | TaskState::Backoff { failure, .. } => Some(failure.clone()),
        _ => None,
    }
}

fn skipped_reason(state: &TaskState) -> Option<SkippedReason> {
    match state {
        TaskState::Skipped { because: SkipReason::Condition } => Some(SkippedReason::Condition),
        TaskState::Skipped { because: SkipReason::Dependencies } => Some(SkippedReason::Dependencies),
        _ => None,
    }
}

fn warnings(task: &Task) -> Vec<String> {
    let mut warnings = task.warnings.clone();
    if task.replaced.is_some() {
        warnings.push("A reviewer's text took the place of the model's.".to_owned());
    }
    warnings
}

fn queued_reason(task: &Task, held_until_ms: Option<i64>) -> Option<QueuedReasonView> {
    let reason = task.state.queued_reason()?;
    let held = held_until_ms.filter(|_| reason.kind == QueuedKind::Lane);
    Some(QueuedReasonView {
        kind: if held.is_some() { QueuedKind::RateLimit } else { reason.kind },
        until: held.or(reason.until_ms).map(timestamp),
    })
}

fn paused_reason(state: &ExecutionState, plan: &CheckedPlan, reason: &PausedReason) -> PausedReasonView {
    match reason {
        PausedReason::Approval { steps } => PausedReasonView {
            kind: PausedKind::Approval,
            task_ids: steps.iter().map(|step| ids::task_id(&state.id, &plan.steps()[*step as usize].id)).collect(),
            needed: None,
            left: None,
        },
        PausedReason::Budget { needed, left } => PausedReasonView {
            kind: PausedKind::Budget,
            task_ids: Vec::new(),
            needed: Some(needed.as_usd()),
            left: Some(left.as_usd()),
        },
    }
}

fn execution_error(state: &ExecutionState, plan: &CheckedPlan) -> Option<ExecutionErrorView> {
    let Stage::Ended(Outcome::Failed(failure)) = &state.stage else { return None };
    let step_id = |step: StepIndex| plan.steps()[step as usize].id.to_string();
    let attempts = |step: StepIndex| Some(state.tasks[step as usize].attempt).filter(|attempts| *attempts > 0);
    Some(match failure {
        ExecutionFailure::ExecutionTimeout { timeout_ms } => ExecutionErrorView {
            code: ExecutionErrorCode::ExecutionTimeout,
            message: format!(
                "The execution did not end within its {timeout_ms} ms. Resume it to go on with what is left, or start it \
                 with a larger `options.timeoutMs`."
            ),
            step_id: None,
            attempts: None,
        },
        ExecutionFailure::StepFailed { step } => {
            let why = match &state.tasks[*step as usize].state {
                TaskState::Failed { failure } => failure.message.as_str(),
                _ => "",
            };
            ExecutionErrorView {
                code: ExecutionErrorCode::StepFailed,
                message: format!("The step `{}` failed: {why}", step_id(*step)),
                step_id: Some(step_id(*step)),
                attempts: attempts(*step),
            }
        }
        ExecutionFailure::StepRejected { step } => {
            let why = match &state.tasks[*step as usize].state {
                TaskState::Rejected { reason } => reason.as_str(),
                _ => "",
            };
            ExecutionErrorView {
                code: ExecutionErrorCode::StepRejected,
                message: format!("The step `{}` was rejected: {why}", step_id(*step)),
                step_id: Some(step_id(*step)),
                attempts: attempts(*step),
            }
        }
    })
}

/// 0 to 1.
pub(crate) fn confidence(score: &Score) -> f64 {
    f64::from(score.confidence) / 10_000.0
}

impl PhaseView {
    pub(crate) fn of(phase: Phase) -> PhaseView {
        match phase {
            Phase::Call => PhaseView::Call,
            Phase::Repair => PhaseView::Repair,
            Phase::Score => PhaseView::Score,
        }
    }
}

impl UsageView {
    pub(crate) fn of(usage: Usage, spent: Spent) -> UsageView {
        let cost = CostView::of(spent);
        UsageView {
            input: usage.input,
            output: usage.output,
            total: usage.total(),
            cache_read: (usage.cache_read > 0).then_some(usage.cache_read),
            cache_write: (usage.cache_write > 0).then_some(usage.cache_write),
            total_cost: cost.total,
            known_cost: cost.known,
            at_least: cost.at_least,
            estimated: usage.estimated,
        }
    }
}

impl CostView {
    pub(crate) fn of(spent: Spent) -> CostView {
        CostView {
            total: (!spent.unpriced).then(|| spent.known.as_usd()),
            known: spent.unpriced.then(|| spent.known.as_usd()),
            at_least: spent.at_least,
        }
    }

    pub(crate) fn of_call(cost: planloom_core::execution::Cost) -> CostView {
        use planloom_core::execution::Cost;
        let (known, unpriced, at_least) = match cost {
            Cost::Known(part) => (part, false, false),
            Cost::Unpriced => (PicoUsd(0), true, false),
            Cost::AtLeast(part) => (part, false, true),
        };
        CostView::of(Spent { known, unpriced, at_least })
    }
}

impl MarksView {
    pub(crate) fn of(score: &Score) -> MarksView {
        let mark = |index: usize| f64::from(score.marks[index]) / 100.0;
        MarksView {
            factual_consistency: mark(0),
            prompt_adherence: mark(1),
            completeness: mark(2),
            formatting: mark(3),
            summary: score.summary.clone(),
            confidence: confidence(score),
            prompt_version: score.prompt_version,
        }
    }
}

impl DecisionView {
    pub(crate) fn of(decision: &Decision) -> DecisionView {
        let (kind, comment, reason, was_modified) = match &decision.verdict {
            Verdict::Approved { modified, comment } => {
                (DecisionKind::Approved, comment.clone(), None, modified.is_some())
            }
            Verdict::Rejected { reason, .. } => (DecisionKind::Rejected, None, Some(reason.clone()), false),
        };
        DecisionView {
            decision: kind,
            by: decision.by.clone(),
            at: timestamp(decision.at_ms),
            comment,
            reason,
            was_modified,
            output_hash: decision.judged.to_string(),
        }
    }
}

impl CancelledView {
    pub(crate) fn of(state: &ExecutionState) -> CancelledView {
        let progress = state.progress();
        CancelledView {
            id: state.id.to_string(),
            status: state.status(),
            progress: CancelledProgress {
                total: progress.total,
                completed: progress.completed,
                running: progress.running,
                pending: progress.pending,
                failed: progress.failed,
                cancelled: progress.cancelled,
                skipped: (progress.skipped > 0).then_some(progress.skipped),
            },
        }
    }
}
