//! A failure, with every fault that was found and what mends it.

use serde_json::Value;

use super::{BOLD, RED, Style, YELLOW, plain, text};
use crate::error::Error;

/// A command's error, as people read it.
pub fn failure(error: &Error, style: Style) -> String {
    let mut out = format!("{} {}\n", style.paint(RED, "error:"), plain(&error.to_string()));
    match error {
        Error::Refused(envelope) => {
            let error = &envelope["error"];
            let (code, place) = (text(error, "code"), text(&error["details"], "field"));
            let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
            out.push_str(&format!("  {code}{place}\n"));
            let found = error["details"]["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
            // A single fault is what the sentence says already, but for its fix.
            if found.len() > 1 || found.iter().any(|issue| !issue["fix"].is_null()) {
                out.push_str(&issues(found, style));
            }
            if let Some(here) = here(code) {
                out.push_str(&format!("  {here}\n"));
            }
        }
        Error::Usage(_)
        | Error::NothingYet(_)
        | Error::NoListener
        | Error::OwnerLeft
        | Error::Server(_)
        | Error::Open(_)
        | Error::Store(_)
        | Error::Answer(_)
        | Error::Write(_)
        | Error::Signals(_) => {}
    }
    out
}

/// What the API says in terms of requests, in terms of this program.
fn here(code: &str) -> Option<&'static str> {
    Some(match code {
        "MISSING_INPUT" => "Here: --input KEY=VALUE, or KEY=@FILE.",
        "PROVIDER_NOT_CONFIGURED" => "Here: --simulate runs it without a model.",
        "PLAN_NOT_FOUND" => "Here: planloom list plans",
        "EXECUTION_NOT_FOUND" => "Here: planloom list executions",
        "TASK_NOT_FOUND" => "Here: planloom approvals",
        "STALE_APPROVAL" => "Here: planloom show TASK",
        _ => return None,
    })
}

/// Faults and warnings, each with its place, its words and its fix.
pub fn issues(issues: &[Value], style: Style) -> String {
    let mut out = String::new();
    for issue in issues {
        let is_warning = text(issue, "severity") == "warning";
        let (sign, sgr) = if is_warning { ("!", YELLOW) } else { ("✗", RED) };
        let field = text(issue, "field");
        let place = if field.is_empty() { "the whole document" } else { field };
        let step = issue["stepId"].as_str().map(|id| format!(" (step {id})")).unwrap_or_default();
        let code = text(issue, "code");
        out.push_str(&format!("{} {}{step}  {code}\n", style.paint(sgr, sign), style.paint(BOLD, &plain(place))));
        out.push_str(&format!("    {}\n", plain(text(issue, "message"))));
        if let Some(title) = issue["fix"]["title"].as_str() {
            out.push_str(&format!("    fix: {}\n", plain(title)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_refusal_names_code_place_and_every_fault() {
        let issue = |code: &str, field: &str, message: &str| {
            json!({
                "code": code, "severity": "error", "field": field, "rule": "x", "message": message,
            })
        };
        let mut with_fix = issue("VALIDATION_ERROR", "steps[1].dependOn", "There is no field `dependOn`.");
        with_fix["fix"] = json!({"title": "Rename to dependsOn", "patch": []});
        let envelope = json!({"success": false, "error": {
            "code": "VALIDATION_ERROR", "message": "There is no field `dependOn`.",
            "details": {"field": "steps[1].dependOn", "rule": "x", "issues": [
                with_fix, issue("INVALID_MODEL", "steps[0].model", "There is no model `x`."),
            ]},
        }});
        let shown = failure(&Error::Refused(envelope), Style::default());
        assert_eq!(
            shown,
            "error: There is no field `dependOn`.\n  VALIDATION_ERROR at steps[1].dependOn\n\
             ✗ steps[1].dependOn  VALIDATION_ERROR\n    There is no field `dependOn`.\n    fix: Rename to dependsOn\n\
             ✗ steps[0].model  INVALID_MODEL\n    There is no model `x`.\n"
        );
    }

    #[test]
    fn one_fault_is_not_told_twice() {
        let envelope =
            json!({"error": {"code": "PLAN_NOT_FOUND", "message": "There is none.", "details": {"issues": []}}});
        assert_eq!(
            failure(&Error::Refused(envelope), Style::default()),
            "error: There is none.\n  PLAN_NOT_FOUND\n  Here: planloom list plans\n"
        );
        assert_eq!(failure(&Error::Usage("No.".to_owned()), Style::default()), "error: No.\n");
    }
}
