//! Every code of the contract that exists by now, over TCP: status, place, rule, and a sentence that says what to do.

use planloom_tests::samples::{contract_review, plan_of, simulated};
use planloom_tests::{Program, answer};
use reqwest::Method;
use serde_json::{Value, json};

/// A faulty plan, and what is said about it: code, field, rule, a word of the remedy.
fn faulty_plans() -> Vec<(u16, &'static str, &'static str, &'static str, &'static str, Value)> {
    let step = |id: &str, prompt: &str| json!({"id": id, "prompt": prompt});
    let after = |id: &str, on: &str| json!({"id": id, "prompt": "x", "dependsOn": [on]});
    vec![
        (400, "VALIDATION_ERROR", "steps[0].prompt", "required", "required", json!([{"id": "a"}])),
        (
            400,
            "VALIDATION_ERROR",
            "steps[0].dependOn",
            "unknownField",
            "`dependsOn`",
            json!([{"id": "a", "prompt": "x", "dependOn": []}]),
        ),
        (400, "VALIDATION_ERROR", "steps", "minItems", "empty", json!([])),
        (400, "VALIDATION_ERROR", "steps[0].id", "reserved", "choose another", json!([step("loop", "x")])),
        (400, "VALIDATION_ERROR", "steps[0].id", "pattern", "letter", json!([step("1a", "x")])),
        (
            400,
            "VALIDATION_ERROR",
            "steps[0].timeoutMs",
            "minimum",
            "from 1",
            json!([{"id": "a", "prompt": "x", "timeoutMs": 0}]),
        ),
        (
            400,
            "VALIDATION_ERROR",
            "steps[0].temperature",
            "maximum",
            "2",
            json!([{"id": "a", "prompt": "x", "temperature": 3}]),
        ),
        (
            400,
            "INVALID_MODEL",
            "steps[0].model",
            "exists",
            "sonnet",
            json!([{"id": "a", "prompt": "x", "model": "sonet"}]),
        ),
        (
            400,
            "INVALID_QUEUE",
            "steps[0].queue",
            "exists",
            "default",
            json!([{"id": "a", "prompt": "x", "queue": "defalt"}]),
        ),
        (
            422,
            "CIRCULAR_DEPENDENCY",
            "steps[0].dependsOn[0]",
            "acyclic",
            "a",
            json!([after("a", "b"), after("b", "a")]),
        ),
        (
            422,
            "UNKNOWN_DEPENDENCY",
            "steps[1].dependsOn[0]",
            "exists",
            "first",
            json!([step("first", "x"), after("b", "frist")]),
        ),
        (
            422,
            "UNDECLARED_DEPENDENCY",
            "steps[1].prompt",
            "declared",
            "dependsOn",
            json!([step("a", "x"), step("b", "{{a.output}}")]),
        ),
        (
            422,
            "UNKNOWN_REFERENCE",
            "steps[1].prompt",
            "unknownName",
            "first",
            json!([step("first", "x"), step("b", "{{frist.output}}")]),
        ),
        (
            422,
            "DYNAMIC_REFERENCE",
            "steps[0].prompt",
            "dynamicInput",
            "input",
            json!([step("a", "{{input[input.k]}}")]),
        ),
        (422, "DUPLICATE_STEP_ID", "steps[1].id", "unique", "a", json!([step("a", "x"), step("a", "y")])),
        (422, "TEMPLATE_SYNTAX", "steps[0].prompt", "", "", json!([step("a", "{{ input. }}")])),
    ]
}

#[tokio::test]
async fn plans_with_faults() {
    let program = Program::start().await;
    for (status, code, field, rule, remedy, steps) in faulty_plans() {
        let refused = program.post("/plans", plan_of(steps.clone())).await;
        let details = refused.refused(status, code);
        let first = &details["issues"][0];
        assert_eq!(details["field"], field, "{code}: {}", refused.text);
        assert!(rule.is_empty() || details["rule"] == rule, "{code}: {}", refused.text);
        assert_eq!((&first["code"], &first["severity"]), (&json!(code), &json!("error")));
        assert_eq!((&first["field"], &first["rule"]), (&details["field"], &details["rule"]));
        assert!(refused.json["error"]["message"].as_str().expect("text").contains(remedy), "{}", refused.text);
        assert_eq!(details["cycle"].is_array(), code == "CIRCULAR_DEPENDENCY");
        // The check alone says the same with 200.
        let checked = program.post("/plans/validate", plan_of(steps)).await;
        assert_eq!(checked.status, 200);
        assert_eq!((&checked.data()["valid"], &checked.data()["issues"]), (&json!(false), &details["issues"]));
    }
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 0, "nothing was stored");
}

