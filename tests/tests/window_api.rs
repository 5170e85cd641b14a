//! What the window stands on, from outside: the servers of this machine, backups of a running database, events that are
//! as described, and text that can be put together from its pieces.

use planloom_tests::parts::{Echo, Reply, Request};
use planloom_tests::samples::{is_timestamp, plan_of, simulated};
use planloom_tests::{Program, answer, run};
use reqwest::Method;
use serde_json::{Value, json};

/// A server that lists two models to whoever has the key.
fn lists_models(request: &Request) -> Reply {
    let is_asked = request.path == "/v1/models" && request.header("authorization") == Some("Bearer sk-local");
    match is_asked {
        true => (200, "application/json", json!({"data": [{"id": "smol"}, {"id": "large"}]}).to_string()),
        false => (401, "application/json", json!({"error": {"message": "no"}}).to_string()),
    }
}

#[tokio::test]
async fn the_server_that_the_environment_names_is_found_where_it_is_of_this_machine() {
    let server = Echo::start(lists_models).await;
    let base_url = format!("{}/v1", server.url);
    let environment = [("OPENAI_BASE_URL", base_url.as_str()), ("OPENAI_API_KEY", "sk-local")];
    let program = Program::start_with(&environment).await;
    let found = program.get("/settings/providers/found").await;
    let found = found.data().as_array().expect("a list").clone();
    let expected = json!({"name": "OPENAI_BASE_URL", "baseUrl": base_url, "models": ["smol", "large"]});
    assert!(found.contains(&expected), "{found:#?}");

    let elsewhere = Program::start_with(&[("OPENAI_BASE_URL", "http://192.0.2.1:8000/v1")]).await;
    let found = elsewhere.get("/settings/providers/found").await;
    let urls: Vec<&Value> = found.data().as_array().expect("a list").iter().map(|server| &server["baseUrl"]).collect();
    assert!(urls.iter().all(|url| *url != "http://192.0.2.1:8000/v1"), "{urls:?}");
}

#[tokio::test]
async fn a_backup_of_a_running_database_goes_on_elsewhere_as_the_original_would() {
    let program = Program::start().await;
    let gated = json!([
        {"id": "ask", "prompt": "x", "requiresApproval": true},
        {"id": "then", "prompt": "{{ask.output}}", "dependsOn": ["ask"]}
    ]);
    let id = program.run_steps(gated).await;
    let task = program.until_asked(&id, "ask").await;
    let made = program.post("/settings/data/backup", json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.data()["path"].as_str().expect("a path").to_owned();
    let data = program.get("/settings/data").await;
    assert_eq!(data.data()["folder"], program.data.to_str().expect("text"));
    let listed = &data.data()["backups"][0];
    assert!(path.ends_with(listed["file"].as_str().expect("a name")) && listed["bytes"] == made.data()["bytes"]);
    assert!(listed["createdAt"].as_str().is_some_and(is_timestamp), "{listed}");

    let folder = tempfile::tempdir().expect("a folder");
    let restored = folder.path().join("data");
    let output = run(&restored, &["restore", &path]).await;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let copy = Program::start_at(&restored, &[]).await;
    copy.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    assert_eq!(copy.until_ended(&id).await["status"], "completed");
    assert_eq!(program.execution(&id).await["status"], "paused", "the original knows nothing of it");
}

#[tokio::test]
async fn keys_with_scopes_do_not_reach_the_data_folder() {
    let program = Program::start().await;
    let made = program.post("/settings/keys", json!({"name": "script", "scopes": ["read", "run", "review"]})).await;
    let key = made.data()["key"].as_str().expect("the key").to_owned();
    let ask = |method: Method, path: &str| {
        program.http.request(method, format!("{}/api{path}", program.url)).bearer_auth(&key)
    };
    for (method, path) in [
        (Method::GET, "/settings/data"),
        (Method::POST, "/settings/data/backup"),
        (Method::GET, "/settings/providers/found"),
    ] {
        answer(ask(method, path)).await.refused(403, "AUTH_INSUFFICIENT_PERMISSIONS");
    }
    let body = json!({"plan": plan_of(json!([{"id": "a", "prompt": "x"}])), "options": {"simulate": true}});
    assert_eq!(answer(ask(Method::POST, "/plans/dry-run").json(&body)).await.data()["status"], "dry_run");
}

/// What is wrong with an event's data by the schema of its name; looks at keys alone, as deep as the schema names types.
fn faults(document: &Value, schema: &Value, data: &Value, path: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).expect("it leads somewhere");
        return faults(document, schema, data, path, found);
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(data)
    {
        found.push(format!("{path} is {data}"));
    }
    if let Some(items) = data.as_array() {
        return items.iter().for_each(|item| faults(document, &schema["items"], item, path, found));
    }
    let Some(members) = data.as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            found.push(format!("{path}.{name} is missing"));
        }
    }
    for (name, member) in members {
        let path = format!("{path}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null) if schema["properties"].is_object() => found.push(format!("{path} is unknown")),
            (Value::Null, other) => faults(document, other, member, &path, found),
            (known, _) => faults(document, known, member, &path, found),
        }
    }
}

