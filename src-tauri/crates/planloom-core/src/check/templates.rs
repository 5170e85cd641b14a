//! The texts of a plan: parsed, and what they refer to held against the graph and the schemas.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::schemas::Schemas;
use super::{Fix, InputUse, Problem, ProblemCode, Problems, nearest, quote};
use crate::condition::Condition;
use crate::graph::Graph;
use crate::plan::Plan;
use crate::prompt::{self, InputReference, StepIds, StepReference, Template, TemplateProblem};

/// The parsed texts of a plan without a fault in them.
pub(super) struct Templates {
    pub(super) steps: Vec<StepTemplates>,
    /// Every reference to the input.
    pub(super) inputs: Vec<InputUse>,
}

/// The parsed texts of one step.
pub(super) struct StepTemplates {
    pub(super) prompt: Template,
    pub(super) system: Option<Template>,
    pub(super) condition: Option<Condition>,
    /// The steps that they refer to, in ascending order.
    pub(super) reads: Vec<usize>,
}

/// Parses every text and checks every reference. `None` when a text could not be parsed.
pub(super) fn check(
    plan: &Plan,
    index: &HashMap<String, usize>,
    graph: &Graph,
    schemas: &Schemas,
    problems: &mut Problems,
) -> Option<Templates> {
    let ids: StepIds = index.keys().cloned().collect();
    let mut texts =
        Texts { plan, index, schemas, ids: &ids, problems, inputs: Vec::new(), uses: Vec::new(), unknown: 0 };
    let steps: Vec<Option<StepTemplates>> = (0..plan.steps.len()).map(|at| texts.step(at)).collect();
    let Texts { inputs, uses, .. } = texts;
    undeclared(plan, index, graph, &uses, problems);
    Some(Templates { steps: steps.into_iter().collect::<Option<_>>()?, inputs })
}

/// The first use of a step's output in another step.
struct Use {
    at: usize,
    other: usize,
    field: String,
    line: u32,
    column: u32,
}

struct Texts<'c> {
    plan: &'c Plan,
    index: &'c HashMap<String, usize>,
    schemas: &'c Schemas,
    ids: &'c StepIds,
    problems: &'c mut Problems,
    inputs: Vec<InputUse>,
    uses: Vec<Use>,
    /// References to steps that do not exist, so far.
    unknown: usize,
}

/// Unknown references for which the nearest of all ids is looked for, which costs a pass over all of them.
const SUGGESTED: usize = 50;

