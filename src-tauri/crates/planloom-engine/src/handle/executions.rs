//! Executions: starting, reading, cancelling, resuming.

use std::sync::Arc;

use bytes::Bytes;
use planloom_core::check::Problems;
use planloom_core::execution::{ExecutionStatus, Input, Start, StepIndex, TextRef};
use planloom_core::fields::Reader;
use planloom_core::usage::PicoUsd;
use planloom_store::ExecutionFilter;
use serde_json::Value;
use uuid::Uuid;

use super::prepare::Prepared;
use super::{Handle, dry_run};
use crate::reply::{Receipt, Reply};
use crate::shared::Shared;
use crate::texts::Shown;
use crate::turn::{Message, Order, Seen, start_input};
use crate::views::{
    CancelledView, DecisionView, DryRunView, ExecutionView, Frame, FrameKind, MarksView, Page, Pagination, StepDetail,
    TextsDeleted, attempts,
};
use crate::{Error, clock};

/// Which executions a list shows.
#[derive(Clone, Debug, Default)]
pub struct ExecutionsQuery {
    pub plan_id: Option<String>,
    pub status: Option<String>,
    /// A part of the plan's name or of the execution's id.
    pub search: Option<String>,
    pub limit: u32,
    pub offset: u64,
}

/// What an execute request led to.
pub enum Executed {
    Started(Box<ExecutionView>),
    DryRun(Box<DryRunView>),
}

impl Handle {
    /// Starts an execution of a plan, or says what it would do.
    pub async fn execute(&self, plan_id: &str, body: Value, receipt: Option<Receipt>) -> Result<Executed, Error> {
        let prepared = self.prepare(plan_id, body).await?;
        let (plan_id, Prepared { plan_version, published, request, models, warnings }) = (plan_id.to_owned(), prepared);
        if request.options.dry_run == Some(true) {
            let view = dry_run::dry_run(Some(plan_id), &published.plan, &request, &models, warnings);
            return Ok(Executed::DryRun(Box::new(view)));
        }
        let text = request.input.to_string();
        let reference = TextRef::of(&text);
        let start = Start {
            plan_id,
            plan_version,
            plan_name: published.plan.plan().name.clone(),
            input: reference,
            hitl: request.hitl,
            simulated: request.options.simulate == Some(true),
            options: request.options,
            warnings,
        };
        // Without the input: the answer is kept for an Idempotency-Key, and a text must be in one place only.
        let (waiter, answer) = Reply::of_view(receipt, viewed);
        let order = Order {
            execution: Arc::from(planloom_core::ids::execution_id(Uuid::now_v7())),
            input: start_input(start),
            texts: vec![(reference, Arc::from(text))],
            published: Some(published),
            waiter,
        };
        self.order(order).await?;
        let view = answer.await.unwrap_or_else(|_| Err(super::stopped()))?;
        Ok(Executed::Started(Box::new(view)))
    }

    /// An execution as JSON text; `texts` says whether inputs and outputs are in it.
    pub async fn execution(&self, id: &str, texts: bool) -> Result<Bytes, Error> {
        let execution: Arc<str> = Arc::from(id);
        if let Some(page) = self.shared.pages.get(&execution, texts) {
            return Ok(page);
        }
        let generation = self.shared.pages.generation();
        let view = self.see(id, viewed).await?;
        self.off_thread(move |shared| {
            let view = filled(shared, view, texts)?;
            let json = serde_json::to_vec(&view).map_err(|error| Error::Internal(error.to_string()))?;
            let page = Bytes::from(json);
            shared.pages.keep(&execution, texts, page.clone(), generation);
            Ok(page)
        })
        .await
    }

    /// Waits until an execution has ended, or is not in hand at all.
    pub async fn wait_until_ended(&self, id: &str) -> Result<(), Error> {
        let (ended, waits) = tokio::sync::oneshot::channel();
        self.send(Message::AwaitEnd { execution: Arc::from(id), ended })?;
        // The sender is dropped when there is nothing more to wait for.
        let _ = waits.await;
        Ok(())
    }

    /// An execution as it is now, with the text of calls in flight, and its status.
    pub(super) async fn snapshot(&self, id: &Arc<str>) -> Result<(Frame, ExecutionStatus), Error> {
        let (mut view, seq, streamed) = self
            .see(id, |seen| {
                let step_id = |step: &StepIndex| seen.live.step_id(*step).to_string();
                let running = seen.live.running.iter();
                let streamed: Vec<_> = running.map(|(step, call)| (step_id(step), call.streamed.clone())).collect();
                Ok((viewed(seen)?, seen.live.last_seq, streamed))
            })
            .await?;
        if let Some(steps) = &mut view.steps {
            for (step_id, streamed) in streamed {
                if let Some(step) = steps.get_mut(&step_id) {
                    step.text = Some(streamed.text()).filter(|text| !text.is_empty());
                }
            }
        }
        let status = view.status;
        let execution = Arc::clone(id);
        self.off_thread(move |shared| {
            let view = filled(shared, view, true)?;
            Ok((Frame::durable(FrameKind::Snapshot, seq, &execution, &view).numbered(), status))
        })
        .await
    }

