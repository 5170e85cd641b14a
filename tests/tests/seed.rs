//! The seed document's own examples: posted as they stand there, and held against the answers that it shows.

use planloom_tests::samples::{CONTRACT_REVIEW, contract_review, is_timestamp};
use planloom_tests::{Program, answer};
use reqwest::{Method, header};
use serde_json::{Value, json};

const CREATED: &str = r#"{"success": true, "data": {"id": "dt_plan_xyz789", "name": "contract-review",
"description": "Multi-step contract review pipeline", "steps": "…", "tags": ["legal", "contract"],
"createdAt": "2026-02-20T10:00:00Z"}}"#;

/// The document's execute body; consent to simulate is added, and nothing else.
const EXECUTE: &str = r#"{
"input": {
"contract": "Full text of the contract..."
},
"hitl": {
"requiredFor": ["analyze"],
"confidenceThreshold": 0.85,
"timeoutMs": 3600000,
"notifyChannels": ["email", "dashboard"]
},
"options": {
"timeoutMs": 300000,
"dryRun": false,
"simulate": true
}
}"#;

const EXECUTED: &str = r#"{"success": true, "data": {"id": "dt_exec_abc123", "planId": "dt_plan_xyz789", "status": "running",
"progress": {"total": 3, "completed": 0, "running": 1, "pending": 2, "failed": 0}, "startedAt": "2026-02-20T10:00:00Z"}}"#;

const STATUS: &str = r#"{"success": true, "data": {"id": "dt_exec_abc123", "planId": "dt_plan_xyz789", "status": "completed",
"progress": {"total": 3, "completed": 3, "running": 0, "pending": 0, "failed": 0},
"steps": {
"extract": {"status": "completed", "output": "…", "startedAt": "2026-02-20T10:00:01Z",
"completedAt": "2026-02-20T10:00:04Z", "durationMs": 3200, "usage": {"input": 500, "output": 800}},
"analyze": {"status": "completed", "output": "…", "startedAt": "2026-02-20T10:00:04Z",
"completedAt": "2026-02-20T10:00:10Z", "durationMs": 5800, "usage": {"input": 1200, "output": 1500}},
"report": {"status": "completed", "output": "…", "startedAt": "2026-02-20T10:00:10Z",
"completedAt": "2026-02-20T10:00:13Z", "durationMs": 3100, "usage": {"input": 2000, "output": 1200}}},
"usage": {"input": 3700, "output": 3500, "total": 7200, "totalCost": 0.034},
"startedAt": "2026-02-20T10:00:00Z", "completedAt": "2026-02-20T10:00:13Z"}}"#;

const CANCELLED: &str = r#"{"success": true, "data": {"id": "dt_exec_abc123", "status": "cancelled",
"progress": {"total": 3, "completed": 1, "running": 0, "pending": 0, "failed": 0, "cancelled": 2}}}"#;

/// Every documented key, in the documented order, with a value of the documented kind; names, statuses and counts
/// of progress exactly.
#[track_caller]
fn shows(path: &str, actual: &Value, documented: &Value) {
    match documented {
        Value::Object(wanted) => {
            let keys: Vec<&String> = wanted.keys().collect();
            let actual = actual.as_object().unwrap_or_else(|| panic!("{path}: {actual}"));
            let is_exact = path.ends_with(".progress") || path.ends_with(".steps") || path.is_empty();
            let found: Vec<&String> = actual.keys().filter(|key| is_exact || wanted.contains_key(*key)).collect();
            assert_eq!(found, keys, "{path}");
            for (key, wanted) in wanted {
                shows(&format!("{path}.{key}"), &actual[key], wanted);
            }
        }
        Value::String(wanted) if wanted == "…" => assert!(!actual.is_null() && *actual != "", "{path}"),
        Value::String(wanted) => {
            let actual = actual.as_str().unwrap_or_else(|| panic!("{path}: {actual}"));
            match wanted.get(..8) {
                Some(prefix @ ("dt_plan_" | "dt_exec_")) => assert!(actual.starts_with(prefix), "{path}: {actual}"),
                _ if path.ends_with("At") => assert!(is_timestamp(actual), "{path}: {actual}"),
                _ => assert_eq!(actual, wanted, "{path}"),
            }
        }
        Value::Number(wanted) if path.contains(".progress.") => assert_eq!(actual, &json!(wanted), "{path}"),
        Value::Number(wanted) => {
            assert!(actual.as_f64().is_some() && (wanted.as_u64().is_none() || actual.is_u64()), "{path}: {actual}")
        }
        Value::Null | Value::Bool(_) | Value::Array(_) => assert_eq!(actual, documented, "{path}"),
    }
}

#[track_caller]
fn is_as_documented(answer: &planloom_tests::Answer, documented: &str) {
    shows("", &answer.json, &serde_json::from_str(documented).expect("it is JSON"));
}

async fn post_text(program: &Program, path: &str, body: &'static str) -> planloom_tests::Answer {
    let request = program.request(Method::POST, path).header(header::CONTENT_TYPE, "application/json");
    answer(request.body(body)).await
}

