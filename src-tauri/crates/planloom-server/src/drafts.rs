//! Drafts (answers that still wait for a decision) are for keys that may review; others get the same view
//! without them.

use serde_json::Value;

/// A view without its drafts; `None` when it has none, or is no JSON.
pub(crate) fn without_drafts(text: &str) -> Option<String> {
    // Most views have none, and finding that out must not cost a parse.
    if !text.contains("\"draft\":") {
        return None;
    }
    let mut view: Value = serde_json::from_str(text).ok()?;
    remove_from(&mut view);
    Some(view.to_string())
}

/// Removes the drafts of an execution, of a step's detail, or of a task's frame.
fn remove_from(view: &mut Value) {
    remove_draft(view);
    if let Some(step) = view.get_mut("step") {
        remove_draft(step);
    }
    if let Some(Value::Object(steps)) = view.get_mut("steps") {
        steps.values_mut().for_each(remove_draft);
    }
}

/// Only the field of a step: what an author or a model named `draft` stays.
fn remove_draft(step: &mut Value) {
    if let Value::Object(step) = step {
        step.shift_remove("draft");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_go_and_everything_else_stays_in_its_place() {
        let view = r#"{"id":"e","steps":{"draft":{"status":"completed","cost":0.10},"b":{"draft":"secret","n":1}},"input":{"draft":1}}"#;
        let expected =
            r#"{"id":"e","steps":{"draft":{"status":"completed","cost":0.10},"b":{"n":1}},"input":{"draft":1}}"#;
        assert_eq!(without_drafts(view).as_deref(), Some(expected));
        assert_eq!(without_drafts(r#"{"step":{"draft":"x"},"draft":"y"}"#).as_deref(), Some(r#"{"step":{}}"#));
        assert_eq!(without_drafts("{\"steps\":{}}"), None);
    }
}
