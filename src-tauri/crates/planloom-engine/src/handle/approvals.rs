//! Approvals: what waits for a person, and what the person decides.

use std::sync::Arc;

use planloom_core::check::{Problem, ProblemCode, Problems};
use planloom_core::confidence::{self, Confidence};
use planloom_core::execution::{Approval, Input, StepIndex, TaskState, TextRef, Verdict};
use planloom_core::fields::Reader;
use planloom_core::ids::TextHash;
use planloom_core::limits;
use planloom_core::prompt::Template;
use planloom_store::TaskRow;
use serde::Serialize;
use serde_json::Value;

use super::{Handle, executions, stopped};
use crate::render::{Material, step_ids};
use crate::reply::{Receipt, Reply};
use crate::shared::Shared;
use crate::texts::Shown;
use crate::turn::{Order, Seen};
use crate::views::{
    ApprovalReason, ApprovalStatus, ApprovalView, ApprovedStatus, ApprovedView, DecisionView, HistoryEntry, MarksView,
    Page, Pagination, RejectedStatus, RejectedView, attempts, history, timestamp,
};
use crate::{Error, clock};

/// Which approvals a list shows.
#[derive(Clone, Debug, Default)]
pub struct ApprovalsQuery {
    pub queue: Option<String>,
    /// The plan has all of them.
    pub tags: Vec<String>,
    pub reviewer_id: Option<String>,
    pub include_expired: bool,
    pub limit: u32,
    pub offset: u64,
}

/// Characters of a comment or a reason.
const REASON_CHARS: usize = 10_000;
/// Characters of a reviewer's id.
const REVIEWER_CHARS: usize = 100;

/// Where a task is.
struct Place {
    execution: String,
    step: StepIndex,
}

impl Handle {
    /// A page of open approvals, newest first.
    pub async fn approvals(&self, query: ApprovalsQuery) -> Result<Page<ApprovalView>, Error> {
        let rows = self.read(|snapshot| snapshot.tasks_awaiting_approval()).await?;
        let is_filtered = query.queue.is_some() || !query.tags.is_empty() || query.reviewer_id.is_some();
        let (limit, offset) = (query.limit as usize, query.offset as usize);
        let wanted: Vec<TaskRow> = rows.into_iter().filter(|row| query.include_expired || !is_expired(row)).collect();
        let mut total = wanted.len();
        let mut items = Vec::new();
        if is_filtered {
            let mut found = Vec::new();
            for row in wanted {
                let view = self.approval_of(&row).await?;
                found.extend(view.filter(|view| fits(view, &query)));
            }
            total = found.len();
            items.extend(found.into_iter().skip(offset).take(limit));
        } else {
            for row in wanted.iter().skip(offset).take(limit) {
                items.extend(self.approval_of(row).await?);
            }
        }
        for item in &mut items {
            (item.marks, item.attempts) = (None, None);
        }
        let has_more = offset + limit < total;
        let pagination = Pagination { total: total as u64, limit: query.limit, offset: query.offset, has_more };
        Ok(Page { items, pagination })
    }

    /// One approval, open or decided, with everything that a reviewer needs.
    pub async fn approval(&self, task_id: &str) -> Result<ApprovalView, Error> {
        let row = self.task_row(task_id).await?;
        let view = self.approval_of(&row).await?;
        view.ok_or_else(|| Error::TaskNotFound(task_id.to_owned()))
    }

    /// Everything that happened to a task's approvals, oldest first.
    pub async fn history(&self, task_id: &str) -> Result<Vec<HistoryEntry>, Error> {
        let row = self.task_row(task_id).await?;
        let step = row.task.step_index;
        self.off_thread(move |shared| Ok(history(&executions::journal(shared, &row.execution)?, step))).await
    }