#[tokio::test]
async fn events_are_as_the_description_says() {
    let program = Program::start().await;
    program.obey_prompts().await;
    let steps = json!([
        {"id": "slow", "prompt": "[[sim:delay=300]]"},
        {"id": "again", "prompt": "[[sim:fail=503,times=1]]", "retry": {"maxAttempts": 2, "backoffMs": 1}},
        {"id": "ask", "prompt": "{{slow.output}}", "dependsOn": ["slow"], "requiresApproval": true},
        {"id": "skip", "prompt": "x", "dependsOn": ["slow"], "condition": "\"no such words\" in slow.output"}
    ]);
    let id = program.run_steps(steps).await;
    let mut events = program.events(&id, None).await.expect("a stream");
    let mut seen = events.until(|event| event.name == "approval").await;
    let task = seen.last().expect("one").data["taskId"].as_str().expect("an id").to_owned();
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    seen.extend(events.rest().await);
    let document = program.get("/openapi.json").await.json;
    let described = &document["components"]["schemas"]["EventData"]["properties"];
    for event in &seen {
        let schema = &described[&event.name];
        assert!(schema.is_object(), "{} is not described", event.name);
        let mut found = Vec::new();
        faults(&document, schema, &event.data, &event.name, &mut found);
        assert!(found.is_empty(), "{found:?} in {:#}", event.data);
    }
    for name in ["snapshot", "execution", "task", "approval", "text", "end"] {
        assert!(seen.iter().any(|event| event.name == name), "no {name}");
    }
    assert_eq!(seen.last().map(|end| &end.data), Some(&json!({"executionId": id, "status": "completed"})));
    let late = program.events(&id, None).await.expect("a stream").rest().await;
    assert_eq!(late.last().map(|end| &end.data), seen.last().map(|end| &end.data), "also for who comes late");
}

#[tokio::test]
async fn streamed_text_is_put_together_as_javascript_counts() {
    let program = Program::start().await;
    program.obey_prompts().await;
    // Letters of one, two, three and four bytes; the last one has two UTF-16 units.
    let output = "aé€𝄞".repeat(40);
    let steps = json!([{"id": "sing", "prompt": format!("[[sim:delay=400,output={output}]]")}]);
    let plan = program.plan(plan_of(steps)).await;
    let id = program.execute(&plan, simulated()).await;
    let mut events = program.events(&id, None).await.expect("a stream");
    let seen = events.until(|event| event.name == "task" && event.data["step"]["status"] == "completed").await;
    let mut text: Vec<u16> = Vec::new();
    for event in &seen {
        match event.name.as_str() {
            "snapshot" => {
                text = event.data["steps"]["sing"]["text"].as_str().unwrap_or_default().encode_utf16().collect();
            }
            "text" => {
                assert_eq!((&event.data["attempt"], &event.data["phase"]), (&json!(1), &json!("call")));
                text.truncate(usize::try_from(event.data["offset"].as_u64().expect("a number")).expect("small"));
                text.extend(event.data["text"].as_str().expect("text").encode_utf16());
            }
            _ => {}
        }
    }
    assert_eq!(String::from_utf16(&text).expect("whole letters"), output);
    assert_eq!(seen.last().expect("the task").data["step"]["output"], json!(output));
}
