//! What a call says: the rendered prompt of a step, from texts that are named by hash.
//!
//! Pure but for fetching the texts; it runs off the loop unless the texts are small.

use std::collections::HashMap;
use std::sync::Arc;

use planloom_core::check::{CheckedPlan, CheckedStep};
use planloom_core::confidence;
use planloom_core::execution::{CallFailure, Cost, ExecutionState, Rejection, StepIndex, TaskState, TextRef};
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use planloom_core::prompt::{RenderError, Scope, StepIds, StepScope, Template};
use planloom_core::usage::Usage;

use crate::texts::Texts;

/// Everything a step's templates may read, by reference.
#[derive(Clone)]
pub(crate) struct Material {
    pub(crate) plan: CheckedPlan,
    pub(crate) step: StepIndex,
    pub(crate) input: TextRef,
    /// The ended steps that may be read; `None` for a skipped one.
    pub(crate) outputs: Vec<(usize, Option<TextRef>)>,
    pub(crate) rejection: Option<Rejection>,
}

/// A prompt as the model gets it.
pub(crate) struct Rendered {
    pub(crate) system: Option<String>,
    pub(crate) prompt: String,
}

impl Rendered {
    pub(crate) fn bytes(&self) -> u64 {
        (self.prompt.len() + self.system.as_deref().map_or(0, str::len)) as u64
    }

    /// What the audit keeps of it.
    pub(crate) fn reference(&self) -> TextRef {
        match &self.system {
            None => TextRef::of(&self.prompt),
            Some(system) => TextRef::of(&format!("{system}\0{}", self.prompt)),
        }
    }
}

impl Material {
    /// What `step` of `state` reads; `None` before the start.
    pub(crate) fn of(state: &ExecutionState, plan: &CheckedPlan, step: StepIndex) -> Option<Material> {
        let checked = &plan.steps()[step as usize];
        let rejection = state.tasks[step as usize].rejection.clone();
        let mut reads = checked.reads.clone();
        if let Some(template) = retry_template(plan, rejection.as_ref()) {
            reads.extend(template.steps().iter().filter_map(|reference| plan.index_of(&reference.id)));
            reads.sort_unstable();
            reads.dedup();
        }
        let outputs = reads.into_iter().filter_map(|read| match &state.tasks[read].state {
            TaskState::Completed { output } => Some((read, Some(*output))),
            TaskState::Skipped { .. } => Some((read, None)),
            _ => None,
        });
        let outputs = outputs.collect();
        Some(Material { plan: plan.clone(), step, input: state.start.as_ref()?.input, outputs, rejection })
    }

    pub(crate) fn step(&self) -> &CheckedStep {
        &self.plan.steps()[self.step as usize]
    }

    /// The texts that rendering will fetch.
    pub(crate) fn texts(&self) -> impl Iterator<Item = TextRef> {
        self.outputs.iter().filter_map(|(_, output)| *output).chain([self.input])
    }

    fn scope(&self, texts: &Texts) -> Result<Scope, CallFailure> {
        let input = texts.get_json(self.input.hash).map_err(unreadable)?.ok_or_else(deleted)?;
        let mut steps = HashMap::with_capacity(self.outputs.len());
        for (index, output) in &self.outputs {
            let step = &self.plan.steps()[*index];
            let scope = match output {
                None => StepScope { output: Arc::from(""), output_json: None, skipped: true },
                Some(output) => StepScope {
                    output: texts.get(output.hash).map_err(unreadable)?.ok_or_else(deleted)?,
                    output_json: match step.output_schema {
                        Some(_) => texts.get_json(output.hash).map_err(unreadable)?,
                        None => None,
                    },
                    skipped: false,
                },
            };
            steps.insert(step.id.to_string(), scope);
        }
        Ok(Scope { input, steps })
    }

    /// The step's system prompt and prompt, with what a rejection adds.
    pub(crate) fn render(&self, texts: &Texts) -> Result<Rendered, CallFailure> {
        let scope = self.scope(texts)?;
        let step = self.step();
        let render = |template: &Template| template.render(&scope).map_err(|error| unrendered(&error));
        let system = step.system.as_ref().map(render).transpose()?;
        let mut prompt = render(&step.prompt)?;
        if let Some(rejection) = &self.rejection {
            let rejected = texts.get(rejection.output.hash).map_err(unreadable)?.ok_or_else(deleted)?;
            let own = match retry_template(&self.plan, Some(rejection)) {
                Some(template) => Some((render(&template)?, refers(&template))),
                None => None,
            };
            let own = own.as_ref().map(|(text, refers)| (text.as_str(), *refers));
            prompt = confidence::prompt_after_rejection(&prompt, own, &rejected, &rejection.reason);
        }
        let rendered = Rendered { system, prompt };
        if rendered.bytes() > limits::RENDERED_BYTES as u64 {
            let message = format!(
                "The rendered prompt has {} bytes, more than the {} that are allowed. Shorten what it inserts.",
                rendered.bytes(),
                limits::RENDERED_BYTES
            );
            return Err(failure(FailureCode::PromptTooLarge, message));
        }
        Ok(rendered)
    }

    /// Whether the step's condition holds.
    pub(crate) fn evaluate(&self, texts: &Texts) -> Result<bool, CallFailure> {
        let Some(condition) = &self.step().condition else { return Ok(true) };
        let scope = self.scope(texts)?;
        condition.evaluate(&scope).map_err(|error| unrendered(&error))
    }
}

/// The reviewer's own prompt; it was checked when the rejection was decided.
fn retry_template(plan: &CheckedPlan, rejection: Option<&Rejection>) -> Option<Template> {
    let source = rejection?.retry_prompt.as_deref()?;
    Template::parse(source, &step_ids(plan)).ok()
}

/// Every id of a plan.
pub(crate) fn step_ids(plan: &CheckedPlan) -> StepIds {
    plan.steps().iter().map(|step| step.id.to_string()).collect()
}

fn refers(template: &Template) -> bool {
    !template.steps().is_empty() || !template.inputs().is_empty()
}

/// A failure before anything was sent.
pub(crate) fn failure(code: FailureCode, message: String) -> CallFailure {
    CallFailure {
        code,
        message,
        retryable: false,
        status: None,
        retry_after_ms: None,
        usage: Usage::default(),
        cost: Cost::NOTHING,
        duration_ms: 0,
    }
}

fn unrendered(error: &RenderError) -> CallFailure {
    failure(error.code, error.message.clone())
}

fn unreadable(error: planloom_store::Error) -> CallFailure {
    let retryable = true;
    let message = format!("A text of this execution could not be read: {error}");
    CallFailure { retryable, ..failure(FailureCode::TemplateError, message) }
}

fn deleted() -> CallFailure {
    failure(
        FailureCode::TemplateError,
        "A text that this step needs has been deleted. Start a new execution with the input.".to_owned(),
    )
}