    /// Lets the output go on, as it is or as the reviewer edited it.
    pub async fn approve(
        &self,
        task_id: &str,
        body: Value,
        by: &str,
        receipt: Option<Receipt>,
    ) -> Result<ApprovedView, Error> {
        let read = read_approve(&body)?;
        let place = self.place(task_id).await?;
        let modified = self.fitting(&place, read.modified).await?;
        let (modified, texts) =
            modified.map_or((None, Vec::new()), |(reference, text)| (Some(reference), vec![(reference, text)]));
        let by = read.common.reviewer_id.unwrap_or_else(|| by.to_owned());
        let verdict = Verdict::Approved { modified, comment: read.comment };
        let task_id = task_id.to_owned();
        let view = move |step: StepIndex, seen: &Seen<'_>| {
            let (decision, held_until) = decided(seen, step)?;
            let (comment, was_modified) = match &decision.verdict {
                Verdict::Approved { modified, comment } => (comment.clone(), modified.is_some()),
                Verdict::Rejected { .. } => (None, false),
            };
            Ok(ApprovedView {
                task_id,
                status: ApprovedStatus::Completed,
                approved_at: timestamp(decision.at_ms),
                approved_by: decision.by.clone(),
                comment,
                was_modified,
                held_until,
            })
        };
        let (judged, undo_ms) = (read.common.judged, read.common.undo_ms);
        let input = Input::Decide { step: place.step, verdict, by, judged, undo_ms };
        self.decide(place, input, texts, receipt, view).await
    }

    /// Turns the output down, for good or for another attempt.
    pub async fn reject(
        &self,
        task_id: &str,
        body: Value,
        by: &str,
        receipt: Option<Receipt>,
    ) -> Result<RejectedView, Error> {
        let read = read_reject(&body)?;
        let place = self.place(task_id).await?;
        if let Some(prompt) = &read.retry_prompt {
            self.check_retry_prompt(&place, prompt.clone()).await?;
        }
        let by = read.common.reviewer_id.unwrap_or_else(|| by.to_owned());
        let (reason, retry) = (read.reason.clone(), read.retry);
        let verdict = Verdict::Rejected { reason: read.reason, retry: read.retry, retry_prompt: read.retry_prompt };
        let task_id = task_id.to_owned();
        let view = move |step: StepIndex, seen: &Seen<'_>| {
            let (decision, held_until) = decided(seen, step)?;
            Ok(RejectedView {
                task_id,
                status: if retry { RejectedStatus::Pending } else { RejectedStatus::Rejected },
                rejected_at: timestamp(decision.at_ms),
                rejected_by: decision.by.clone(),
                reason,
                retry,
                held_until,
            })
        };
        let (judged, undo_ms) = (read.common.judged, read.common.undo_ms);
        let input = Input::Decide { step: place.step, verdict, by, judged, undo_ms };
        self.decide(place, input, Vec::new(), receipt, view).await
    }

    /// Takes a decision back whose effect is still held.
    pub async fn undo(&self, task_id: &str, by: &str) -> Result<ApprovalView, Error> {
        let place = self.place(task_id).await?;
        let input = Input::Undo { step: place.step, by: by.to_owned() };
        self.decide(place, input, Vec::new(), None, |_, _| Ok(())).await?;
        self.approval(task_id).await
    }

    /// Gives an approval to a reviewer, or to nobody.
    pub async fn assign(
        &self,
        task_id: &str,
        body: Value,
        by: &str,
        receipt: Option<Receipt>,
    ) -> Result<ApprovalView, Error> {
        let reviewer = read_assign(&body)?;
        let place = self.place(task_id).await?;
        let input = Input::Assign { step: place.step, reviewer, by: by.to_owned() };
        self.decide(place, input, Vec::new(), receipt, |_, _| Ok(())).await?;
        self.approval(task_id).await
    }

    async fn decide<T: Serialize + Send + 'static>(
        &self,
        place: Place,
        input: Input,
        texts: Vec<(TextRef, Arc<str>)>,
        receipt: Option<Receipt>,
        view: impl FnOnce(StepIndex, &Seen<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let step = place.step;
        let (waiter, answer) = Reply::of_view(receipt, move |seen: &Seen<'_>| view(step, seen));
        self.order(Order { execution: Arc::from(place.execution), input, texts, published: None, waiter }).await?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }

    async fn task_row(&self, task_id: &str) -> Result<TaskRow, Error> {
        let wanted = task_id.to_owned();
        let row = self.read(move |snapshot| snapshot.task(&wanted)).await?;
        row.ok_or_else(|| Error::TaskNotFound(task_id.to_owned()))
    }

    async fn place(&self, task_id: &str) -> Result<Place, Error> {
        let row = self.task_row(task_id).await?;
        Ok(Place { execution: row.execution, step: row.task.step_index })
    }

    /// A reviewer's text must fit the step's schema, or nothing is decided.
    async fn fitting(&self, place: &Place, modified: Option<String>) -> Result<Option<(TextRef, Arc<str>)>, Error> {
        let Some(text) = modified else { return Ok(None) };
        let step = place.step as usize;
        let schema =
            self.see(&place.execution, move |seen| Ok(seen.live.published.plan.steps()[step].output_schema.clone()));
        let text = match schema.await? {
            None => text,
            Some(schema) => match schema.read_answer(&text) {
                Ok(answer) => answer.text,
                Err(words) => {
                    let message = format!("`modifiedOutput` does not fit the step's `outputSchema`. {words}");
                    let problem =
                        Problem::error(ProblemCode::OutputSchemaMismatch, "modifiedOutput", "outputSchema", message);
                    return Err(Error::Problems(vec![problem]));
                }
            },
        };
        Ok(Some((TextRef::of(&text), Arc::from(text))))
    }

    /// A reviewer's prompt is a template like the step's own, and may refer to what the step could refer to.
    async fn check_retry_prompt(&self, place: &Place, source: String) -> Result<(), Error> {
        let step = place.step as usize;
        let plan = self.see(&place.execution, |seen| Ok(seen.live.published.plan.clone())).await?;
        let field = "retryPrompt";
        let template = Template::parse(&source, &step_ids(&plan)).map_err(|faults| {
            let problem = |fault: planloom_core::prompt::TemplateProblem| {
                Problem::error(ProblemCode::TemplateSyntax, field, fault.rule, fault.message)
            };
            Error::Problems(faults.into_iter().map(problem).collect())
        })?;
        let upstream = upstream_of(&plan, step);
        let strange = template
            .steps()
            .iter()
            .filter(|reference| plan.index_of(&reference.id).is_none_or(|index| !upstream.contains(&index)));
        let problems: Vec<Problem> = strange
            .map(|reference| {
                let message = format!(
                    "`{}` does not come before this step, so `retryPrompt` cannot refer to its output.",
                    reference.id
                );
                Problem::error(ProblemCode::UndeclaredDependency, field, "upstream", message)
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::Problems(problems)) }
    }

    async fn approval_of(&self, row: &TaskRow) -> Result<Option<ApprovalView>, Error> {
        let step = row.task.step_index;
        let parts = self.see(&row.execution, move |seen| Ok(parts(seen, step))).await?;
        let Some(parts) = parts else { return Ok(None) };
        let execution = row.execution.clone();
        self.off_thread(move |shared| filled(shared, &execution, step, parts).map(Some)).await
    }
}

