//! A dry run: what an execution would say and cost, without a call and without a trace.

use std::sync::Arc;

use indexmap::IndexMap;
use planloom_core::check::{CheckedPlan, Problems};
use planloom_core::execution::{Progress, StepIndex};
use planloom_core::fields::Reader;
use planloom_core::prompt::{Scope, StepScope, Template};
use planloom_core::request::ExecuteRequest;
use planloom_core::usage::{PicoUsd, Usage};
use serde_json::Value;

use super::Handle;
use super::check::Models;
use super::prepare::Prepared;
use crate::Error;
use crate::turn::reserve_of;
use crate::views::{DryRunStatus, DryRunStep, DryRunView};

/// Bytes of a token, as prompts are estimated for money.
const BYTES_PER_TOKEN: u64 = 3;

impl Handle {
    /// The dry run of a plan that need not be stored: `{plan, input?, hitl?, options?}`.
    pub async fn dry_run(&self, body: Value) -> Result<DryRunView, Error> {
        let (document, request) = read_body(body)?;
        let (plan, _) = self.publishable(document).await?;
        let Prepared { published, request, models, warnings, .. } = self.prepare_unstored(plan, request).await?;
        self.off_thread(move |_| Ok(dry_run(None, &published.plan, &request, &models, warnings))).await
    }
}

/// The plan, and the rest, which is what starting a stored plan takes; a version there is none of.
fn read_body(body: Value) -> Result<(Value, Value), Error> {
    let mut problems = Problems::default();
    let Some(mut reader) = Reader::object(&body, "", &mut problems) else {
        return Err(Error::Problems(problems.into_sorted()));
    };
    let plan = reader.value("plan").cloned();
    for name in ["input", "hitl", "options"] {
        reader.optional_value(name);
    }
    reader.finish();
    let (Some(plan), Value::Object(mut rest), false) = (plan, body, problems.has_errors()) else {
        return Err(Error::Problems(problems.into_sorted()));
    };
    rest.shift_remove("plan");
    Ok((plan, Value::Object(rest)))
}

/// A prompt with the input filled in.
pub(super) struct Preview {
    pub(super) prompt: String,
    /// Whether nothing in it waits for another step.
    pub(super) is_whole: bool,
    bytes: u64,
    unresolved: Vec<String>,
}

/// Renders what can be rendered: references to other steps stand as they are written.
pub(super) fn preview(plan: &CheckedPlan, step: StepIndex, request: &ExecuteRequest) -> Preview {
    let checked = &plan.steps()[step as usize];
    let templates = std::iter::once(&checked.prompt).chain(&checked.system);
    let mut unresolved: Vec<String> = Vec::new();
    for reference in templates.flat_map(Template::steps) {
        let path: String = reference.path.iter().map(|key| format!(".{key}")).collect();
        let name = format!("{}.output{path}", reference.id);
        if !unresolved.contains(&name) {
            unresolved.push(name);
        }
    }
    let step_scope = |read: &usize| {
        let id = plan.steps()[*read].id.to_string();
        let output: Arc<str> = Arc::from(format!("{{{{{id}.output}}}}"));
        (id, StepScope { output, output_json: None, skipped: false })
    };
    let steps = checked.reads.iter().map(step_scope).collect();
    let scope = Scope { input: Arc::new(request.input.clone()), steps };
    // A prompt that goes into the fields of an answer cannot be filled in before there is one.
    let rendered = |template: &Template, source: &str| template.render(&scope).unwrap_or_else(|_| source.to_owned());
    let source = &plan.plan().steps[step as usize];
    let prompt = rendered(&checked.prompt, &source.prompt);
    let system = checked.system.as_ref().zip(source.system.as_ref()).map(|(template, text)| rendered(template, text));
    let bytes = (prompt.len() + system.as_deref().map_or(0, str::len)) as u64;
    Preview { prompt, is_whole: unresolved.is_empty(), bytes, unresolved }
}

