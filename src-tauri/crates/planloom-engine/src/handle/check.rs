//! Before the first call of an execution: everything that can be known is checked, and nothing is started.

use std::collections::BTreeMap;

use planloom_core::check::{CheckedPlan, Problem, ProblemCode};
use planloom_core::request::ExecuteRequest;

use crate::Error;
use crate::registry::{Snapshot, Unready};
use crate::settings::{ProviderKind, Resolved};

/// Bytes of a token at the very most: a prompt that is too long by this is too long for certain.
const MOST_BYTES_PER_TOKEN: u64 = 16;
/// Bytes of a token as a rule.
const USUAL_BYTES_PER_TOKEN: u64 = 4;

/// The models of an execution, by alias.
pub(super) struct Models {
    resolved: BTreeMap<String, Resolved>,
    pub(super) evaluator: Option<Resolved>,
}

impl Models {
    pub(super) fn of_step(&self, plan: &CheckedPlan, step: usize) -> Option<&Resolved> {
        self.resolved.get(&*plan.steps()[step].model)
    }

    /// Resolves every alias that the execution will use.
    pub(super) fn resolve(registry: &Snapshot, plan: &CheckedPlan, request: &ExecuteRequest) -> Result<Models, Error> {
        let simulate = request.options.simulate == Some(true);
        let mut resolving = Resolving { registry, simulate, problems: Vec::new(), missing: BTreeMap::new() };
        let mut resolved = BTreeMap::new();
        for (at, step) in plan.steps().iter().enumerate() {
            let known = resolved.contains_key(&*step.model);
            if known && !resolving.missing.values().any(|(model, _)| *model == *step.model) {
                continue;
            }
            if let Some(found) = resolving.model(&step.model, &format!("steps[{at}].model"), Some(&step.id)) {
                resolved.insert(step.model.to_string(), found);
            }
            if registry.settings().queue_limit(&step.queue).is_none() {
                resolving.unknown_queue(&step.queue, at, &step.id);
            }
        }
        let evaluator = request.hitl.confidence_threshold.and_then(|_| {
            let settings = &registry.settings().document().evaluator;
            let alias = request.hitl.evaluator.as_deref().unwrap_or(settings);
            resolving.model(alias, "hitl.evaluator", None)
        });
        resolving.finish()?;
        let models = Models { resolved, evaluator };
        models.check_prices(plan, request)?;
        Ok(models)
    }

    /// Aliases whose server has not said its model yet, with the steps that use them.
    pub(super) fn without_id(&self, plan: &CheckedPlan) -> Vec<(String, Vec<String>)> {
        let open = self.resolved.iter().filter(|(_, found)| found.model.model_id.is_empty());
        open.map(|(alias, _)| {
            let uses = plan.steps().iter().filter(|step| *step.model == **alias);
            (alias.clone(), uses.map(|step| step.id.to_string()).collect())
        })
        .collect()
    }

    /// A budget needs to know what everything costs.
    fn check_prices(&self, plan: &CheckedPlan, request: &ExecuteRequest) -> Result<(), Error> {
        if request.options.max_cost.is_none() {
            return Ok(());
        }
        let all = self.resolved.iter().map(|(alias, found)| (alias.as_str(), found));
        let evaluator = self.evaluator.iter().map(|found| (&*found.model.alias, found));
        let unpriced: Vec<&str> =
            all.chain(evaluator).filter(|(_, found)| found.model.prices.is_none()).map(|(alias, _)| alias).collect();
        if unpriced.is_empty() {
            return Ok(());
        }
        let names = unpriced.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>().join(", ");
        let message = format!(
            "`options.maxCost` cannot be kept, because the price of {names} is not known. Give it a price in the \
             settings, or leave the budget out."
        );
        let problem = Problem::error(ProblemCode::ValidationError, "options.maxCost", "price", message);
        let step = plan.steps().iter().find(|step| unpriced.contains(&&*step.model));
        Err(Error::Problems(vec![match step {
            Some(step) => problem.in_step(&step.id),
            None => problem,
        }]))
    }

