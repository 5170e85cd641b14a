//! The names in a plan that settings or other steps give a meaning: ids, models, queues.

use std::collections::HashMap;

use super::{Fix, Problem, ProblemCode, Problems, quote};
use crate::plan::{Defaults, Plan};

/// The alias of a step that names none, in a plan that names none.
pub const DEFAULT_MODEL: &str = "sonnet";
/// The queue of a step that names none, in a plan that names none; it always exists.
pub const DEFAULT_QUEUE: &str = "default";

/// The names that settings give a meaning.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Model aliases.
    pub aliases: &'a [&'a str],
    pub queues: &'a [&'a str],
    /// Whether a name that is no alias is a model all the same: `ollama:<name>`, `<provider>:<model id>`.
    pub is_other_model: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether a name that is not in `queues` is a queue all the same.
    pub is_other_queue: &'a (dyn Fn(&str) -> bool + Sync),
    /// Whether the provider of this model refuses a `temperature`.
    pub refuses_temperature: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Known<'static> {
    /// Every name has a meaning: for a plan that was checked before and only has to be read again.
    pub fn everything() -> Known<'static> {
        Known {
            aliases: &[],
            queues: &[],
            is_other_model: &|_| true,
            is_other_queue: &|_| true,
            refuses_temperature: &|_| false,
        }
    }
}

impl Known<'_> {
    pub fn is_model(&self, name: &str) -> bool {
        self.aliases.contains(&name) || (self.is_other_model)(name)
    }

    pub fn is_queue(&self, name: &str) -> bool {
        name == DEFAULT_QUEUE || self.queues.contains(&name) || (self.is_other_queue)(name)
    }
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Known").field("aliases", &self.aliases).field("queues", &self.queues).finish_non_exhaustive()
    }
}

/// The index of each id, where several steps have one the first; reports the others.
pub(super) fn index(plan: &Plan, problems: &mut Problems) -> HashMap<String, usize> {
    let mut index: HashMap<String, usize> = HashMap::with_capacity(plan.steps.len());
    let mut doubles = Vec::new();
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| !step.id.is_empty()) {
        match index.get(&step.id) {
            Some(&first) => doubles.push((first, at)),
            None => {
                index.insert(step.id.clone(), at);
            }
        }
    }
    let mut counters: HashMap<&str, usize> = HashMap::new();
    for (first, at) in doubles {
        let id = plan.steps[at].id.as_str();
        let counter = counters.entry(id).or_insert(2);
        let free = loop {
            let name = format!("{id}_{counter}");
            *counter += 1;
            if !index.contains_key(&name) {
                break name;
            }
        };
        let message = format!("{} is the id of steps[{first}] already; each step needs an id of its own.", quote(id));
        let fix = super::is_step_id(&free)
            .then(|| Fix::replace(format!("Change it to `{free}`"), format!("/steps/{at}/id"), free.as_str()));
        let problem = Problem::error(ProblemCode::DuplicateStepId, format!("steps[{at}].id"), "unique", message);
        problems.push(problem.in_step(id).with_fix(fix));
    }
    index
}

/// Models, queues and temperatures of the defaults and of each step.
pub(super) fn check(plan: &Plan, known: &Known<'_>, problems: &mut Problems) {
    let none = Defaults::default();
    let defaults = plan.defaults.as_ref().unwrap_or(&none);
    if let Some(model) = &defaults.model {
        check_model(model, "defaults.model", "/defaults/model", "", known, problems);
    }
    if let Some(queue) = &defaults.queue {
        check_queue(queue, "defaults.queue", "/defaults/queue", "", known, problems);
    }
    let implied = defaults.model.is_none() && !known.is_model(DEFAULT_MODEL);
    let mut default_refused = false;
    for (at, step) in plan.steps.iter().enumerate() {
        let place = |name: &str| (format!("steps[{at}].{name}"), format!("/steps/{at}/{name}"));
        let (field, pointer) = place("model");
        match &step.model {
            Some(model) => check_model(model, &field, &pointer, &step.id, known, problems),
            None if implied => {
                let message = format!(
                    "The step names no model, and the alias `{DEFAULT_MODEL}` that it would get is not set up; name one."
                );
                problems.push(Problem::error(ProblemCode::InvalidModel, field, "exists", message).in_step(&step.id));
            }
            None => {}
        }
        if let Some(queue) = &step.queue {
            let (field, pointer) = place("queue");
            check_queue(queue, &field, &pointer, &step.id, known, problems);
        }
        let model = step.model.as_deref().or(defaults.model.as_deref()).unwrap_or(DEFAULT_MODEL);
        if (step.temperature.is_some() || defaults.temperature.is_some()) && (known.refuses_temperature)(model) {
            let (field, pointer) = match step.temperature {
                Some(_) => place("temperature"),
                None if default_refused => continue,
                None => ("defaults.temperature".to_owned(), "/defaults/temperature".to_owned()),
            };
            default_refused |= step.temperature.is_none();
            problems.push(refused_temperature(model, field, pointer).in_step(&step.id));
        }
    }
}

fn refused_temperature(model: &str, field: String, pointer: String) -> Problem {
    let message = format!("The provider of {} refuses a temperature; it is left out of the call.", quote(model));
    let fix = Fix::remove("Remove the temperature", pointer);
    Problem::warning(ProblemCode::ValidationError, field, "temperature", message).with_fix(Some(fix))
}

/// Reports a model that settings do not know.
pub(crate) fn check_model(
    name: &str,
    field: &str,
    pointer: &str,
    step_id: &str,
    known: &Known<'_>,
    problems: &mut Problems,
) {
    if known.is_model(name) {
        return;
    }
    let nearest = problems.nearest(name, known.aliases.iter().copied());
    let what = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.aliases.is_empty() => "add it in the settings.".to_owned(),
        None => format!("there are {}. Or add it in the settings.", list(known.aliases)),
    };
    let message = format!("There is no model {}; {what}", quote(name));
    let problem = Problem::error(ProblemCode::InvalidModel, field, "exists", message);
    problems.push(problem.in_step(step_id).with_fix(replacement(nearest, pointer)));
}

fn check_queue(name: &str, field: &str, pointer: &str, step_id: &str, known: &Known<'_>, problems: &mut Problems) {
    if known.is_queue(name) {
        return;
    }
    let nearest = problems.nearest(name, known.queues.iter().copied().chain([DEFAULT_QUEUE]));
    let what = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "use `default` or add it in the settings.".to_owned(),
    };
    let message = format!("There is no queue {}; {what}", quote(name));
    let problem = Problem::error(ProblemCode::InvalidQueue, field, "exists", message);
    problems.push(problem.in_step(step_id).with_fix(replacement(nearest, pointer)));
}

/// The edit that puts the nearest name in the place of the wrong one.
pub(super) fn replacement(nearest: Option<&str>, pointer: &str) -> Option<Fix> {
    nearest.map(|nearest| Fix::replace(format!("Change it to `{nearest}`"), pointer, nearest))
}

fn list(names: &[&str]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { " and others" } else { "" };
    format!("{}{more}", shown.join(", "))
}
