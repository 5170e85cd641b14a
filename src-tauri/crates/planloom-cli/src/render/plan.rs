//! Plans: in a list, in full, and what a dry run says of one.

use serde_json::Value;

use super::{BOLD, DIM, Style, Table, dollars, first_line, issues, local_time, plain, shortened, text};

/// A list of plans, as `view=summary` gives them.
pub fn plans(plans: &[Value], style: Style) -> String {
    let mut table = Table::new(style, &["ID", "NAME", "VERSION", "STEPS", "LAST", "UPDATED", "TAGS"]);
    for plan in plans {
        let last = text(&plan["stats"]["lastExecution"], "status");
        table.row([
            text(plan, "id").to_owned(),
            first_line(text(plan, "name"), 40),
            plan["version"].to_string(),
            plan["steps"].as_array().map_or(0, Vec::len).to_string(),
            if last.is_empty() { "–".to_owned() } else { style.status(last) },
            local_time(text(plan, "updatedAt")),
            names(&plan["tags"]),
        ]);
    }
    table.print()
}

/// One plan.
pub fn plan(plan: &Value, style: Style) -> String {
    let mut out = format!("{}\n", style.paint(BOLD, &plain(text(plan, "name"))));
    out.push_str(&format!(
        "{} · version {} · {}\n",
        text(plan, "id"),
        plan["version"],
        local_time(text(plan, "updatedAt"))
    ));
    if !plan["archivedAt"].is_null() {
        out.push_str(&format!("archived {}\n", local_time(text(plan, "archivedAt"))));
    }
    if !text(plan, "description").is_empty() {
        out.push_str(&format!("{}\n", plain(text(plan, "description"))));
    }
    out.push('\n');
    let mut table = Table::new(style, &["STEP", "MODEL", "DEPENDS ON", "PROMPT"]);
    for step in plan["steps"].as_array().into_iter().flatten() {
        table.row([
            text(step, "id").to_owned(),
            step["model"].as_str().or(plan["defaults"]["model"].as_str()).unwrap_or("sonnet").to_owned(),
            shortened(&names(&step["dependsOn"]), 40),
            style.paint(DIM, &first_line(text(step, "prompt"), 60)),
        ]);
    }
    out.push_str(&table.print());
    out.push_str(&issues(plan["warnings"].as_array().map(Vec::as_slice).unwrap_or_default(), style));
    out
}

/// What a run would do.
pub fn dry_run(view: &Value, style: Style) -> String {
    let mut table = Table::new(style, &["STEP", "MODEL", "PROMPT TOKENS", "COST AT MOST"]);
    for (id, step) in view["steps"].as_object().into_iter().flatten() {
        table.row([
            id.clone(),
            text(step, "model").to_owned(),
            format!("≈ {}", step["tokens"]),
            at_most(&step["costMax"]),
        ]);
    }
    let mut out = table.print();
    out.push_str(&format!("\nCost at most {}. Nothing was called.\n", at_most(&view["costMax"])));
    let reviews = names(&view["reviews"]);
    if !reviews.is_empty() {
        out.push_str(&format!("Waits for a person, or may: {reviews}\n"));
    }
    for warning in view["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        out.push_str(&format!("! {}\n", plain(warning)));
    }
    out
}

fn at_most(cost: &Value) -> String {
    cost.as_f64().map_or_else(|| "unknown".to_owned(), dollars)
}

fn names(list: &Value) -> String {
    let names: Vec<&str> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    plain(&names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_plan_shows_its_steps() {
        let shown = plan(
            &json!({
                "id": "dt_plan_1", "version": 2, "name": "contract-review", "updatedAt": "x", "tags": [],
                "defaults": {"model": "opus"},
                "steps": [{"id": "extract", "prompt": "Extract\nclauses", "model": "haiku"},
                    {"id": "analyze", "prompt": "Analyze", "dependsOn": ["extract"]}],
            }),
            Style::default(),
        );
        assert_eq!(
            shown,
            "contract-review\ndt_plan_1 · version 2 · x\n\nSTEP     MODEL  DEPENDS ON  PROMPT\n\
             extract  haiku              Extract clauses\nanalyze  opus   extract     Analyze\n"
        );
    }

    #[test]
    fn a_dry_run_never_calls_an_unknown_cost_nothing() {
        let step = json!({"model": "local", "tokens": 12, "costMax": null});
        let view = json!({"steps": {"a": step}, "costMax": null, "reviews": ["a"], "warnings": ["W."]});
        let shown = dry_run(&view, Style::default());
        assert!(shown.contains("Cost at most unknown."), "{shown}");
        assert!(shown.contains("may: a\n! W.\n"), "{shown}");
    }
}