fn is_expired(row: &TaskRow) -> bool {
    let view: Value = serde_json::from_str(&row.task.view).unwrap_or_default();
    view["expired"] == true
}

fn fits(view: &ApprovalView, query: &ApprovalsQuery) -> bool {
    query.queue.as_ref().is_none_or(|queue| view.queue == *queue)
        && query.tags.iter().all(|tag| view.tags.contains(tag))
        && query.reviewer_id.as_ref().is_none_or(|reviewer| view.assigned_to.as_ref() == Some(reviewer))
}

/// Every step that comes before `step`, directly or through others.
fn upstream_of(plan: &planloom_core::check::CheckedPlan, step: usize) -> std::collections::HashSet<usize> {
    let mut found = std::collections::HashSet::new();
    let mut open = plan.steps()[step].depends_on.clone();
    while let Some(next) = open.pop() {
        if found.insert(next) {
            open.extend(&plan.steps()[next].depends_on);
        }
    }
    found
}

/// The decision on a task, and until when it can be taken back.
fn decided(seen: &Seen<'_>, step: StepIndex) -> Result<(planloom_core::execution::Decision, Option<String>), Error> {
    let task = &seen.state().tasks[step as usize];
    let decision = task.decision.clone().ok_or_else(|| Error::Internal("the decision was not recorded".to_owned()))?;
    let held_until = match &task.state {
        TaskState::Held { until_ms, .. } => Some(timestamp(*until_ms)),
        _ => None,
    };
    Ok((decision, held_until))
}

