//! Executions: in a list, in full, one step of one, and how to answer one that waits.

use std::collections::HashSet;

use serde_json::Value;

use super::{
    BOLD, DIM, RED, Style, Table, YELLOW, between, cost, cost_of_usage, duration, first_line, indented, local_time,
    plain, text, tokens, word,
};

/// A list of executions.
pub fn executions(executions: &[Value], style: Style) -> String {
    let mut table = Table::new(style, &["ID", "PLAN", "STATUS", "DONE", "TOOK", "COST", "CREATED"]);
    for execution in executions {
        let progress = &execution["progress"];
        let took = between(&execution["startedAt"], &execution["completedAt"]);
        table.row([
            text(execution, "id").to_owned(),
            first_line(text(execution, "planName"), 30),
            style.status(text(execution, "status")),
            format!("{}/{}", progress["completed"], progress["total"]),
            took.map(duration).unwrap_or_default(),
            cost_of_usage(&execution["usage"]),
            local_time(text(execution, "createdAt")),
        ]);
    }
    table.print()
}

/// One execution with its steps.
pub fn execution(execution: &Value, style: Style) -> String {
    let mut out = conclusion(execution, style);
    let version = &execution["planVersion"];
    out.push_str(&format!("plan {} version {version}\n\n", text(execution, "planId")));
    let mut table = Table::new(style, &["STEP", "STATUS", "MODEL", "TOOK", "TOKENS", "COST", ""]);
    for (id, step) in execution["steps"].as_object().into_iter().flatten() {
        table.row([
            id.clone(),
            style.status(text(step, "status")),
            text(step, "model").to_owned(),
            step["durationMs"].as_u64().map(duration).unwrap_or_default(),
            step.get("usage").map(tokens).unwrap_or_default(),
            step.get("cost").map(|cost| cost_of_step(cost, step["costAtLeast"] == true)).unwrap_or_default(),
            remark(step, style),
        ]);
    }
    out.push_str(&table.print());
    out
}

fn cost_of_step(total: &Value, at_least: bool) -> String {
    cost(total, &Value::Null, at_least)
}

/// Why a step is where it is.
pub(super) fn remark(step: &Value, style: Style) -> String {
    if let Some(message) = step["error"]["message"].as_str() {
        let code = text(&step["error"], "code");
        return style.paint(RED, &format!("{code}: {}", first_line(message, 200)));
    }
    if let Some(kind) = step["queuedReason"]["kind"].as_str() {
        let until = step["queuedReason"]["until"].as_str().map(|at| format!(" until {}", local_time(at)));
        return style.paint(DIM, &format!("waits for its {}{}", queued_for(kind), until.unwrap_or_default()));
    }
    let reasons = [("skippedReason", "skipped: "), ("rejectedReason", "rejected: ")];
    let found =
        reasons.iter().find_map(|(field, before)| step[*field].as_str().map(|reason| format!("{before}{reason}")));
    if let Some(reason) = found {
        return first_line(&reason, 200);
    }
    let warning = step["warnings"][0].as_str().map(|warning| format!("! {}", first_line(warning, 200)));
    style.paint(YELLOW, &warning.unwrap_or_default())
}

fn queued_for(kind: &str) -> String {
    match kind {
        "lane" => "turn".to_owned(),
        "retry" => "next attempt".to_owned(),
        other => word(other),
    }
}

/// How an execution stands, in a few lines.
pub fn conclusion(execution: &Value, style: Style) -> String {
    let progress = &execution["progress"];
    let took = between(&execution["startedAt"], &execution["completedAt"]).map(duration);
    let usage = &execution["usage"];
    let mut out = format!(
        "{}  {}  {}/{} steps, {}, {}, {}\n",
        style.status(text(execution, "status")),
        style.paint(BOLD, text(execution, "id")),
        progress["completed"],
        progress["total"],
        took.unwrap_or_default(),
        tokens(usage),
        cost_of_usage(usage),
    );
    if execution["simulated"] == true {
        out.push_str(&style.paint(YELLOW, "Simulated: no model was called."));
        out.push('\n');
    }
    if let Some(message) = execution["error"]["message"].as_str() {
        out.push_str(&format!("{}: {}\n", text(&execution["error"], "code"), plain(message)));
    }
    for warning in execution["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        out.push_str(&format!("! {}\n", plain(warning)));
    }
    out
}

/// The commands that answer an execution which waits for a person; `planloom` is how the program is called here.
pub fn waiting(execution: &Value, planloom: &str) -> String {
    let mut out = String::new();
    for (id, step) in execution["steps"].as_object().into_iter().flatten() {
        if text(step, "status") == "awaiting_approval" {
            let task = text(step, "taskId");
            out.push_str(&format!("{id} waits for a person. Read it:  {planloom} show {task}\n"));
            out.push_str(&format!("  {planloom} approve {task}\n  {planloom} reject {task} --reason \"…\"\n"));
        }
    }
    let reasons = execution["pausedReasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(budget) = reasons.iter().find(|reason| text(reason, "kind") == "budget") {
        let (needed, left) = (&budget["needed"], &budget["left"]);
        out.push_str(&format!("The budget is short: the next attempt may cost {needed} USD, {left} are left.\n"));
        out.push_str(&format!("  {planloom} resume {} --max-cost USD\n", text(execution, "id")));
    }
    out
}