impl Preview {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// The dry run of a request that could start.
pub(super) fn dry_run(
    plan_id: Option<String>,
    plan: &CheckedPlan,
    request: &ExecuteRequest,
    models: &Models,
    warnings: Vec<String>,
) -> DryRunView {
    let count = plan.steps().len();
    let (mut least, mut most) = (Some(PicoUsd(0)), Some(PicoUsd(0)));
    let mut steps = IndexMap::with_capacity(count);
    // What flows from step to step is not known: at least nothing, at most the longest answer of each step read.
    let longest = |step: usize| {
        let checked = &plan.steps()[step];
        let own = models.of_step(plan, step).map_or(0, |found| found.max_output_tokens);
        u64::from(checked.max_tokens.unwrap_or(own))
    };
    for (index, checked) in plan.steps().iter().enumerate() {
        let preview = preview(plan, index as StepIndex, request);
        let read_bytes: u64 = checked.reads.iter().map(|read| longest(*read) * BYTES_PER_TOKEN).sum();
        let found = models.of_step(plan, index);
        let prices = found.and_then(|found| found.model.prices);
        let may_not_run = checked.condition.is_some();
        let cost_min = prices.map(|prices| {
            let input = preview.bytes / BYTES_PER_TOKEN;
            if may_not_run { PicoUsd(0) } else { prices.cost(Usage { input, ..Usage::default() }) }
        });
        let cost_max = found.filter(|found| found.model.prices.is_some()).map(|found| {
            let bytes = preview.bytes + read_bytes;
            let max_tokens = u32::try_from(longest(index)).unwrap_or(u32::MAX);
            reserve_of(found, models.evaluator.as_ref(), bytes, max_tokens, checked.output_schema.is_some())
        });
        least = least.zip(cost_min).map(|(sum, part)| sum.plus(part));
        most = most.zip(cost_max).map(|(sum, part)| sum.plus(part));
        let step = DryRunStep {
            tokens: preview.bytes.div_ceil(BYTES_PER_TOKEN),
            prompt: preview.prompt,
            unresolved: preview.unresolved,
            model: checked.model.to_string(),
            cost_min: cost_min.map(PicoUsd::as_usd),
            cost_max: cost_max.map(PicoUsd::as_usd),
        };
        steps.insert(checked.id.to_string(), step);
    }
    let level = |level: &Vec<usize>| level.iter().map(|step| plan.steps()[*step].id.to_string()).collect();
    let (reviews, reviews_maybe) = reviews(plan, request);
    DryRunView {
        plan_id,
        status: DryRunStatus::DryRun,
        progress: Progress { total: count as u32, pending: count as u32, ..Progress::default() },
        levels: plan.levels().iter().map(level).collect(),
        steps,
        cost_min: least.map(PicoUsd::as_usd),
        cost_max: most.map(PicoUsd::as_usd),
        reviews,
        reviews_maybe,
        warnings,
    }
}

/// The steps that will wait for a human or may, and those among them that only may: where only the score asks for it,
/// or where the step may be skipped.
fn reviews(plan: &CheckedPlan, request: &ExecuteRequest) -> (Vec<String>, Vec<String>) {
    let scored = request.hitl.confidence_threshold.is_some();
    let mut may_be_skipped = vec![false; plan.steps().len()];
    for step in plan.levels().iter().flatten().copied() {
        let on = &plan.steps()[step].depends_on;
        let by_others = !on.is_empty() && on.iter().all(|on| may_be_skipped[*on]);
        may_be_skipped[step] = plan.steps()[step].condition.is_some() || by_others;
    }
    let (mut all, mut maybe) = (Vec::new(), Vec::new());
    for (step, may_be_skipped) in plan.steps().iter().zip(may_be_skipped) {
        let required = step.requires_approval || request.hitl.required_for.iter().any(|id| **id == *step.id);
        if required || scored {
            all.push(step.id.to_string());
        }
        if (required && may_be_skipped) || (scored && !required) {
            maybe.push(step.id.to_string());
        }
    }
    (all, maybe)
}