/// What the loop gives for an approval's view.
struct Parts {
    view: ApprovalView,
    material: Option<Material>,
    output: Option<TextRef>,
    replaced: Option<TextRef>,
}

fn parts(seen: &Seen<'_>, step: StepIndex) -> Option<Parts> {
    let state = seen.state();
    let start = state.start.as_deref()?;
    let plan = &seen.live.published.plan;
    let checked = &plan.steps()[step as usize];
    let task = &state.tasks[step as usize];
    let (approval, status): (Option<&Approval>, ApprovalStatus) = match &task.state {
        TaskState::AwaitingApproval(approval) if approval.expired => (Some(approval), ApprovalStatus::Expired),
        TaskState::AwaitingApproval(approval) => (Some(approval), ApprovalStatus::Pending),
        TaskState::Held { approval, .. } => (Some(approval), ApprovalStatus::Held),
        state => (None, state.status().into()),
    };
    if approval.is_none() && task.decision.is_none() && task.score.is_none() {
        return None;
    }
    let output = approval.map(|approval| approval.draft.output).or(match &task.state {
        TaskState::Completed { output } => Some(*output),
        _ => task.rejection.as_ref().map(|rejection| rejection.output),
    });
    let score = approval.map_or(task.score.as_ref(), |approval| approval.score.as_ref());
    let (role, priority) = confidence::routing(score.map(|score| Confidence(score.confidence)));
    let created_at_ms = approval.map_or(task.started_at_ms.unwrap_or(state.created_at_ms), |it| it.requested_at_ms);
    let view = ApprovalView {
        task_id: seen.live.task_id(step),
        plan_execution_id: state.id.to_string(),
        plan_id: start.plan_id.clone(),
        plan_name: start.plan_name.clone(),
        step_id: checked.id.to_string(),
        status,
        model: Some(checked.model.to_string()),
        queue: checked.queue.to_string(),
        confidence: score.map(|score| f64::from(score.confidence) / 10_000.0),
        summary: score.map(|score| score.summary.clone()),
        output: None,
        prompt: None,
        tags: plan.plan().tags.clone(),
        created_at: timestamp(created_at_ms),
        waiting_ms: approval.map_or(0, |it| (clock::now_ms() - it.requested_at_ms).max(0)),
        timeout_at: approval.and_then(|approval| approval.until_ms).map(timestamp),
        assigned_to: approval.and_then(|approval| approval.assigned_to.clone()),
        priority,
        reviewer_role: role,
        output_hash: output.map(|output| output.hash.to_string()).unwrap_or_default(),
        expired: approval.is_some_and(|approval| approval.expired),
        reason: approval.map_or(ApprovalReason::Decided, |approval| approval.reason.into()),
        warnings: task.warnings.clone(),
        simulated: start.simulated,
        marks: score.map(MarksView::of),
        attempts: None,
        decision: task.decision.as_ref().map(DecisionView::of),
        original_output: None,
    };
    Some(Parts { view, material: Material::of(state, plan, step), output, replaced: task.replaced })
}

fn filled(shared: &Shared, execution: &str, step: StepIndex, parts: Parts) -> Result<ApprovalView, Error> {
    let show = |text: Option<TextRef>| match text.map(|text| shared.texts.show(execution, text.hash)).transpose() {
        Ok(Some(Shown::Text(text))) => Ok(Some(text.to_string())),
        Ok(Some(Shown::Deleted) | None) => Ok(None),
        Err(error) => Err(Error::from_store(error)),
    };
    let mut attempts = attempts(&executions::journal(shared, execution)?, step);
    for attempt in &mut attempts {
        attempt.output = show(attempt.output_ref)?;
    }
    let output = show(parts.output)?;
    // Without its output the input is gone as well, and there is nothing to render.
    let prompt = parts.material.filter(|_| output.is_some()).and_then(|material| material.render(&shared.texts).ok());
    Ok(ApprovalView {
        output,
        prompt: prompt.map(|rendered| rendered.prompt),
        original_output: show(parts.replaced)?,
        attempts: Some(attempts),
        ..parts.view
    })
}

