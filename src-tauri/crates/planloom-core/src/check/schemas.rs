//! The schemas of a plan: compiled, or what is wrong with them.

use std::collections::HashMap;

use serde_json::Value;

use super::{Problem, Problems};
use crate::plan::Plan;
use crate::schema::Schema;

/// The compiled schemas of a plan.
pub(super) struct Schemas {
    pub(super) input: Option<Schema>,
    /// By step.
    pub(super) outputs: Vec<Option<Schema>>,
}

pub(super) fn check(plan: &Plan, problems: &mut Problems) -> Schemas {
    let mut compiled = HashMap::new();
    let input =
        plan.input_schema.as_ref().and_then(|schema| compile(schema, "inputSchema", "", problems, &mut compiled));
    let outputs = plan.steps.iter().enumerate().map(|(at, step)| {
        let schema = step.output_schema.as_ref()?;
        compile(schema, &format!("steps[{at}].outputSchema"), &step.id, problems, &mut compiled)
    });
    Schemas { input, outputs: outputs.collect() }
}

/// Many steps of one plan often have the same schema, so each is compiled once.
fn compile(
    schema: &Value,
    field: &str,
    step_id: &str,
    problems: &mut Problems,
    compiled: &mut HashMap<String, Schema>,
) -> Option<Schema> {
    let text = schema.to_string();
    if let Some(done) = compiled.get(&text) {
        return Some(done.clone());
    }
    match Schema::compile(schema, field) {
        Ok(schema) => {
            compiled.insert(text, schema.clone());
            Some(schema)
        }
        Err(issues) => {
            for issue in issues {
                problems.push(Problem::invalid(issue.path, &issue.rule, issue.message).in_step(step_id));
            }
            None
        }
    }
}
