//! Every code of the contract that the engine can give by now, with its status.

mod common;

use common::{Api, review_plan};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn plans_that_are_refused() {
    let api = Api::open().await;
    let step = |id: &str, prompt: &str| json!({"id": id, "prompt": prompt});
    let cases: Vec<(u16, &str, Value)> = vec![
        (400, "VALIDATION_ERROR", json!([{"id": "a"}])),
        (
            422,
            "CIRCULAR_DEPENDENCY",
            json!([{"id": "a", "prompt": "x", "dependsOn": ["b"]}, {"id": "b", "prompt": "x", "dependsOn": ["a"]}]),
        ),
        (422, "UNKNOWN_DEPENDENCY", json!([{"id": "a", "prompt": "x", "dependsOn": ["nobody"]}])),
        (422, "UNDECLARED_DEPENDENCY", json!([step("a", "x"), step("b", "{{a.output}}")])),
        (422, "UNKNOWN_REFERENCE", json!([step("a", "{{nobody.output}}")])),
        (422, "DYNAMIC_REFERENCE", json!([step("a", "{{input[input.which]}}")])),
        (422, "DUPLICATE_STEP_ID", json!([step("a", "x"), step("a", "y")])),
        (422, "TEMPLATE_SYNTAX", json!([step("a", "{{ input. }}")])),
        (400, "INVALID_MODEL", json!([{"id": "a", "prompt": "x", "model": "no-such-alias"}])),
        (400, "INVALID_QUEUE", json!([{"id": "a", "prompt": "x", "queue": "no-such-queue"}])),
    ];
    for (status, code, steps) in cases {
        let refused = api.post("/api/plans", json!({"name": "p", "steps": steps})).await;
        let details = refused.fails(status, code);
        assert!(details["field"].as_str().is_some_and(|field| field.starts_with("steps")), "{details}");
        assert_eq!(details["issues"][0]["code"], code);
        assert_eq!(details["cycle"].is_array(), code == "CIRCULAR_DEPENDENCY");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_run_that_are_refused() {
    let api = Api::open().await;
    let id = api.plan(review_plan()).await;
    let path = format!("/api/plans/{id}/execute");
    let simulate = json!({"simulate": true});
    api.post(&path, json!({"options": simulate})).await.fails(400, "MISSING_INPUT");
    let input = json!({"contract": "x"});
    let refused = api.post(&path, json!({"input": input})).await;
    let details = refused.fails(409, "PROVIDER_NOT_CONFIGURED");
    assert_eq!(details["stepIds"].as_array().map(Vec::len), Some(3));
    let unknown = json!({"input": input, "options": simulate, "hitl": {"requiredFor": ["nobody"]}});
    api.post(&path, unknown).await.fails(422, "UNKNOWN_STEP");
    let channel = json!({"input": input, "options": simulate, "hitl": {"notifyChannels": ["pigeon"]}});
    api.post(&path, channel).await.fails(400, "VALIDATION_ERROR");
    let version = json!({"input": input, "options": simulate, "planVersion": 9});
    api.post(&path, version).await.fails(404, "VERSION_NOT_FOUND");
    let schema = json!({"name": "p", "inputSchema": {"type": "object", "properties": {"n": {"type": "integer"}}}, "steps": [{"id": "a", "prompt": "x"}]});
    let strict = api.plan(schema).await;
    let wrong = json!({"input": {"n": "one"}, "options": simulate});
    api.post(&format!("/api/plans/{strict}/execute"), wrong).await.fails(422, "INPUT_SCHEMA_MISMATCH");
    let dry = api.post(&path, json!({"input": input, "options": {"dryRun": true, "simulate": true}})).await;
    assert_eq!((dry.status.as_u16(), dry.header("location")), (200, None));
    assert_eq!(dry.data()["status"], "dry_run");
    assert_eq!(api.get("/api/plans/executions").await.json["pagination"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there() {
    let api = Api::open().await;
    let none = Value::Null;
    for (method, path, body, code) in [
        ("GET", "/api/plans/x", &none, "PLAN_NOT_FOUND"),
        ("DELETE", "/api/plans/x", &none, "PLAN_NOT_FOUND"),
        ("POST", "/api/plans/x/restore", &none, "PLAN_NOT_FOUND"),
        ("POST", "/api/plans/x/execute", &none, "PLAN_NOT_FOUND"),
        ("GET", "/api/plans/x/versions", &none, "PLAN_NOT_FOUND"),
        ("GET", "/api/plans/x/draft", &none, "PLAN_NOT_FOUND"),
        ("DELETE", "/api/plans/x/draft", &none, "PLAN_NOT_FOUND"),
        ("PUT", "/api/plans/x/layout", &json!({}), "PLAN_NOT_FOUND"),
        ("GET", "/api/plans/executions/x", &none, "EXECUTION_NOT_FOUND"),
        ("DELETE", "/api/plans/executions/x", &none, "EXECUTION_NOT_FOUND"),
        ("GET", "/api/plans/executions/x/events", &none, "EXECUTION_NOT_FOUND"),
        ("GET", "/api/plans/executions/x/steps/y", &none, "EXECUTION_NOT_FOUND"),
        ("POST", "/api/plans/executions/x/resume", &none, "EXECUTION_NOT_FOUND"),
        ("DELETE", "/api/plans/executions/x/texts", &none, "EXECUTION_NOT_FOUND"),
        ("GET", "/api/hitl/x", &none, "TASK_NOT_FOUND"),
        ("GET", "/api/hitl/x/history", &none, "TASK_NOT_FOUND"),
        ("POST", "/api/hitl/x/approve", &none, "TASK_NOT_FOUND"),
        ("POST", "/api/hitl/x/reject", &json!({"reason": "r"}), "TASK_NOT_FOUND"),
        ("POST", "/api/hitl/x/assign", &json!({"reviewerId": null}), "TASK_NOT_FOUND"),
        ("DELETE", "/api/hitl/x/decision", &none, "TASK_NOT_FOUND"),
    ] {
        api.with_body(method, path, &[], body.clone()).await.fails(404, code);
    }
    let id = api.plan(review_plan()).await;
    api.get(&format!("/api/plans/{id}?version=7")).await.fails(404, "VERSION_NOT_FOUND");
    let run = api.run(json!([{"id": "a", "prompt": "x"}]), json!({})).await;
    api.get(&format!("/api/plans/executions/{run}/steps/b")).await.fails(404, "STEP_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_execution_refuses() {
    let api = Api::open().await;
    api.script().await;
    let id = api.run(json!([{"id": "slow", "prompt": "[[sim:delay=600000]]"}]), json!({})).await;
    let path = format!("/api/plans/executions/{id}");
    api.delete(&format!("{path}/texts")).await.fails(409, "EXECUTION_NOT_ENDED");
    api.post(&format!("{path}/resume"), Value::Null).await.fails(409, "EXECUTION_NOT_RESUMABLE");
    let cancelled = api.delete(&path).await.data();
    assert_eq!(cancelled["status"], "cancelled");
    assert_eq!(cancelled["progress"]["cancelled"], 1);
    assert_eq!(api.delete(&path).await.fails(409, "EXECUTION_NOT_RUNNING")["status"], "cancelled");
    api.post(&format!("{path}/resume"), json!({"maxCost": -1})).await.fails(400, "VALIDATION_ERROR");
    let resumed = api.post(&format!("{path}/resume"), Value::Null).await;
    assert_eq!(resumed.status, 200);
    assert_eq!(resumed.data()["status"], "running");
    api.delete(&path).await.data();
    assert_eq!(api.delete(&format!("{path}/texts")).await.data()["id"], *id);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_approval_refuses() {
    let api = Api::open().await;
    let schema = json!({"type": "object", "required": ["ok"]});
    let steps = json!([
        {"id": "a", "prompt": "x", "requiresApproval": true},
        {"id": "b", "prompt": "[[sim:output={\"ok\":true}]]", "outputSchema": schema, "requiresApproval": true}
    ]);
    api.script().await;
    let id = api.run(steps, json!({})).await;
    let paused = api.until(&id, |now| now["progress"]["awaitingApproval"] == 2).await;
    let task = |step: &str| format!("/api/hitl/{}", paused["steps"][step]["taskId"].as_str().expect("an id"));
    let pending = api.get("/api/hitl/pending").await;
    assert_eq!(pending.json["pagination"]["total"], 2);
    let a = task("a");
    let approval = api.get(&a).await.data();
    assert_eq!(approval["status"], "pending");
    api.post(&format!("{a}/reject"), json!({})).await.fails(400, "VALIDATION_ERROR");
    api.post(&format!("{a}/approve"), json!({"commment": "x"})).await.fails(400, "VALIDATION_ERROR");
    let stale = api.post(&format!("{a}/approve"), json!({"outputHash": "0".repeat(64)})).await;
    assert_eq!(stale.fails(409, "STALE_APPROVAL")["outputHash"], approval["outputHash"]);
    let edit = json!({"modifiedOutput": "{}"});
    api.post(&format!("{}/approve", task("b")), edit).await.fails(422, "OUTPUT_SCHEMA_MISMATCH");
    let assigned = api.post(&format!("{a}/assign"), json!({"reviewerId": "ann"})).await.data();
    assert_eq!(assigned["assignedTo"], "ann");

    let approved = api.post(&format!("{a}/approve"), json!({"comment": "good", "undoMs": 30_000})).await.data();
    assert_eq!((&approved["status"], &approved["approvedBy"]), (&json!("completed"), &json!("window")));
    let again = api.post(&format!("{a}/approve"), Value::Null).await;
    assert_eq!(again.fails(409, "APPROVAL_ALREADY_DECIDED")["decision"]["comment"], "good");
    assert_eq!(api.delete(&format!("{a}/decision")).await.data()["status"], "pending");
    api.post(&format!("{a}/approve"), Value::Null).await.data();
    api.delete(&format!("{a}/decision")).await.fails(409, "APPROVAL_NOT_PENDING");
    let rejected = api.post(&format!("{}/reject", task("b")), json!({"reason": "wrong"})).await.data();
    assert_eq!((&rejected["status"], &rejected["retry"]), (&json!("rejected"), &json!(false)));
    let history = api.get(&format!("{a}/history")).await;
    let events: Vec<_> =
        history.json["data"].as_array().expect("a list").iter().map(|entry| entry["event"].clone()).collect();
    assert_eq!(events, ["requested", "assigned", "approved", "undone", "approved"]);
}
