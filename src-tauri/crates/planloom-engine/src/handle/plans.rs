//! Plans: publishing, reading, drafts and layouts.

use planloom_core::check::{self, Checked, CheckedPlan, Problem, Severity};
use planloom_core::execution::ExecutionStatus;
use planloom_store::{self as store, PlanContent, PlanFilter, PlanRow, Subject};
use serde_json::Value;
use uuid::Uuid;

use super::Handle;
use crate::reply::Receipt;
use crate::shared::Shared;
use crate::views::{
    DraftView, LastExecution, ListedExecution, Page, Pagination, PlanStats, PlanView, Validation, VersionView,
    timestamp,
};
use crate::{Error, clock};

/// Which plans a list shows.
#[derive(Clone, Debug, Default)]
pub struct PlansQuery {
    /// Has all of them.
    pub tags: Vec<String>,
    pub search: Option<String>,
    pub archived: bool,
    /// Prompts cut, statistics added.
    pub summary: bool,
    pub limit: u32,
    pub offset: u64,
}

/// Characters of a prompt in a summary.
const SUMMARY_CHARS: usize = 120;

impl Handle {
    /// Checks a plan and stores nothing.
    pub async fn validate_plan(&self, document: Value) -> Result<Validation, Error> {
        let checked = self.off_thread(move |shared| Ok(checked(shared, &document))).await?;
        Ok(Validation { valid: checked.plan.is_some(), issues: checked.problems })
    }

    /// Publishes version 1 of a new plan.
    pub async fn create_plan(&self, document: Value, receipt: Option<Receipt>) -> Result<PlanView, Error> {
        let (plan, warnings) = self.publishable(document).await?;
        self.write(receipt, move |tx| {
            let (id, at_ms) = (planloom_core::ids::plan_id(Uuid::now_v7()), clock::now_ms());
            tx.insert_plan(&id, &content(&plan, None)?, at_ms).map_err(Error::from_store)?;
            let view = PlanView::new(id, 1, plan.plan().clone(), at_ms, at_ms);
            Ok(PlanView { warnings, ..view })
        })
        .await
    }

    /// Publishes the next version, if `expected_version` is still the newest.
    pub async fn update_plan(
        &self,
        id: &str,
        document: Value,
        expected_version: u32,
        note: Option<String>,
    ) -> Result<PlanView, Error> {
        self.present_plan(id).await?;
        let (plan, warnings) = self.publishable(document).await?;
        let id = id.to_owned();
        self.write(None, move |tx| {
            let content = content(&plan, note)?;
            let written = tx.insert_version(&id, expected_version, &content, clock::now_ms());
            written.map_err(|error| plan_error(error, &id))?;
            let row = tx.snapshot().plan(&id).map_err(Error::from_store)?;
            let row = row.ok_or_else(|| Error::PlanNotFound(id.clone()))?;
            Ok(PlanView { warnings, ..view_of(row)? })
        })
        .await
    }

    /// A plan, its newest version or another.
    pub async fn plan(&self, id: &str, version: Option<u32>) -> Result<PlanView, Error> {
        let id = id.to_owned();
        self.off_thread(move |shared| {
            let read = shared.store.read(|snapshot| {
                let row = match version {
                    Some(version) => snapshot.plan_at(&id, version).map(Some)?,
                    None => snapshot.plan(&id)?,
                };
                Ok((row, snapshot.layout(&id)?))
            });
            let (row, layout) = read.map_err(|error| version_error(error, &id, version))?;
            let row = row.ok_or_else(|| Error::PlanNotFound(id.clone()))?;
            let layout = layout.and_then(|text| serde_json::from_str(&text).ok());
            Ok(PlanView { layout, ..view_of(row)? })
        })
        .await
    }

    /// A page of plans, newest first.
    pub async fn plans(&self, query: PlansQuery) -> Result<Page<PlanView>, Error> {
        let PlansQuery { tags, search, archived, summary, limit, offset } = query;
        let filter = PlanFilter { tags, search, archived };
        self.off_thread(move |shared| {
            let read = shared.store.read(|snapshot| {
                let page = snapshot.list_plans(&filter, limit, u32::try_from(offset).unwrap_or(u32::MAX))?;
                let mut summaries = Vec::new();
                if summary {
                    for row in &page.items {
                        summaries.push((stats_of(snapshot, &row.id)?, snapshot.draft_updated_at(&row.id)?));
                    }
                }
                Ok((page, summaries))
            });
            let (page, summaries) = read.map_err(Error::from_store)?;
            let mut items = page.items.into_iter().map(view_of).collect::<Result<Vec<_>, _>>()?;
            for (view, (stats, draft_updated_at)) in items.iter_mut().zip(summaries) {
                view.stats = Some(stats);
                view.draft = draft_updated_at.is_some();
                view.draft_updated_at = draft_updated_at.map(timestamp);
                view.steps.iter_mut().for_each(|step| cut(&mut step.prompt));
            }
            let has_more = offset + (items.len() as u64) < page.total;
            Ok(Page { items, pagination: Pagination { total: page.total, limit, offset, has_more } })
        })
        .await
    }