/// One step in full: prompt, attempts, output.
pub fn step(detail: &Value, style: Style) -> String {
    let step = &detail["step"];
    let mut out = format!("{}  {}\n", style.status(text(step, "status")), style.paint(BOLD, text(detail, "stepId")));
    let why = remark(step, style);
    if !why.is_empty() {
        out.push_str(&format!("{why}\n"));
    }
    out.push_str(&format!("task {}\n\n", text(step, "taskId")));
    let mut table = Table::new(style, &["ATTEMPT", "CALL", "MODEL", "TOOK", "TOKENS", "COST", ""]);
    for attempt in detail["attempts"].as_array().into_iter().flatten() {
        table.row([
            attempt["n"].to_string(),
            text(attempt, "kind").to_owned(),
            text(attempt, "model").to_owned(),
            attempt["durationMs"].as_u64().map(duration).unwrap_or_default(),
            attempt.get("usage").map(tokens).unwrap_or_default(),
            attempt.get("cost").map(|cost| cost_of_step(cost, false)).unwrap_or_default(),
            if attempt["interrupted"] == true { "interrupted".to_owned() } else { remark(attempt, style) },
        ]);
    }
    out.push_str(&table.print());
    let parts = [
        ("System", detail["system"].as_str()),
        ("Prompt", detail["prompt"].as_str()),
        ("Output", step["output"].as_str().or(step["draft"].as_str())),
        ("The model's own text", detail["originalOutput"].as_str()),
    ];
    for (heading, shown) in parts {
        if let Some(shown) = shown {
            out.push_str(&format!("\n{}\n{}", style.paint(BOLD, heading), indented(shown)));
        }
    }
    out
}

/// The outputs of the steps that nothing depends on: what the whole was for.
pub fn results(execution: &Value, plan: &Value, style: Style) -> String {
    let steps = plan["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let used: HashSet<&str> = steps
        .iter()
        .flat_map(|step| step["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str))
        .collect();
    let mut out = String::new();
    for id in steps.iter().map(|step| text(step, "id")).filter(|id| !used.contains(id)) {
        let output = text(&execution["steps"][id], "output");
        if !output.is_empty() {
            out.push_str(&format!("\n{}\n{}\n", style.paint(BOLD, id), plain(output).trim_end()));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paused() -> Value {
        json!({
            "id": "dt_exec_1", "planId": "dt_plan_1", "planVersion": 1, "status": "paused",
            "progress": {"total": 3, "completed": 1},
            "usage": {"input": 5, "output": 8, "totalCost": 0.25},
            "startedAt": "2026-02-20T10:00:00.000Z", "completedAt": "2026-02-20T10:00:13.000Z",
            "pausedReasons": [{"kind": "budget", "needed": 0.5, "left": 0.1}],
            "steps": {
                "a": {"status": "completed", "output": "A", "durationMs": 3200, "model": "haiku",
                    "usage": {"input": 5, "output": 8}, "cost": 0.25},
                "b": {"status": "awaiting_approval", "taskId": "dt_task_b", "model": "opus"},
                "c": {"status": "failed", "error": {"code": "TIMEOUT", "message": "Too\nlong."}},
            },
        })
    }

    #[test]
    fn an_execution_shows_its_steps_and_why() {
        let shown = execution(&paused(), Style::default());
        assert_eq!(
            shown,
            "◆ paused  dt_exec_1  1/3 steps, 13.0 s, 5 → 8 tokens, $0.2500\nplan dt_plan_1 version 1\n\n\
             STEP  STATUS               MODEL  TOOK   TOKENS        COST\n\
             a     ✓ completed          haiku  3.2 s  5 → 8 tokens  $0.2500\n\
             b     ◆ awaiting approval  opus\n\
             c     ✗ failed                                                  TIMEOUT: Too long.\n"
        );
    }

    #[test]
    fn who_waits_is_told_the_exact_command() {
        assert_eq!(
            waiting(&paused(), "planloom --data /x"),
            "b waits for a person. Read it:  planloom --data /x show dt_task_b\n  planloom --data /x approve dt_task_b\n  \
             planloom --data /x reject dt_task_b --reason \"…\"\n\
             The budget is short: the next attempt may cost 0.5 USD, 0.1 are left.\n  \
             planloom --data /x resume dt_exec_1 --max-cost USD\n"
        );
    }

    #[test]
    fn results_are_what_nothing_depends_on() {
        let plan = json!({"steps": [{"id": "a"}, {"id": "b", "dependsOn": ["a"]}, {"id": "d"}]});
        let execution = json!({"steps": {"a": {"output": "A"}, "b": {"output": "B\u{1b}[2J\n"}, "d": {"output": ""}}});
        assert_eq!(results(&execution, &plan, Style::default()), "\nb\nB\u{fffd}[2J\n");
    }
}
