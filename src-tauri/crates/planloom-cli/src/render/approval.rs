//! Approvals: what waits for a decision.

use serde_json::Value;

use super::{BOLD, Style, Table, YELLOW, duration, first_line, indented, local_time, plain, text, word};

/// A list of approvals.
pub fn approvals(approvals: &[Value], style: Style) -> String {
    let mut table = Table::new(style, &["TASK", "PLAN", "STEP", "CONFIDENCE", "WAITING", "DUE", "OUTPUT"]);
    for approval in approvals {
        let due = match approval["timeoutAt"].as_str() {
            _ if approval["expired"] == true => style.paint(YELLOW, "overdue"),
            Some(at) => local_time(at),
            None => "–".to_owned(),
        };
        table.row([
            text(approval, "taskId").to_owned(),
            first_line(text(approval, "planName"), 30),
            text(approval, "stepId").to_owned(),
            confidence(approval),
            duration(approval["waitingMs"].as_u64().unwrap_or(0)),
            due,
            first_line(text(approval, "output"), 40),
        ]);
    }
    table.print()
}

fn confidence(approval: &Value) -> String {
    approval["confidence"].as_f64().map_or_else(|| "–".to_owned(), |confidence| format!("{confidence:.2}"))
}

/// One approval, with all that a decision needs.
pub fn approval(approval: &Value, style: Style) -> String {
    let field = |name: &str| text(approval, name);
    let mut out = format!(
        "{}  {}\n{} of {} ({})\n",
        field("taskId"),
        style.paint(YELLOW, &word(field("status"))),
        style.paint(BOLD, field("stepId")),
        field("planExecutionId"),
        plain(field("planName")),
    );
    if approval["simulated"] == true {
        out.push_str("Simulated: no model was called.\n");
    }
    out.push_str(&format!("confidence {} · {}\n", confidence(approval), plain(field("reason"))));
    if !field("summary").is_empty() {
        out.push_str(&format!("{}\n", plain(field("summary"))));
    }
    for warning in approval["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        out.push_str(&format!("! {}\n", plain(warning)));
    }
    for (heading, name) in [("Prompt", "prompt"), ("Output", "output"), ("The model's own text", "originalOutput")] {
        if let Some(shown) = approval[name].as_str() {
            out.push_str(&format!("\n{}\n{}", style.paint(BOLD, heading), indented(shown)));
        }
    }
    match approval["decision"].as_object() {
        Some(decision) => {
            let word = |name: &str| decision.get(name).and_then(Value::as_str).unwrap_or_default();
            out.push_str(&format!("\n{} by {} {}\n", word("decision"), plain(word("by")), local_time(word("at"))));
        }
        None => out.push_str(&format!("\noutput hash {}\n", field("outputHash"))),
    }
    out
}