/// What every decision may name.
struct Common {
    reviewer_id: Option<String>,
    judged: Option<TextHash>,
    undo_ms: u64,
}

struct Approve {
    common: Common,
    comment: Option<String>,
    modified: Option<String>,
}

struct Reject {
    common: Common,
    reason: String,
    retry: bool,
    retry_prompt: Option<String>,
}

fn common(reader: &mut Reader<'_, '_>) -> Common {
    let reviewer_id = reader.optional_text("reviewerId", 1..=REVIEWER_CHARS).map(str::to_owned);
    let undo_ms = reader.optional_u64("undoMs", 0..=limits::UNDO_MS).unwrap_or_default();
    let judged = reader.optional_string("outputHash").and_then(|digits| {
        let hash = TextHash::parse(digits);
        if hash.is_none() {
            let message = "`outputHash` has 64 hexadecimal digits; take it from the approval that you read.";
            reader.report(Problem::error(ProblemCode::ValidationError, "outputHash", "format", message));
        }
        hash
    });
    Common { reviewer_id, judged, undo_ms }
}

fn read_approve(body: &Value) -> Result<Approve, Error> {
    let mut problems = Problems::default();
    let read = Reader::object(body, "", &mut problems).map(|mut reader| {
        let common = common(&mut reader);
        let comment = reader.optional_text("comment", 0..=REASON_CHARS).map(str::to_owned);
        let modified = reader.optional_string("modifiedOutput").map(str::to_owned);
        reader.finish();
        Approve { common, comment, modified }
    });
    finish(problems, read)
}

fn read_reject(body: &Value) -> Result<Reject, Error> {
    let mut problems = Problems::default();
    let read = Reader::object(body, "", &mut problems).map(|mut reader| {
        let common = common(&mut reader);
        let reason = reader.text("reason", 1..=REASON_CHARS).unwrap_or_default().to_owned();
        if !reason.is_empty() && reason.trim().is_empty() {
            let message = "`reason` must say why; it is what the next attempt and the record get to know.";
            reader.report(Problem::error(ProblemCode::ValidationError, "reason", "required", message));
        }
        let retry = reader.optional_bool("retry").unwrap_or_default();
        let retry_prompt = reader.optional_string("retryPrompt").map(str::to_owned);
        if retry_prompt.is_some() && !retry {
            let message = "`retryPrompt` has a meaning only with `retry: true`.";
            reader.report(Problem::error(ProblemCode::ValidationError, "retryPrompt", "retry", message));
        }
        reader.finish();
        Reject { common, reason, retry, retry_prompt }
    });
    finish(problems, read)
}

fn read_assign(body: &Value) -> Result<Option<String>, Error> {
    let mut problems = Problems::default();
    let read = Reader::object(body, "", &mut problems).map(|mut reader| {
        let given = body.get("reviewerId").is_some_and(|value| !value.is_null());
        let reviewer = if given { reader.text("reviewerId", 1..=REVIEWER_CHARS) } else { None };
        if !given {
            reader.null_or("reviewerId");
        }
        if body.get("reviewerId").is_none() {
            let message = "`reviewerId` is missing: give a reviewer's id, or null for nobody.";
            reader.report(Problem::error(ProblemCode::ValidationError, "reviewerId", "required", message));
        }
        let reviewer = reviewer.map(str::to_owned);
        reader.finish();
        reviewer
    });
    finish(problems, read)
}

fn finish<T>(problems: Problems, read: Option<T>) -> Result<T, Error> {
    match read {
        Some(read) if !problems.has_errors() => Ok(read),
        _ => Err(Error::Problems(problems.into_sorted())),
    }
}