    /// Takes a plan out of the lists; its executions stay.
    pub async fn archive_plan(&self, id: &str) -> Result<PlanView, Error> {
        let id = id.to_owned();
        self.write(None, move |tx| {
            tx.archive_plan(&id, clock::now_ms()).map_err(|error| plan_error(error, &id))?;
            stored_view(tx, &id)
        })
        .await
    }

    /// Puts an archived plan back.
    pub async fn restore_plan(&self, id: &str, receipt: Option<Receipt>) -> Result<PlanView, Error> {
        let id = id.to_owned();
        self.write(receipt, move |tx| {
            tx.restore_plan(&id).map_err(|error| plan_error(error, &id))?;
            stored_view(tx, &id)
        })
        .await
    }

    /// Every version of a plan, newest first.
    pub async fn versions(&self, id: &str) -> Result<Vec<VersionView>, Error> {
        let id = id.to_owned();
        self.off_thread(move |shared| {
            let versions = shared.store.read(|snapshot| snapshot.plan_versions(&id));
            let versions = versions.map_err(|error| plan_error(error, &id))?;
            let view = |version: store::PlanVersion| VersionView {
                version: version.version,
                created_at: timestamp(version.created_at),
                note: version.note,
            };
            Ok(versions.into_iter().map(view).collect())
        })
        .await
    }

    /// Work in progress on a plan.
    pub async fn draft(&self, id: &str) -> Result<DraftView, Error> {
        self.stored_plan(id).await?;
        let id = id.to_owned();
        self.off_thread(move |shared| {
            let draft = shared.store.read(|snapshot| snapshot.draft(&id)).map_err(Error::from_store)?;
            draft_view(&id, draft.ok_or_else(|| Error::DraftNotFound(id.clone()))?)
        })
        .await
    }

    /// Writes the draft; `expected_revision` is the one that the writer has seen, none when it saw no draft.
    pub async fn put_draft(
        &self,
        id: &str,
        document: Value,
        expected_revision: Option<u32>,
    ) -> Result<DraftView, Error> {
        self.present_plan(id).await?;
        let id = id.to_owned();
        self.write(None, move |tx| {
            let at_ms = clock::now_ms();
            let revision = tx
                .put_draft(&id, expected_revision, &document.to_string(), at_ms)
                .map_err(|error| draft_error(error, &id))?;
            Ok(DraftView {
                plan_id: id.clone(),
                draft_revision: u64::from(revision),
                document,
                updated_at: timestamp(at_ms),
            })
        })
        .await
    }

    /// Discards the draft.
    pub async fn delete_draft(&self, id: &str) -> Result<(), Error> {
        self.stored_plan(id).await?;
        let id = id.to_owned();
        self.write(None, move |tx| tx.delete_draft(&id, None, clock::now_ms()).map_err(|error| draft_error(error, &id)))
            .await
    }

    /// Writes positions and notes of the canvas.
    pub async fn put_layout(&self, id: &str, layout: Value) -> Result<(), Error> {
        self.stored_plan(id).await?;
        let id = id.to_owned();
        self.write(None, move |tx| {
            tx.put_layout(&id, &layout.to_string(), clock::now_ms()).map_err(|error| plan_error(error, &id))
        })
        .await
    }

    /// The plan's row; archived or not.
    pub(super) async fn stored_plan(&self, id: &str) -> Result<PlanRow, Error> {
        let wanted = id.to_owned();
        let row = self.read(move |snapshot| snapshot.plan(&wanted)).await?;
        row.ok_or_else(|| Error::PlanNotFound(id.to_owned()))
    }

    /// The plan's row, refused when archived.
    pub(super) async fn present_plan(&self, id: &str) -> Result<PlanRow, Error> {
        let row = self.stored_plan(id).await?;
        if row.archived_at.is_some() { Err(Error::PlanArchived(id.to_owned())) } else { Ok(row) }
    }

    pub(super) async fn publishable(&self, document: Value) -> Result<(CheckedPlan, Vec<Problem>), Error> {
        let checked = self.off_thread(move |shared| Ok(checked(shared, &document))).await?;
        let plan = checked.plan.ok_or_else(|| Error::Problems(checked.problems.clone()))?;
        let warnings = checked.problems.into_iter().filter(|problem| problem.severity == Severity::Warning);
        Ok((plan, warnings.collect()))
    }
}

fn checked(shared: &Shared, document: &Value) -> Checked {
    shared.registry.snapshot().settings().with_known(|known| check::check(document, known))
}