impl Texts<'_> {
    fn step(&mut self, at: usize) -> Option<StepTemplates> {
        if self.problems.is_full() {
            return None;
        }
        let step = &self.plan.steps[at];
        let mut reads = BTreeSet::new();
        let prompt = self.template(at, "prompt", &step.prompt, &mut reads);
        let system = step.system.as_deref().filter(|text| !text.is_empty());
        let system = system.map(|text| self.template(at, "system", text, &mut reads));
        let condition = step.condition.as_deref().map(|text| self.condition(at, text, &mut reads));
        Some(StepTemplates {
            prompt: prompt?,
            system: system.map_or(Some(None), |parsed| parsed.map(Some))?,
            condition: condition.map_or(Some(None), |parsed| parsed.map(Some))?,
            reads: reads.into_iter().collect(),
        })
    }

    fn template(&mut self, at: usize, name: &str, text: &str, reads: &mut BTreeSet<usize>) -> Option<Template> {
        match Template::parse(text, &self.ids_for(text)) {
            Ok(template) => {
                self.references(at, name, template.steps(), template.inputs(), reads);
                Some(template)
            }
            Err(faults) => {
                self.faults(at, name, faults);
                None
            }
        }
    }

    fn condition(&mut self, at: usize, text: &str, reads: &mut BTreeSet<usize>) -> Option<Condition> {
        match Condition::parse(text, &self.ids_for(text)) {
            Ok((condition, warnings)) => {
                for warning in warnings {
                    let message = place(warning.line, warning.column, &warning.message);
                    let field = format!("steps[{at}].condition");
                    let problem = Problem::warning(ProblemCode::ValidationError, field, "condition", message);
                    self.problems.push(problem.in_step(&self.plan.steps[at].id));
                }
                self.references(at, "condition", condition.steps(), condition.inputs(), reads);
                Some(condition)
            }
            Err(faults) => {
                self.faults(at, "condition", faults);
                None
            }
        }
    }

    /// The ids that a text is read with: all, or once there were many unknown ones those that occur in it.
    fn ids_for(&self, text: &str) -> Cow<'_, StepIds> {
        if self.unknown < SUGGESTED {
            return Cow::Borrowed(self.ids);
        }
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let words = words.map(|word| word.trim_start_matches(|c: char| !c.is_ascii_alphabetic()).trim_end_matches('-'));
        Cow::Owned(words.filter(|word| self.index.contains_key(*word)).collect())
    }

    fn faults(&mut self, at: usize, name: &str, faults: Vec<TemplateProblem>) {
        for fault in faults {
            self.unknown += usize::from(fault.code == prompt::ProblemCode::UnknownReference);
            let code = match fault.code {
                prompt::ProblemCode::TemplateSyntax => ProblemCode::TemplateSyntax,
                prompt::ProblemCode::UnknownReference => ProblemCode::UnknownReference,
                prompt::ProblemCode::DynamicReference => ProblemCode::DynamicReference,
                prompt::ProblemCode::PromptTooLarge => ProblemCode::ValidationError,
            };
            let message = place(fault.line, fault.column, &fault.message);
            let problem = Problem::error(code, format!("steps[{at}].{name}"), &camel(fault.rule), message);
            self.problems.push(problem.in_step(&self.plan.steps[at].id));
        }
    }

    fn references(
        &mut self,
        at: usize,
        name: &str,
        steps: &[StepReference],
        inputs: &[InputReference],
        reads: &mut BTreeSet<usize>,
    ) {
        for reference in steps {
            let Some(&other) = self.index.get(&reference.id) else { continue };
            if reads.insert(other) {
                let field = format!("steps[{at}].{name}");
                self.uses.push(Use { at, other, field, line: reference.line, column: reference.column });
            }
            self.output_field(at, name, other, reference);
        }
        for reference in inputs {
            self.input_field(at, name, reference);
            self.inputs.push(InputUse { path: reference.path.clone(), required: reference.required });
        }
    }

    /// A field of an output: there are none without a schema, and none that the schema forbids.
    fn output_field(&mut self, at: usize, name: &str, other: usize, reference: &StepReference) {
        if reference.path.is_empty() {
            return;
        }
        let shown = quote(&format!("{}.output.{}", reference.id, reference.path.join(".")));
        let field = format!("steps[{at}].{name}");
        let id = quote(&reference.id);
        let problem = match &self.plan.steps[other].output_schema {
            None => {
                let message = format!(
                    "{shown} is a field of a text. Give the step {id} an `outputSchema` so that it answers with JSON, \
                     or use `{}.output`.",
                    reference.id
                );
                let message = place(reference.line, reference.column, &message);
                Problem::error(ProblemCode::UnknownReference, field, "outputSchema", message)
            }
            Some(schema) => {
                let Some(key) = forbidden(schema, &reference.path) else { return };
                let what = known_keys(key.properties, key.name);
                let message = format!("The `outputSchema` of the step {id} allows no field {shown}; {what}");
                let message = place(reference.line, reference.column, &message);
                Problem::warning(ProblemCode::UnknownReference, field, "outputSchema", message)
            }
        };
        self.problems.push(problem.in_step(&self.plan.steps[at].id));
    }

    /// A key that `inputSchema` forbids: no input could ever have it.
    fn input_field(&mut self, at: usize, name: &str, reference: &InputReference) {
        let Some(schema) = self.plan.input_schema.as_ref().filter(|_| self.schemas.input.is_some()) else { return };
        let Some(key) = forbidden(schema, &reference.path) else { return };
        let shown = quote(&format!("input.{}", reference.path.join(".")));
        let what = known_keys(key.properties, key.name);
        let message = format!("The plan's `inputSchema` allows no {shown}; {what}");
        let message = place(reference.line, reference.column, &message);
        let field = format!("steps[{at}].{name}");
        let problem = match reference.required {
            true => Problem::error(ProblemCode::UnknownReference, field, "inputSchema", message),
            false => Problem::warning(ProblemCode::UnknownReference, field, "inputSchema", message),
        };
        self.problems.push(problem.in_step(&self.plan.steps[at].id));
    }
}

struct ForbiddenKey<'s> {
    name: &'s str,
    properties: &'s serde_json::Map<String, Value>,
}