#[tokio::test]
async fn the_document_from_its_first_to_its_last_example() {
    let program = Program::start().await;
    let created = post_text(&program, "/plans", CONTRACT_REVIEW).await;
    assert_eq!(created.status, 201);
    is_as_documented(&created, CREATED);
    let plan = created.data();
    assert_eq!(plan["steps"].to_string(), contract_review()["steps"].to_string(), "steps come back as they were sent");
    let id = plan["id"].as_str().expect("an id");
    assert_eq!(created.headers["location"], format!("/api/plans/{id}"));

    let got = program.get(&format!("/plans/{id}")).await;
    is_as_documented(&got, CREATED);
    assert_eq!(got.data(), plan);
    let mut edited = got.data().clone();
    edited["description"] = "second".into();
    let put = program.request(Method::PUT, &format!("/plans/{id}")).header("if-match", "\"1\"").json(&edited);
    assert_eq!(answer(put).await.data()["version"], 2, "GET, edit, PUT works with all that the server added");

    // A step takes long enough that the first answer is the documented moment.
    program.patch("/settings", json!({"simulator": {"delayMs": 60}})).await.data();
    let executed = post_text(&program, &format!("/plans/{id}/execute"), EXECUTE).await;
    assert_eq!(executed.status, 201);
    is_as_documented(&executed, EXECUTED);
    let execution = executed.data()["id"].as_str().expect("an id").to_owned();
    let warnings = executed.data()["warnings"].as_array().expect("a channel is not set up");
    assert!(warnings.iter().any(|warning| warning.as_str().is_some_and(|text| text.contains("email"))), "{warnings:?}");
    assert_eq!(warnings.len(), 1, "the dashboard is always there: {warnings:?}");
    assert_eq!(executed.data()["simulated"], true);

    let task = program.until_asked(&execution, "analyze").await;
    let paused = program.execution(&execution).await;
    assert_eq!(paused["status"], "paused");
    assert_eq!(paused["progress"]["awaitingApproval"], 1);
    assert_eq!(paused["pausedReasons"], json!([{"kind": "approval", "taskIds": [task]}]));
    assert!(paused["steps"]["analyze"].get("output").is_none(), "a draft is not yet output");
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    program.until_ended(&execution).await;

    let status = program.get(&format!("/plans/executions/{execution}")).await;
    is_as_documented(&status, STATUS);
    let data = status.data();
    let sum = |field: &str| -> u64 {
        data["steps"]
            .as_object()
            .expect("steps")
            .values()
            .map(|step| step["usage"][field].as_u64().expect("a count"))
            .sum()
    };
    assert_eq!(data["usage"]["input"], sum("input"));
    assert_eq!(data["usage"]["output"], sum("output"));
    assert_eq!(data["usage"]["total"], sum("input") + sum("output"));
    assert_eq!(data["usage"]["totalCost"].as_f64(), Some(0.0));
    let prompt = program.get(&format!("/plans/executions/{execution}/steps/analyze")).await;
    let extracted = data["steps"]["extract"]["output"].as_str().expect("text");
    assert_eq!(prompt.data()["prompt"], format!("Analyze risks in: {extracted}"));
}

#[tokio::test]
async fn the_list_with_its_parameters() {
    let program = Program::start().await;
    for (name, tags) in [("alpha", json!(["legal"])), ("beta", json!(["legal", "contract"])), ("gamma", json!([]))] {
        let mut plan = contract_review();
        plan["name"] = name.into();
        plan["description"] = format!("About {name}").into();
        plan["tags"] = tags;
        program.plan(plan).await;
    }
    let names = async |query: &str| -> Vec<String> {
        let listed = program.get(&format!("/plans{query}")).await;
        listed
            .data()
            .as_array()
            .expect("a list")
            .iter()
            .map(|plan| plan["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(names("").await, ["gamma", "beta", "alpha"], "newest first");
    assert_eq!(names("?tags=legal").await, ["beta", "alpha"]);
    assert_eq!(names("?tags=legal,contract").await, ["beta"]);
    assert_eq!(names("?search=ALP").await, ["alpha"]);
    assert_eq!(names("?search=about%20g").await, ["gamma"], "by description, in any case");
    assert_eq!(names("?limit=1&offset=1").await, ["beta"]);
    let page = program.get("/plans?limit=2").await;
    assert_eq!(page.json["pagination"], json!({"total": 3, "limit": 2, "offset": 0, "hasMore": true}));
    let first = &page.data()[0];
    let same = program.get(&format!("/plans/{}", first["id"].as_str().expect("an id"))).await;
    assert_eq!(first, same.data(), "a list holds whole plans");
}

#[tokio::test]
async fn a_cancel_as_documented() {
    let program = Program::start().await;
    let id = program.plan(contract_review()).await;
    let body: Value = serde_json::from_str(EXECUTE).expect("it is JSON");
    let execution = program.execute(&id, body).await;
    program.until_asked(&execution, "analyze").await;
    let before = program.execution(&execution).await;
    let cancelled = program.delete(&format!("/plans/executions/{execution}")).await;
    assert_eq!(cancelled.status, 200);
    is_as_documented(&cancelled, CANCELLED);
    let after = program.execution(&execution).await;
    assert_eq!(after["steps"]["extract"], before["steps"]["extract"], "completed steps are preserved");
    assert_eq!(after["steps"]["analyze"]["status"], "cancelled");
    assert_eq!(after["steps"]["report"]["status"], "cancelled");
    program.delete(&format!("/plans/executions/{execution}")).await.refused(409, "EXECUTION_NOT_RUNNING");
}