#[tokio::test]
async fn all_faults_at_once_and_the_graver_ones_first() {
    let program = Program::start().await;
    let steps = json!([
        {"id": "a", "prompt": "{{nobody.output}}", "dependsOn": ["nowhere"]},
        {"id": "b", "prompt": "{{a.output}}", "model": "no-such", "retries": 3}
    ]);
    let refused = program.post("/plans", plan_of(steps)).await;
    let details = refused.refused(400, refused.code());
    let codes: Vec<&str> =
        details["issues"].as_array().expect("issues").iter().filter_map(|issue| issue["code"].as_str()).collect();
    for code in
        ["VALIDATION_ERROR", "INVALID_MODEL", "UNKNOWN_DEPENDENCY", "UNKNOWN_REFERENCE", "UNDECLARED_DEPENDENCY"]
    {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let form = |code: &&str| ["VALIDATION_ERROR", "INVALID_MODEL", "INVALID_QUEUE"].contains(code);
    let first_meaning = codes.iter().position(|code| !form(code)).expect("faults of meaning");
    assert!(codes[first_meaning..].iter().all(|code| !form(code)), "400 before 422: {codes:?}");
    // A warning changes no status.
    let warned = program.post("/plans", plan_of(json!([{"id": "a", "prompt": "x", "condition": "'text'"}]))).await;
    assert_eq!(warned.status, 201, "{}", warned.text);
    assert_eq!(warned.data()["warnings"][0]["severity"], "warning");
}

#[tokio::test]
async fn runs_that_are_refused() {
    let program = Program::start().await;
    let id = program.plan(contract_review()).await;
    let path = format!("/plans/{id}/execute");
    let with = |field: &str, value: Value| {
        let mut body = simulated();
        body["input"] = json!({"contract": "x"});
        body[field] = value;
        body
    };
    let missing = program.post(&path, simulated()).await;
    assert_eq!(missing.refused(400, "MISSING_INPUT")["field"], "input.contract");
    let unready = program.post(&path, json!({"input": {"contract": "x"}})).await;
    assert_eq!(unready.refused(409, "PROVIDER_NOT_CONFIGURED")["stepIds"], json!(["extract", "analyze", "report"]));
    let unknown = program.post(&path, with("hitl", json!({"requiredFor": ["analyse"]}))).await;
    assert_eq!(unknown.refused(422, "UNKNOWN_STEP")["field"], "hitl.requiredFor[0]");
    assert!(unknown.text.contains("analyze"), "the nearest one is named: {}", unknown.text);
    let channel = program.post(&path, with("hitl", json!({"notifyChannels": ["fax"]}))).await;
    assert_eq!(channel.refused(400, "VALIDATION_ERROR")["field"], "hitl.notifyChannels[0]");
    let evaluator = program.post(&path, with("hitl", json!({"evaluator": "nobody", "confidenceThreshold": 0.5}))).await;
    assert_eq!(evaluator.refused(400, "INVALID_MODEL")["field"], "hitl.evaluator");
    let threshold = program.post(&path, with("hitl", json!({"confidenceThreshold": 1.01}))).await;
    assert_eq!(threshold.refused(400, "VALIDATION_ERROR")["rule"], "maximum");
    program.post(&path, with("planVersion", 9.into())).await.refused(404, "VERSION_NOT_FOUND");
    program.post(&path, with("opitons", json!({}))).await.refused(400, "VALIDATION_ERROR");
    let mut strict = plan_of(json!([{"id": "a", "prompt": "{{input.n}}"}]));
    strict["inputSchema"] = json!({"type": "object", "properties": {"n": {"type": "integer"}}});
    let strict = program.plan(strict).await;
    let wrong = program
        .post(&format!("/plans/{strict}/execute"), json!({"input": {"n": "one"}, "options": {"simulate": true}}))
        .await;
    assert_eq!(wrong.refused(422, "INPUT_SCHEMA_MISMATCH")["field"], "input.n");
    assert_eq!(program.get("/plans/executions").await.json["pagination"]["total"], 0, "nothing was started");
}

#[tokio::test]
async fn a_budget_needs_prices() {
    let program = Program::start_with(&[("OPENAI_API_KEY", "sk-nothing")]).await;
    let steps = json!([{"id": "a", "prompt": "x", "model": "openai:mystery"}, {"id": "b", "prompt": "x", "model": "openai:mystery"}]);
    let plan = program.plan(plan_of(steps)).await;
    let refused = program.post(&format!("/plans/{plan}/execute"), json!({"options": {"maxCost": 1}})).await;
    assert_eq!(refused.refused(400, refused.code())["field"], "options.maxCost", "{}", refused.text);
    assert!(refused.text.contains("openai:mystery"), "it is named: {}", refused.text);
    for wrong in [json!(-1), json!("1"), json!(1e9)] {
        program
            .post(&format!("/plans/{plan}/execute"), json!({"options": {"maxCost": wrong}}))
            .await
            .refused(400, "VALIDATION_ERROR");
    }
    assert_eq!(program.get("/plans/executions").await.json["pagination"]["total"], 0, "nothing was called");
}

#[tokio::test]
async fn what_is_not_there() {
    let program = Program::start().await;
    let reason = json!({"reason": "r"});
    let none = Value::Null;
    for (method, path, body, code) in [
        (Method::GET, "/plans/dt_plan_x", &none, "PLAN_NOT_FOUND"),
        (Method::DELETE, "/plans/dt_plan_x", &none, "PLAN_NOT_FOUND"),
        (Method::POST, "/plans/dt_plan_x/execute", &none, "PLAN_NOT_FOUND"),
        (Method::GET, "/plans/dt_plan_x/versions", &none, "PLAN_NOT_FOUND"),
        (Method::GET, "/plans/executions/dt_exec_x", &none, "EXECUTION_NOT_FOUND"),
        (Method::DELETE, "/plans/executions/dt_exec_x", &none, "EXECUTION_NOT_FOUND"),
        (Method::POST, "/plans/executions/dt_exec_x/resume", &none, "EXECUTION_NOT_FOUND"),
        (Method::GET, "/plans/executions/dt_exec_x/steps/a", &none, "EXECUTION_NOT_FOUND"),
        (Method::GET, "/hitl/dt_task_x", &none, "TASK_NOT_FOUND"),
        (Method::POST, "/hitl/dt_task_x/reject", &reason, "TASK_NOT_FOUND"),
        (Method::POST, "/settings/providers/nobody/test", &none, "PROVIDER_NOT_FOUND"),
        (Method::GET, "/nothing", &none, "ROUTE_NOT_FOUND"),
        (Method::GET, "/plans/", &none, "ROUTE_NOT_FOUND"),
    ] {
        let mut request = program.request(method, path);
        if !body.is_null() {
            request = request.json(body);
        }
        answer(request).await.refused(404, code);
    }
    let id = program.plan(contract_review()).await;
    program.get(&format!("/plans/{id}?version=2")).await.refused(404, "VERSION_NOT_FOUND");
    let run = program.run_steps(json!([{"id": "a", "prompt": "x"}])).await;
    program.get(&format!("/plans/executions/{run}/steps/b")).await.refused(404, "STEP_NOT_FOUND");
}

#[tokio::test]
async fn what_an_execution_refuses() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let id = program.run_steps(json!([{"id": "slow", "prompt": "[[sim:delay=600000]]"}])).await;
    let path = format!("/plans/executions/{id}");
    program.post(&format!("{path}/resume"), json!({})).await.refused(409, "EXECUTION_NOT_RESUMABLE");
    program.delete(&format!("{path}/texts")).await.refused(409, "EXECUTION_NOT_ENDED");
    program.delete(&path).await.data();
    assert_eq!(program.delete(&path).await.refused(409, "EXECUTION_NOT_RUNNING")["status"], "cancelled");
    let schema = json!({"type": "object", "required": ["ok"]});
    let steps = json!([{"id": "a", "prompt": "[[sim:output={\"ok\":true}]]", "outputSchema": schema, "requiresApproval": true}]);
    let id = program.run_steps(steps).await;
    let task = program.until_asked(&id, "a").await;
    let edit = program.post(&format!("/hitl/{task}/approve"), json!({"modifiedOutput": "{}"})).await;
    assert_eq!(edit.refused(422, "OUTPUT_SCHEMA_MISMATCH")["field"], "modifiedOutput");
    let empty = program.post(&format!("/hitl/{task}/reject"), json!({})).await;
    assert_eq!(empty.refused(400, "VALIDATION_ERROR")["field"], "reason");
    assert_eq!(program.get(&format!("/hitl/{task}")).await.data()["status"], "pending", "nothing was decided");
}