/// The first key of a path that a schema rules out by `additionalProperties: false`.
fn forbidden<'s>(schema: &'s Value, path: &'s [String]) -> Option<ForbiddenKey<'s>> {
    let mut schema = schema;
    for name in path {
        let properties = schema.get("properties")?.as_object()?;
        match properties.get(name) {
            Some(inner) => schema = inner,
            None => {
                let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
                let closed = closed && schema.get("patternProperties").is_none();
                return closed.then_some(ForbiddenKey { name, properties });
            }
        }
    }
    None
}

fn known_keys(properties: &serde_json::Map<String, Value>, name: &str) -> String {
    match nearest(name, properties.keys().map(String::as_str)) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => "add it to the schema's `properties`.".to_owned(),
    }
}

/// Reports each use of a step that is not upstream.
fn undeclared(plan: &Plan, index: &HashMap<String, usize>, graph: &Graph, uses: &[Use], problems: &mut Problems) {
    let pairs: Vec<(usize, usize)> = uses.iter().map(|found| (found.at, found.other)).collect();
    let answers = graph.upstream(&pairs);
    let is_typo = |found: &Use| {
        let other = plan.steps[found.other].id.as_str();
        let mut wrong = plan.steps[found.at].depends_on.iter().filter(|id| !index.contains_key(*id));
        // The misspelt entry in `dependsOn` is reported already.
        wrong.any(|id| nearest(id, [other]).is_some())
    };
    let missing: Vec<&Use> = uses
        .iter()
        .zip(answers)
        .filter(|(found, upstream)| !upstream && !is_typo(found))
        .map(|(found, _)| found)
        .collect();
    let reversed: Vec<(usize, usize)> = missing.iter().map(|found| (found.other, found.at)).collect();
    let downstream = graph.upstream(&reversed);
    let mut addable: HashMap<usize, Vec<usize>> = HashMap::new();
    for (found, _) in missing.iter().zip(&downstream).filter(|(found, behind)| !**behind && found.at != found.other) {
        addable.entry(found.at).or_default().push(found.other);
    }
    let mut told = HashSet::new();
    for (found, behind) in missing.into_iter().zip(downstream) {
        if problems.is_full() {
            return;
        }
        if told.insert((found.at, found.other)) {
            let others = addable.get(&found.at).map_or(&[][..], Vec::as_slice);
            problems.push(undeclared_problem(plan, found, behind, others));
        }
    }
}

fn undeclared_problem(plan: &Plan, found: &Use, behind: bool, addable: &[usize]) -> Problem {
    let step = &plan.steps[found.at];
    let (own, other) = (quote(&step.id), quote(&plan.steps[found.other].id));
    let (message, fix) = if found.at == found.other {
        (format!("The step {own} refers to its own output, which does not exist before it has run; remove it."), None)
    } else if behind {
        let message = format!(
            "The step {own} refers to {other}, which runs after it. Adding {other} to its `dependsOn` would close a \
             cycle: remove the reference, or turn the dependency around."
        );
        (message, None)
    } else {
        let message =
            format!("The step {own} refers to {other} but does not depend on it; add {other} to its `dependsOn`.");
        (message, Some(declare(plan, found, addable)))
    };
    let message = place(found.line, found.column, &message);
    let problem = Problem::error(ProblemCode::UndeclaredDependency, found.field.as_str(), "declared", message);
    problem.in_step(&step.id).with_fix(fix)
}

/// A step without `dependsOn` gets a whole list, so that applying the fixes of two of its references, in
/// whatever order, leaves both in it.
fn declare(plan: &Plan, found: &Use, addable: &[usize]) -> Fix {
    let list = format!("/steps/{}/dependsOn", found.at);
    let id = |step: usize| plan.steps[step].id.as_str();
    if plan.steps[found.at].depends_on.is_empty() {
        let ids: Vec<&str> = addable.iter().map(|&step| id(step)).collect();
        let shown: Vec<String> = ids.iter().map(|id| quote(id)).collect();
        Fix::add(format!("Depend on {}", shown.join(", ")), list, json!(ids))
    } else {
        Fix::add(format!("Depend on {}", quote(id(found.other))), format!("{list}/-"), id(found.other))
    }
}

fn place(line: u32, column: u32, message: &str) -> String {
    format!("Line {line}, column {column}: {message}")
}

/// `source-size` as the other rules are written: `sourceSize`.
fn camel(rule: &str) -> String {
    let mut words = rule.split('-');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