    /// A page of executions without their texts, newest first.
    pub async fn executions(&self, query: ExecutionsQuery) -> Result<Page<Value>, Error> {
        let ExecutionsQuery { plan_id, status, search, limit, offset } = query;
        let filter = ExecutionFilter { plan_id, status, search };
        let from = u32::try_from(offset).unwrap_or(u32::MAX);
        let page = self.read(move |snapshot| snapshot.list_executions(&filter, limit, from)).await?;
        let items: Result<Vec<Value>, _> = page.items.iter().map(|row| serde_json::from_str(&row.state.view)).collect();
        let items = items.map_err(|error| Error::Internal(format!("A row of the list cannot be read: {error}.")))?;
        let has_more = offset + (items.len() as u64) < page.total;
        Ok(Page { items, pagination: Pagination { total: page.total, limit, offset, has_more } })
    }

    /// One step of one execution: its prompt, its calls, its marks.
    pub async fn step_detail(&self, id: &str, step_id: &str) -> Result<StepDetail, Error> {
        let wanted = step_id.to_owned();
        let parts = self
            .see(id, move |seen| {
                let execution_id = seen.state().id.to_string();
                let plan = &seen.live.published.plan;
                let index = plan.index_of(&wanted).ok_or(Error::StepNotFound { execution_id, step_id: wanted })?;
                let step = index as StepIndex;
                let task = &seen.state().tasks[index];
                Ok(StepParts {
                    step,
                    view: seen.step_view(step),
                    marks: task.score.as_ref().map(MarksView::of),
                    decision: task.decision.as_ref().map(DecisionView::of),
                    replaced: task.replaced,
                    material: crate::render::Material::of(seen.state(), plan, step),
                    is_ready: task.attempt > 0 || plan.steps()[index].depends_on.is_empty(),
                })
            })
            .await?;
        let (execution, step_id) = (id.to_owned(), step_id.to_owned());
        self.off_thread(move |shared| detail(shared, execution, step_id, parts)).await
    }