#[tokio::test]
async fn a_plan_s_life() {
    let program = Program::start().await;
    let id = program.plan(contract_review()).await;
    let path = format!("/plans/{id}");
    let put = async |version: Option<&str>, name: &str| {
        let mut plan = contract_review();
        plan["name"] = name.into();
        let mut request = program.request(Method::PUT, &format!("{path}?note=because")).json(&plan);
        if let Some(version) = version {
            request = request.header("if-match", version);
        }
        answer(request).await
    };
    put(None, "x").await.refused(428, "PRECONDITION_REQUIRED");
    put(Some("*"), "x").await.refused(400, "VALIDATION_ERROR");
    assert_eq!(put(Some("\"1\""), "second").await.data()["version"], 2);
    assert_eq!(put(Some("1"), "third").await.refused(409, "VERSION_CONFLICT")["current"], 2);
    assert_eq!(program.get(&format!("{path}?version=1")).await.data()["name"], "contract-review");
    let versions = program.get(&format!("{path}/versions")).await;
    assert_eq!(versions.json["pagination"]["total"], 2);
    assert_eq!(versions.data()[0]["note"], "because");

    let draft = async |document: Value, revision: Option<u64>| {
        let mut body = json!({"document": document});
        if let Some(revision) = revision {
            body["draftRevision"] = revision.into();
        }
        program.put(&format!("/plans/{id}/draft"), body).await
    };
    let first =
        draft(json!({"steps": "not even a list"}), None).await.data()["draftRevision"].as_u64().expect("a revision");
    let second = draft(json!({"steps": []}), Some(first)).await.data()["draftRevision"].as_u64().expect("a revision");
    assert_eq!(draft(json!({}), Some(first)).await.refused(409, "VERSION_CONFLICT")["current"], second);
    assert_eq!(program.get(&format!("{path}/draft")).await.data()["document"], json!({"steps": []}));
    assert_eq!(program.get(&path).await.data()["version"], 2, "a draft is no version");

    program.delete(&path).await.data();
    let mut body = simulated();
    body["input"] = json!({"contract": "x"});
    program.post(&format!("{path}/execute"), body.clone()).await.refused(409, "PLAN_ARCHIVED");
    put(Some("2"), "fourth").await.refused(409, "PLAN_ARCHIVED");
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 0);
    program.post(&format!("{path}/restore"), json!({})).await.data();
    // An execution stays what it was, whatever becomes of its plan.
    body["planVersion"] = 1.into();
    let run = program.execute(&id, body).await;
    put(Some("2"), "third").await.data();
    let done = program.until_ended(&run).await;
    assert_eq!((&done["planVersion"], &done["status"]), (&json!(1), &json!("completed")));
    program.delete(&path).await.data();
    program.get(&format!("/plans/executions/{run}")).await.data();
}

#[tokio::test]
async fn lists_have_limits() {
    let program = Program::start().await;
    for path in ["/plans", "/plans/executions", "/hitl/pending"] {
        for (query, field) in
            [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("offset=-1", "offset")]
        {
            let refused = program.get(&format!("{path}?{query}")).await;
            assert_eq!(refused.refused(400, "VALIDATION_ERROR")["field"], field, "{path}?{query}");
        }
        let unknown = program.get(&format!("{path}?limits=5")).await;
        assert_eq!(unknown.refused(400, "VALIDATION_ERROR")["rule"], "unknownParameter");
        let most = program.get(&format!("{path}?limit=100&offset=0")).await;
        assert_eq!(most.json["pagination"], json!({"total": 0, "limit": 100, "offset": 0, "hasMore": false}));
    }
    program.get("/plans/executions?status=done").await.refused(400, "VALIDATION_ERROR");
}