    /// Holds a prompt that is known before the run against the model's context; a warning, or a refusal when it is
    /// too long for certain.
    pub(super) fn check_context(
        &self,
        plan: &CheckedPlan,
        step: usize,
        prompt_bytes: u64,
    ) -> Result<Option<String>, Box<Problem>> {
        let Some(found) = self.of_step(plan, step) else { return Ok(None) };
        let Some(context) = found.context_tokens else { return Ok(None) };
        let (id, alias) = (&plan.steps()[step].id, &found.model.alias);
        if prompt_bytes / MOST_BYTES_PER_TOKEN > context {
            let message = format!(
                "The prompt of `{id}` has {prompt_bytes} bytes, which cannot fit into the {context} tokens of `{alias}`. \
                 Shorten the input, or use a model with a larger context."
            );
            let field = format!("steps[{step}].prompt");
            return Err(Box::new(Problem::error(ProblemCode::ValidationError, field, "context", message).in_step(id)));
        }
        let estimate = prompt_bytes.div_ceil(USUAL_BYTES_PER_TOKEN);
        Ok((estimate > context).then(|| {
            format!(
                "The prompt of `{id}` has about {estimate} tokens, more than the {context} of `{alias}`; it may be refused."
            )
        }))
    }
}

struct Resolving<'a> {
    registry: &'a Snapshot,
    simulate: bool,
    problems: Vec<Problem>,
    /// By message: the model that has the fault, and the steps that use it.
    missing: BTreeMap<String, (String, Vec<String>)>,
}

impl Resolving<'_> {
    fn model(&mut self, alias: &str, field: &str, step_id: Option<&str>) -> Option<Resolved> {
        let found = if self.simulate {
            self.registry.meaning(alias).map(Resolved::simulated).map_err(Unready::from)
        } else {
            self.registry.ready(alias)
        };
        match found {
            Ok(found) if !self.simulate && found.provider_kind == ProviderKind::Simulator => {
                let message = "this is the simulator, which is used only by consent.".to_owned();
                let entry = self.missing.entry(message).or_insert((alias.to_owned(), Vec::new()));
                entry.1.push(step_id.unwrap_or("the evaluator").to_owned());
                Some(found)
            }
            Ok(found) => Some(found),
            Err(Unready::Model(error)) => {
                let problem = Problem::error(ProblemCode::InvalidModel, field, "exists", error.to_string());
                self.problems.push(match step_id {
                    Some(id) => problem.in_step(id),
                    None => problem,
                });
                None
            }
            Err(unready @ (Unready::Provider(_) | Unready::Listing(_))) => {
                let entry = self.missing.entry(unready.to_string()).or_insert((alias.to_owned(), Vec::new()));
                entry.1.push(step_id.unwrap_or("the evaluator").to_owned());
                // The alias itself has a meaning, so that the steps after this one are not asked about it again.
                self.registry.settings().resolve(alias).ok()
            }
        }
    }

    fn unknown_queue(&mut self, queue: &str, at: usize, step_id: &str) {
        let message = format!("There is no queue `{queue}` in the settings any more. Add it, or name another.");
        let field = format!("steps[{at}].queue");
        self.problems.push(Problem::error(ProblemCode::InvalidQueue, field, "exists", message).in_step(step_id));
    }

    fn finish(self) -> Result<(), Error> {
        if !self.problems.is_empty() {
            return Err(Error::Problems(self.problems));
        }
        if self.missing.is_empty() {
            return Ok(());
        }
        let (mut parts, mut step_ids) = (Vec::new(), Vec::new());
        for (message, (_, steps)) in self.missing {
            let names = steps.iter().map(|step| format!("`{step}`")).collect::<Vec<_>>().join(", ");
            parts.push(format!("{names}: {message}"));
            step_ids.extend(steps);
        }
        let message = format!(
            "Some models cannot be called. {} To try the plan without a model, send `options.simulate: true`.",
            parts.join(" ")
        );
        Err(Error::ProviderNotConfigured { message, step_ids })
    }
}
