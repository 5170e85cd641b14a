//! What the tests of the check share: names that settings would know, small plans, and a JSON Patch applier.

#![allow(dead_code, reason = "each test binary uses a part")]

use planloom_core::check::{Checked, CheckedPlan, Fix, Known, PatchOp, Problem, Severity, check};
use serde_json::{Value, json};

pub const KNOWN: Known<'static> = Known {
    aliases: &["haiku", "sonnet", "opus", "local"],
    queues: &["default", "bulk"],
    is_other_model: &|name| {
        name.split_once(':').is_some_and(|(provider, model)| provider == "ollama" && !model.is_empty())
    },
    is_other_queue: &|_| false,
    refuses_temperature: &|model| model != "local",
};

pub fn checked(document: &Value) -> Checked {
    check(document, &KNOWN)
}

/// A plan that must be right.
pub fn plan(document: &Value) -> CheckedPlan {
    let checked = checked(document);
    checked.plan.unwrap_or_else(|| panic!("{:#?}", checked.problems))
}

pub fn errors(document: &Value) -> Vec<Problem> {
    let mut problems = checked(document).problems;
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

/// `code field` of each problem, in order.
pub fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.code.as_str(), problem.field)).collect()
}

pub fn steps(steps: Value) -> Value {
    json!({"name": "plan", "steps": steps})
}

/// The plan of the seed document.
pub fn contract_review() -> Value {
    json!({
        "name": "contract-review",
        "description": "Multi-step contract review pipeline",
        "steps": [
            {"id": "extract", "prompt": "Extract key clauses from: {{input.contract}}", "model": "sonnet"},
            {"id": "analyze", "prompt": "Analyze risks in: {{extract.output}}", "model": "opus", "dependsOn": ["extract"]},
            {"id": "report", "prompt": "Generate report from: {{analyze.output}}", "model": "sonnet", "dependsOn": ["analyze"]},
        ],
        "tags": ["legal", "contract"],
    })
}

/// Applies a fix as RFC 6902 says; panics where it does not apply.
pub fn apply(document: &mut Value, fix: &Fix) {
    for operation in &fix.patch {
        match operation.op {
            PatchOp::Add => add(document, &operation.path, operation.value.clone().expect("a value")),
            PatchOp::Remove => {
                remove(document, &operation.path);
            }
            PatchOp::Replace => {
                let place = document.pointer_mut(&operation.path).expect("a value to replace");
                *place = operation.value.clone().expect("a value");
            }
            PatchOp::Move => {
                let value = remove(document, operation.from.as_deref().expect("from"));
                add(document, &operation.path, value);
            }
        }
    }
}

fn split<'d>(document: &'d mut Value, path: &str) -> (&'d mut Value, String) {
    let (parent, last) = path.rsplit_once('/').expect("a pointer below the top");
    let last = last.replace("~1", "/").replace("~0", "~");
    (document.pointer_mut(parent).expect("a parent"), last)
}

fn add(document: &mut Value, path: &str, value: Value) {
    match split(document, path) {
        (Value::Object(map), name) => {
            map.insert(name, value);
        }
        (Value::Array(items), name) if name == "-" => items.push(value),
        (Value::Array(items), name) => items.insert(name.parse().expect("an index"), value),
        (other, name) => panic!("cannot add {name} to {other}"),
    }
}

fn remove(document: &mut Value, path: &str) -> Value {
    match split(document, path) {
        (Value::Object(map), name) => map.shift_remove(&name).expect("a member to remove"),
        (Value::Array(items), name) => items.remove(name.parse().expect("an index")),
        (other, name) => panic!("cannot remove {name} from {other}"),
    }
}
