//! A plan that passed every check, with all defaults resolved: the only thing that can be executed.

use std::collections::HashMap;
use std::sync::Arc;

use super::input::{self, InputUse};
use super::names::{DEFAULT_MODEL, DEFAULT_QUEUE};
use super::schemas::Schemas;
use super::templates::Templates;
use crate::condition::Condition;
use crate::graph::Graph;
use crate::limits;
use crate::plan::{Defaults, Plan, Retry, Step};
use crate::prompt::Template;
use crate::schema::Schema;

/// A plan that can run. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CheckedPlan {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    plan: Plan,
    steps: Vec<CheckedStep>,
    index: HashMap<Arc<str>, usize>,
    levels: Vec<Vec<usize>>,
    inputs: Vec<InputUse>,
    input_schema: Option<Schema>,
}

/// A step with its texts parsed and its defaults resolved.
#[derive(Debug)]
pub struct CheckedStep {
    pub id: Arc<str>,
    pub index: usize,
    /// In ascending order.
    pub depends_on: Vec<usize>,
    /// In ascending order.
    pub dependents: Vec<usize>,
    pub prompt: Template,
    pub system: Option<Template>,
    pub condition: Option<Condition>,
    pub model: Arc<str>,
    pub queue: Arc<str>,
    pub timeout_ms: u64,
    pub max_attempts: u32,
    pub backoff_ms: u64,
    pub requires_approval: bool,
    /// The model's own limit when absent.
    pub max_tokens: Option<u32>,
    pub temperature: Option<f64>,
    pub output_schema: Option<Arc<Schema>>,
    /// The steps whose outputs its templates use, in ascending order.
    pub reads: Vec<usize>,
}

impl CheckedPlan {
    pub(super) fn new(plan: Plan, graph: Graph, templates: Templates, schemas: Schemas) -> CheckedPlan {
        let mut names = Names::default();
        let none = Defaults::default();
        let defaults = plan.defaults.as_ref().unwrap_or(&none);
        let parts = plan.steps.iter().zip(templates.steps).zip(schemas.outputs);
        let steps: Vec<CheckedStep> = parts
            .enumerate()
            .map(|(at, ((step, parsed), output_schema))| CheckedStep {
                id: Arc::from(step.id.as_str()),
                index: at,
                depends_on: graph.depends_on(at).to_vec(),
                dependents: graph.dependents(at).to_vec(),
                prompt: parsed.prompt,
                system: parsed.system,
                condition: parsed.condition,
                model: names.get(step.model.as_deref().or(defaults.model.as_deref()).unwrap_or(DEFAULT_MODEL)),
                queue: names.get(step.queue.as_deref().or(defaults.queue.as_deref()).unwrap_or(DEFAULT_QUEUE)),
                timeout_ms: step.timeout_ms.or(defaults.timeout_ms).unwrap_or(limits::STEP_TIMEOUT_MS),
                max_attempts: retry(step, defaults, |retry| retry.max_attempts).unwrap_or(limits::MAX_ATTEMPTS),
                backoff_ms: retry(step, defaults, |retry| retry.backoff_ms).unwrap_or(limits::BACKOFF_MS),
                requires_approval: step.requires_approval.unwrap_or(false),
                max_tokens: step.max_tokens.or(defaults.max_tokens),
                temperature: step.temperature.or(defaults.temperature),
                output_schema: output_schema.map(Arc::new),
                reads: parsed.reads,
            })
            .collect();
        let index = steps.iter().map(|step| (Arc::clone(&step.id), step.index)).collect();
        let inputs = input::merge(templates.inputs, schemas.input.as_ref());
        let levels = graph.levels().to_vec();
        let inner = Inner { plan, steps, index, levels, inputs, input_schema: schemas.input };
        CheckedPlan { inner: Arc::new(inner) }
    }

    /// As its author wrote it.
    pub fn plan(&self) -> &Plan {
        &self.inner.plan
    }

    /// In plan order.
    pub fn steps(&self) -> &[CheckedStep] {
        &self.inner.steps
    }

    pub fn index_of(&self, step_id: &str) -> Option<usize> {
        self.inner.index.get(step_id).copied()
    }

    /// Steps by their distance from the start: what is in one level can run side by side.
    pub fn levels(&self) -> &[Vec<usize>] {
        &self.inner.levels
    }

    /// Everything of the input that a template or a condition refers to, each once.
    pub fn inputs(&self) -> &[InputUse] {
        &self.inner.inputs
    }

    pub fn input_schema(&self) -> Option<&Schema> {
        self.inner.input_schema.as_ref()
    }
}

/// The step's own word, else the plan's, field by field.
fn retry<T>(step: &Step, defaults: &Defaults, field: impl Fn(&Retry) -> Option<T>) -> Option<T> {
    step.retry.as_ref().and_then(&field).or_else(|| defaults.retry.as_ref().and_then(&field))
}

/// Thousands of steps share a few names.
#[derive(Default)]
struct Names(HashMap<String, Arc<str>>);

impl Names {
    fn get(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = Arc::from(name);
        self.0.insert(name.to_owned(), Arc::clone(&shared));
        shared
    }
}