pub(super) fn content(plan: &CheckedPlan, note: Option<String>) -> Result<PlanContent, Error> {
    let plan = plan.plan();
    let document = serde_json::to_string(plan).map_err(|error| Error::Internal(error.to_string()))?;
    let description = plan.description.clone().unwrap_or_default();
    Ok(PlanContent { name: plan.name.clone(), description, tags: plan.tags.clone(), document, note })
}

fn stored_view(tx: &store::Transaction<'_>, id: &str) -> Result<PlanView, Error> {
    let row = tx.snapshot().plan(id).map_err(Error::from_store)?;
    view_of(row.ok_or_else(|| Error::PlanNotFound(id.to_owned()))?)
}

fn view_of(row: PlanRow) -> Result<PlanView, Error> {
    let plan = serde_json::from_str(&row.document)
        .map_err(|error| Error::Internal(format!("The stored plan `{}` cannot be read: {error}.", row.id)))?;
    let updated_at = if row.version == row.latest_version { row.updated_at } else { row.version_created_at };
    let view = PlanView::new(row.id, row.version, plan, row.created_at, updated_at);
    Ok(PlanView { archived_at: row.archived_at.map(timestamp), ..view })
}

fn stats_of(snapshot: &store::Snapshot<'_>, id: &str) -> Result<PlanStats, store::Error> {
    let found = snapshot.plan_statistics(&[id.to_owned()])?.into_iter().next().unwrap_or_default();
    let filter = store::ExecutionFilter { plan_id: Some(id.to_owned()), ..store::ExecutionFilter::default() };
    let last = snapshot.list_executions(&filter, 1, 0)?.items.into_iter().next();
    Ok(PlanStats {
        executions: found.executions,
        last_execution: last.and_then(last_execution),
        recent: found.recent.iter().filter_map(|word| status(word)).collect(),
        average_cost: found.average_cost_usd,
        average_duration_ms: found.average_duration_ms.map(|ms| ms.round() as u64),
    })
}

/// The status that a row has as a word.
fn status(word: &str) -> Option<ExecutionStatus> {
    use ExecutionStatus::{Cancelled, Completed, Failed, Paused, Pending, Running};
    [Pending, Running, Paused, Completed, Failed, Cancelled].into_iter().find(|status| status.as_str() == word)
}

/// Nothing when its row cannot be read, which a rebuilding mends: the list of plans is of more use without it.
fn last_execution(row: store::ExecutionRow) -> Option<LastExecution> {
    let listed: ListedExecution = serde_json::from_str(&row.state.view).ok()?;
    Some(LastExecution {
        id: row.identity.id,
        status: listed.status,
        progress: listed.progress,
        paused_reasons: listed.paused_reasons,
        error: listed.error,
        simulated: row.identity.simulated,
        created_at: timestamp(row.identity.created_at),
        completed_at: row.state.completed_at.map(timestamp),
    })
}

fn cut(prompt: &mut String) {
    if let Some((end, _)) = prompt.char_indices().nth(SUMMARY_CHARS) {
        prompt.truncate(end);
        prompt.push('…');
    }
}

fn draft_view(plan_id: &str, draft: store::Draft) -> Result<DraftView, Error> {
    let document = serde_json::from_str(&draft.document)
        .map_err(|error| Error::Internal(format!("The draft of `{plan_id}` cannot be read: {error}.")))?;
    Ok(DraftView {
        plan_id: plan_id.to_owned(),
        draft_revision: u64::from(draft.revision),
        document,
        updated_at: timestamp(draft.updated_at),
    })
}

fn plan_error(error: store::Error, id: &str) -> Error {
    match error {
        store::Error::NotFound { subject: Subject::Plan, .. } => Error::PlanNotFound(id.to_owned()),
        store::Error::Conflict { found, expected, .. } => Error::VersionConflict {
            current: u64::from(found),
            message: format!(
                "The plan `{id}` is at version {found}, not {expected}: somebody has published meanwhile. Read it again, \
                 repeat your change on it, and send If-Match: \"{found}\"."
            ),
        },
        other => Error::from_store(other),
    }
}

fn version_error(error: store::Error, id: &str, version: Option<u32>) -> Error {
    match (error, version) {
        (store::Error::NotFound { subject: Subject::PlanVersion, .. }, Some(version)) => {
            Error::VersionNotFound { plan_id: id.to_owned(), version }
        }
        (error, _) => plan_error(error, id),
    }
}

fn draft_error(error: store::Error, id: &str) -> Error {
    match error {
        store::Error::NotFound { subject: Subject::Draft, .. } => Error::DraftNotFound(id.to_owned()),
        store::Error::Conflict { found, .. } => Error::VersionConflict {
            current: u64::from(found),
            message: format!(
                "The draft of `{id}` is at revision {found}: another window has changed it. Read it again before you write."
            ),
        },
        other => plan_error(other, id),
    }
}
