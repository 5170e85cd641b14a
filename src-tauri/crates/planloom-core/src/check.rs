//! Whether a plan can run: every check that needs no execution, and the [`CheckedPlan`] that comes of it.
//!
//! A check tells all faults that can be found in one go. It changes nothing in the plan, and it asks nobody:
//! what settings know comes in as [`Known`].

mod checked;
mod edges;
mod form;
pub(crate) mod hitl;
mod input;
pub(crate) mod names;
mod problem;
mod schemas;
mod templates;

use serde_json::Value;

pub use checked::{CheckedPlan, CheckedStep};
pub use form::{RESERVED_STEP_IDS, SERVER_MADE, is_step_id};
pub use input::InputUse;
pub use names::{DEFAULT_MODEL, DEFAULT_QUEUE, Known};
pub use problem::{
    Fix, PatchOp, PatchOperation, Problem, ProblemCode, Problems, Severity, element, member, nearest, pointer_token,
    quote,
};

use crate::plan::Plan;

/// What a check found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// There when no problem is an error.
    pub plan: Option<CheckedPlan>,
    /// Errors before warnings, faults of form before faults of meaning, each in the plan's order.
    pub problems: Vec<Problem>,
}

/// Reads a plan without asking whether it can run; `None` when a problem is an error.
pub fn read_plan(document: &Value) -> (Option<Plan>, Vec<Problem>) {
    let mut problems = Problems::default();
    let plan = form::read(document, &mut problems).filter(|_| !problems.has_errors());
    (plan, problems.into_sorted())
}

/// Checks everything about a plan that can be known without running it.
pub fn check(document: &Value, known: &Known<'_>) -> Checked {
    let mut problems = Problems::default();
    let plan = form::read(document, &mut problems).and_then(|plan| check_read(plan, known, &mut problems));
    Checked { plan, problems: problems.into_sorted() }
}

/// The checks behind the reading. They go on where the form has faults, so that those are not all there is to learn.
fn check_read(plan: Plan, known: &Known<'_>, problems: &mut Problems) -> Option<CheckedPlan> {
    let index = names::index(&plan, problems);
    names::check(&plan, known, problems);
    if let Some(given) = &plan.hitl {
        let is_step = |id: &str| index.contains_key(id);
        hitl::check_names(&given.required_for, given.evaluator.as_deref(), &plan, is_step, known, problems);
    }
    let graph = edges::check(&plan, &index, problems);
    let schemas = schemas::check(&plan, problems);
    let templates = templates::check(&plan, &index, &graph, &schemas, problems);
    let templates = templates.filter(|_| !problems.has_errors())?;
    Some(CheckedPlan::new(plan, graph, templates, schemas))
}
