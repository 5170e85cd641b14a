//! Before an execution starts: its request is read, and everything that can be checked and warned of is.
//!
//! Nothing is stored and nothing is started here, so a dry run is this and no more.

use std::sync::Arc;

use planloom_core::check::{CheckedPlan, Problem};
use planloom_core::execution::StepIndex;
use planloom_core::plan::Channel;
use planloom_core::request::{self, ExecuteRequest};
use serde_json::Value;

use super::check::Models;
use super::{Handle, dry_run};
use crate::Error;
use crate::plans::Published;
use crate::shared::Shared;

/// A request that can start, with all that starting needs.
pub(super) struct Prepared {
    /// 0 for a plan that is not published.
    pub(super) plan_version: u32,
    pub(super) published: Published,
    pub(super) request: ExecuteRequest,
    pub(super) models: Models,
    pub(super) warnings: Vec<String>,
}

/// A request that was looked at.
enum Preparation {
    Ready(Box<Prepared>),
    /// Aliases whose server has to say its model first, with the steps that use them.
    Asks(Vec<(String, Vec<String>)>),
}

impl Handle {
    /// Looks at a request to run a stored plan.
    pub(super) async fn prepare(&self, plan_id: &str, body: Value) -> Result<Prepared, Error> {
        let (plan_id, body) = (plan_id.to_owned(), Arc::new(body));
        // A small request is looked at faster than it is handed to another thread.
        let is_small = weight(&body) <= SMALL;
        let look = move |shared: &Shared| of_stored(shared, &plan_id, &body);
        let first = if is_small { look(&self.shared)? } else { self.off_thread(look.clone()).await? };
        self.settled(first, look).await
    }

    /// Looks at a request to run a plan that is not stored.
    pub(super) async fn prepare_unstored(&self, plan: CheckedPlan, body: Value) -> Result<Prepared, Error> {
        let (published, body) = (Published::new(plan), Arc::new(body));
        let look = move |shared: &Shared| of_published(shared, 0, published.clone(), &body);
        let first = self.off_thread(look.clone()).await?;
        self.settled(first, look).await
    }

    async fn settled(
        &self,
        first: Preparation,
        again: impl FnOnce(&Shared) -> Result<Preparation, Error> + Send + 'static,
    ) -> Result<Prepared, Error> {
        let aliases = match first {
            Preparation::Ready(prepared) => return Ok(*prepared),
            Preparation::Asks(aliases) => aliases,
        };
        self.ask_for_models(aliases).await?;
        match self.off_thread(again).await? {
            Preparation::Ready(prepared) => Ok(*prepared),
            Preparation::Asks(_) => Err(Error::Internal("a model was asked for twice".to_owned())),
        }
    }

    /// Where an alias leaves the model to a nearby server, that one is asked before anything starts.
    async fn ask_for_models(&self, aliases: Vec<(String, Vec<String>)>) -> Result<(), Error> {
        let registry = self.shared.registry.snapshot();
        for (alias, step_ids) in aliases {
            if let Err(unready) = registry.resolve(&alias).await {
                let message = format!("The server of the model `{alias}` did not say which model it has. {unready}");
                return Err(Error::ProviderNotConfigured { message, step_ids });
            }
        }
        Ok(())
    }
}

/// Up to this weight, looking at a body holds nobody up.
const SMALL: usize = 4_096;

fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => 8 + text.len(),
        Value::Array(items) => 8 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => 8 + members.iter().map(|(key, value)| key.len() + weight(value)).sum::<usize>(),
    }
}

fn of_stored(shared: &Shared, plan_id: &str, body: &Value) -> Result<Preparation, Error> {
    let row = shared.store.read(|snapshot| snapshot.plan_head(plan_id)).map_err(Error::from_store)?;
    let row = row.ok_or_else(|| Error::PlanNotFound(plan_id.to_owned()))?;
    if row.archived_at.is_some() {
        return Err(Error::PlanArchived(plan_id.to_owned()));
    }
    let plan_version = request::plan_version(body).unwrap_or(row.latest_version);
    of_published(shared, plan_version, shared.plans.version(plan_id, plan_version)?, body)
}

/// Everything that can be checked and warned of before a start.
fn of_published(shared: &Shared, plan_version: u32, published: Published, body: &Value) -> Result<Preparation, Error> {
    let registry = shared.registry.snapshot();
    let plan: &CheckedPlan = &published.plan;
    let request = registry.settings().with_known(|known| request::read(body, plan, known)).map_err(Error::Problems)?;
    let models = Models::resolve(&registry, plan, &request)?;
    let asks = models.without_id(plan);
    if !asks.is_empty() {
        return Ok(Preparation::Asks(asks));
    }
    let warnings = warnings(plan, &request, &models)?;
    Ok(Preparation::Ready(Box::new(Prepared { plan_version, published, request, models, warnings })))
}

fn warnings(plan: &CheckedPlan, request: &ExecuteRequest, models: &Models) -> Result<Vec<String>, Error> {
    let mut warnings: Vec<String> = request.warnings.iter().map(|problem| problem.message.clone()).collect();
    let mut too_long: Vec<Problem> = Vec::new();
    for index in 0..plan.steps().len() {
        let preview = dry_run::preview(plan, index as StepIndex, request);
        if preview.is_whole {
            match models.check_context(plan, index, preview.bytes()) {
                Ok(warning) => warnings.extend(warning),
                Err(problem) => too_long.push(*problem),
            }
        }
    }
    if !too_long.is_empty() {
        return Err(Error::Problems(too_long));
    }
    warnings.extend(request.hitl.notify_channels.iter().filter_map(|channel| not_set_up(*channel)));
    Ok(warnings)
}

/// A channel that is known but cannot carry anything is a warning, never a refusal.
fn not_set_up(channel: Channel) -> Option<String> {
    let name = match channel {
        Channel::Dashboard => return None,
        Channel::Email => "email",
        Channel::Webhook => "webhook",
    };
    Some(format!("The notification channel `{name}` is not set up; approvals are announced in the dashboard alone."))
}
