//! What a plan needs of its input, and whether an input has it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{CheckedPlan, Problem, ProblemCode, Problems, member, quote};
use crate::fields::wrong_type;
use crate::schema::Schema;

/// One place in the input that templates refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputUse {
    /// The keys from the top, as `["contract", "text"]`.
    pub path: Vec<String>,
    /// Whether an execution cannot start without it: some reference has no default, and the schema has none.
    pub required: bool,
}

impl InputUse {
    /// As problems write it: `input.contract.text`.
    pub fn field(&self) -> String {
        field(&self.path)
    }
}

fn field(path: &[String]) -> String {
    path.iter().fold("input".to_owned(), |field, key| match key.parse::<usize>() {
        Ok(index) => super::element(&field, index),
        Err(_) => member(&field, key),
    })
}

/// Each path once, required when one of its uses is and the schema gives no default.
pub(super) fn merge(uses: Vec<InputUse>, schema: Option<&Schema>) -> Vec<InputUse> {
    let defaults = schema.map(|schema| schema.with_defaults(&Value::Object(Map::new())));
    let given = |path: &[String]| defaults.as_ref().is_some_and(|defaults| find(defaults, path));
    let mut merged: Vec<InputUse> = Vec::new();
    let mut places: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for input in uses {
        let required = input.required && !given(&input.path);
        match places.get(&input.path) {
            Some(&at) => merged[at].required |= required,
            None => {
                places.insert(input.path.clone(), merged.len());
                merged.push(InputUse { path: input.path, required });
            }
        }
    }
    merged
}

/// Whether there is something at the path; null is something.
fn find(value: &Value, path: &[String]) -> bool {
    path.iter().try_fold(value, inner).is_some()
}

fn inner<'v>(value: &'v Value, key: &String) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(key),
        Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

impl CheckedPlan {
    /// The required places that are not in `input`, as problems write them, in the order of their first use.
    pub fn missing_inputs(&self, input: &Value) -> Vec<String> {
        let filled = self.filled(input);
        self.missing(&filled).into_iter().map(InputUse::field).collect()
    }

    fn filled(&self, input: &Value) -> Value {
        self.input_schema().map_or_else(|| input.clone(), |schema| schema.with_defaults(input))
    }

    /// Where a place and one inside it are both missing, only the inner one is told.
    fn missing(&self, filled: &Value) -> Vec<&InputUse> {
        let missing: Vec<&InputUse> =
            self.inputs().iter().filter(|input| input.required && !find(filled, &input.path)).collect();
        let mut sorted: Vec<&[String]> = missing.iter().map(|input| input.path.as_slice()).collect();
        sorted.sort_unstable();
        let has_inner = |path: &[String]| {
            let next = sorted.partition_point(|other| *other <= path);
            sorted.get(next).is_some_and(|other| other.starts_with(path))
        };
        missing.iter().copied().filter(|input| !has_inner(&input.path)).collect()
    }

    /// The input as the execution sees it, with the schema's defaults; or everything that is wrong with it.
    pub fn check_input(&self, input: &Value) -> Result<Value, Vec<Problem>> {
        if !input.is_object() {
            return Err(vec![wrong_type("input", "an object", input)]);
        }
        let filled = self.filled(input);
        let mut problems = Problems::default();
        let missing: Vec<String> = self.missing(&filled).into_iter().map(InputUse::field).collect();
        for field in &missing {
            let message = format!("The plan refers to {}, and the input has nothing there; add it.", quote(field));
            problems.push(Problem::error(ProblemCode::MissingInput, field.as_str(), "required", message));
        }
        let issues = self.input_schema().map_or_else(Vec::new, |schema| schema.issues(&filled, "input"));
        for issue in issues.into_iter().filter(|issue| issue.rule != "required" || !missing.contains(&issue.path)) {
            let message = format!("The input does not fit the plan's `inputSchema`: {}", issue.message);
            problems.push(Problem::error(ProblemCode::InputSchemaMismatch, issue.path, &issue.rule, message));
        }
        if problems.has_errors() { Err(problems.into_sorted()) } else { Ok(filled) }
    }
}