    /// Cancels an execution: what is finished stays, running calls are aborted at once.
    pub async fn cancel(&self, id: &str, by: &str) -> Result<CancelledView, Error> {
        let (waiter, answer) = Reply::of_view(None, |seen: &Seen<'_>| Ok(CancelledView::of(seen.state())));
        self.input(id, Input::Cancel { by: by.to_owned() }, waiter).await?;
        answer.await.unwrap_or_else(|_| Err(super::stopped()))
    }

    /// Resumes a failed or cancelled execution, or raises the budget of one that waits for it.
    pub async fn resume(
        &self,
        id: &str,
        body: Value,
        by: &str,
        receipt: Option<Receipt>,
    ) -> Result<ExecutionView, Error> {
        let max_cost = read_resume(&body)?;
        self.refuse_deleted_texts(id).await?;
        let (waiter, answer) = Reply::of_view(receipt, |seen: &Seen<'_>| viewed(seen));
        self.input(id, Input::Resume { max_cost, by: by.to_owned() }, waiter).await?;
        let view = answer.await.unwrap_or_else(|_| Err(super::stopped()))?;
        self.off_thread(move |shared| filled(shared, view, true)).await
    }

    async fn refuse_deleted_texts(&self, id: &str) -> Result<(), Error> {
        let input = self.see(id, |seen| Ok(seen.state().start.as_ref().map(|start| start.input))).await?;
        let id = id.to_owned();
        self.off_thread(move |shared| match input.map(|input| shared.texts.show(&id, input.hash)).transpose() {
            Err(error) => Err(Error::from_store(error)),
            Ok(Some(Shown::Deleted)) => Err(Error::ExecutionNotResumable {
                message: format!(
                    "The texts of the execution `{id}` have been deleted, so nothing of it can run again. Start a new one."
                ),
            }),
            Ok(Some(Shown::Text(_)) | None) => Ok(()),
        })
        .await
    }

    /// Deletes inputs, prompts and outputs of an ended execution for ever; the record with its hashes stays.
    pub async fn delete_texts(&self, id: &str) -> Result<TextsDeleted, Error> {
        let status = self.see(id, |seen| Ok(seen.state().status())).await?;
        if !status.has_ended() {
            return Err(Error::ExecutionNotEnded { id: id.to_owned(), status: status.as_str() });
        }
        let (execution, shared) = (id.to_owned(), Arc::clone(&self.shared));
        let deleted = self.write(None, move |tx| {
            let row = tx.snapshot().execution(&execution).map_err(Error::from_store)?;
            // It may have been resumed since it was looked at.
            if row.is_none_or(|row| !row.state.ended) {
                return Err(Error::ExecutionNotEnded { id: execution, status: "running" });
            }
            let deleted = tx.delete_texts(&execution, clock::now_ms()).map_err(Error::from_store)?;
            shared.texts.forget();
            shared.pages.forget(std::iter::once(&Arc::from(execution.as_str())));
            let kept = deleted.references - deleted.bodies;
            Ok(TextsDeleted { id: execution, deleted: deleted.bodies, kept })
        });
        let deleted = deleted.await?;
        // Only this takes the texts off the disk: until then the write-ahead log holds them.
        self.send(Message::Checkpoint)?;
        Ok(deleted)
    }

    pub(super) async fn input(
        &self,
        id: &str,
        input: Input,
        waiter: Box<dyn crate::reply::Waiter>,
    ) -> Result<(), Error> {
        self.order(Order { execution: Arc::from(id), input, texts: Vec::new(), published: None, waiter }).await
    }
}

/// Reads `{maxCost?}`.
fn read_resume(body: &Value) -> Result<Option<PicoUsd>, Error> {
    let mut problems = Problems::default();
    let mut max_cost = None;
    if let Some(mut reader) = Reader::object(body, "", &mut problems) {
        max_cost = reader.optional_f64("maxCost", 0.0..=1e6).and_then(PicoUsd::from_usd);
        reader.finish();
    }
    if problems.has_errors() { Err(Error::Problems(problems.into_sorted())) } else { Ok(max_cost) }
}

fn viewed(seen: &Seen<'_>) -> Result<ExecutionView, Error> {
    seen.view().ok_or_else(|| Error::ExecutionNotFound(seen.state().id.to_string()))
}

/// Puts the texts into a view, or takes out what only texts can say.
fn filled(shared: &Shared, mut view: ExecutionView, texts: bool) -> Result<ExecutionView, Error> {
    if !texts {
        view.input = None;
        return Ok(view);
    }
    let mut is_deleted = false;
    let mut show = |hash| match shared.texts.show(&view.id, hash) {
        Ok(Shown::Text(text)) => Ok(Some(text)),
        Ok(Shown::Deleted) => {
            is_deleted = true;
            Ok(None)
        }
        Err(error) => Err(Error::from_store(error)),
    };
    if let Some(input) = view.input_ref {
        view.input = show(input.hash)?.and_then(|text| serde_json::from_str(&text).ok());
    }
    for step in view.steps.iter_mut().flat_map(|steps| steps.values_mut()) {
        if let Some(output) = step.output_ref
            && let Some(text) = show(output.hash)?
        {
            step.output_json = step.has_schema.then(|| serde_json::from_str(&text).ok()).flatten();
            step.output = Some(text.to_string());
        }
        if let Some(draft) = step.draft_ref {
            step.draft = show(draft.hash)?.map(|text| text.to_string());
        }
    }
    view.texts_deleted = is_deleted;
    Ok(view)
}

/// What the loop gives for a step's detail.
struct StepParts {
    step: StepIndex,
    view: crate::views::StepView,
    marks: Option<MarksView>,
    decision: Option<DecisionView>,
    replaced: Option<TextRef>,
    material: Option<crate::render::Material>,
    is_ready: bool,
}

fn detail(shared: &Shared, execution_id: String, step_id: String, parts: StepParts) -> Result<StepDetail, Error> {
    let show = |text: Option<TextRef>| match text.map(|text| shared.texts.show(&execution_id, text.hash)).transpose() {
        Ok(Some(Shown::Text(text))) => Ok(Some(text.to_string())),
        Ok(Some(Shown::Deleted) | None) => Ok(None),
        Err(error) => Err(Error::from_store(error)),
    };
    let input = parts.material.as_ref().map(|material| material.input);
    let has_texts = show(input)?.is_some();
    let rendered =
        parts.material.filter(|_| parts.is_ready && has_texts).and_then(|material| material.render(&shared.texts).ok());
    let (prompt, system) = rendered.map_or((None, None), |rendered| (Some(rendered.prompt), rendered.system));
    let mut attempts = attempts(&journal(shared, &execution_id)?, parts.step);
    for attempt in &mut attempts {
        attempt.output = show(attempt.output_ref)?;
    }
    let mut view = parts.view;
    view.output = show(view.output_ref)?.or(view.output);
    view.output_json =
        view.output.as_ref().filter(|_| view.has_schema).and_then(|text| serde_json::from_str(text).ok());
    view.draft = show(view.draft_ref)?;
    Ok(StepDetail {
        original_output: show(parts.replaced)?,
        execution_id,
        step_id,
        step: view,
        prompt,
        system,
        attempts,
        marks: parts.marks,
        decision: parts.decision,
    })
}

/// An execution's events with their times.
pub(super) fn journal(shared: &Shared, execution: &str) -> Result<Vec<(i64, planloom_core::execution::Event)>, Error> {
    let rows = shared.store.read(|snapshot| snapshot.read_journal(execution)).map_err(Error::from_store)?;
    let event = |row: planloom_store::JournalRow| {
        serde_json::from_str(&row.body)
            .map(|event| (row.at, event))
            .map_err(|error| Error::Internal(format!("Row {} of the journal cannot be read: {error}.", row.n)))
    };
    rows.into_iter().map(event).collect()
}
