//! The event stream of an execution, as it arrives over TCP.

use planloom_tests::events::Event;
use planloom_tests::{Program, answer};
use reqwest::Method;
use serde_json::{Value, json};

fn chain() -> Value {
    json!([
        {"id": "a", "prompt": "first"},
        {"id": "b", "prompt": "{{a.output}}", "dependsOn": ["a"], "requiresApproval": true},
        {"id": "c", "prompt": "{{b.output}}", "dependsOn": ["b"]}
    ])
}

fn names(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.name.as_str()).collect()
}

/// Puts what the events say into a snapshot, as a window does: each event is the new view of its part.
fn fold(view: &mut Value, event: &Event) {
    match event.name.as_str() {
        "snapshot" => *view = event.data.clone(),
        "execution" => {
            for (key, value) in event.data.as_object().expect("an object") {
                view[key] = value.clone();
            }
        }
        "task" => view["steps"][event.data["stepId"].as_str().expect("a step")] = event.data["step"].clone(),
        "approval" | "text" | "end" => {}
        other => panic!("an event nobody knows: {other}"),
    }
}

#[tokio::test]
async fn a_run_from_snapshot_to_end() {
    let program = Program::start().await;
    program.patch("/settings", json!({"simulator": {"delayMs": 150}})).await.data();
    let id = program.run_steps(chain()).await;
    let mut stream = program.events(&id, None).await.expect("it runs");
    let first = stream.next().await.expect("a snapshot");
    assert_eq!((first.name.as_str(), &first.data["id"]), ("snapshot", &json!(id)));
    assert!(first.id.is_some(), "a snapshot can be resumed from");
    let mut view = Value::Null;
    fold(&mut view, &first);
    let mut events = vec![first];
    events.extend(stream.until(|event| event.name == "approval").await);
    let task = program.until_asked(&id, "b").await;
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    events.extend(stream.rest().await);
    for event in &events[1..] {
        fold(&mut view, event);
    }

    let names = names(&events);
    for wanted in ["task", "execution", "approval", "text"] {
        assert!(names.contains(&wanted), "{wanted}: {names:?}");
    }
    assert_eq!(names.iter().filter(|name| **name == "snapshot").count(), 1);
    assert_eq!(names.last(), Some(&"end"));
    let ids: Vec<i64> = events.iter().filter_map(|event| event.id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    assert!(
        events.iter().filter(|event| event.name == "text").all(|event| event.id.is_none()),
        "passing ones carry no id"
    );
    assert_eq!(events.last().expect("the end").data["status"], "completed");
    // What the events tell is what is there.
    let now = program.execution(&id).await;
    assert_eq!(view["status"], now["status"]);
    assert_eq!(view["progress"], now["progress"]);
    for step in ["a", "b", "c"] {
        for key in ["status", "completedAt", "outputHash", "usage"] {
            assert_eq!(view["steps"][step][key], now["steps"][step][key], "{step} {key}");
        }
    }
}

#[tokio::test]
async fn text_that_streams_in_adds_up_to_the_output() {
    let program = Program::start().await;
    program.patch("/settings", json!({"simulator": {"delayMs": 400, "outputTokens": 200}})).await.data();
    let id = program.run_steps(json!([{"id": "a", "prompt": "long"}])).await;
    let events = program.events(&id, None).await.expect("it runs").rest().await;
    let mut text: Vec<u16> = events[0].data["steps"]["a"]["text"].as_str().unwrap_or_default().encode_utf16().collect();
    for event in events.iter().filter(|event| event.name == "text") {
        assert_eq!(event.data["stepId"], "a", "{event:?}");
        // The snapshot may hold the first of them already; the offset, in UTF-16 units, says so.
        let offset = event.data["offset"].as_u64().expect("an offset") as usize;
        assert!(offset <= text.len(), "a gap before {event:?}");
        text.truncate(offset);
        text.extend(event.data["text"].as_str().expect("text").encode_utf16());
    }
    let text = String::from_utf16(&text).expect("whole letters");
    let output = program.execution(&id).await["steps"]["a"]["output"].as_str().expect("an output").to_owned();
    assert_eq!(text, output);
}

#[tokio::test]
async fn who_comes_back_misses_nothing() {
    let program = Program::start().await;
    let id = program.run_steps(chain()).await;
    let task = program.until_asked(&id, "b").await;
    let mut stream = program.events(&id, None).await.expect("it runs");
    let seen = stream.next().await.expect("a snapshot").id.expect("an id");
    drop(stream);
    // Up to date: nothing is told twice.
    let mut current = program.events(&id, Some(seen)).await.expect("it runs");
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    let news = current.next().await.expect("news");
    assert_ne!(news.name, "snapshot");
    let mut events = vec![news];
    events.extend(current.rest().await);
    assert_eq!(names(&events).last(), Some(&"end"));
    let last = events.iter().filter_map(|event| event.id).max().expect("durable events");
    assert!(last > seen);
    // Behind: either what was missed or a new snapshot, and then the end.
    let behind = program.events(&id, Some(seen)).await.expect("there is more").rest().await;
    assert_eq!(behind[0].name, "snapshot");
    assert_eq!(behind[0].data["status"], "completed");
    assert_eq!(names(&behind).last(), Some(&"end"));
    // Who has seen the end need not come back: a browser stops at 204.
    assert_eq!(program.events(&id, Some(last)).await.err().map(|status| status.as_u16()), Some(204));
    let late = program.events(&id, None).await.expect("a last look").rest().await;
    assert_eq!(names(&late), ["snapshot", "end"]);
}

#[tokio::test]
async fn a_stream_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let program = Program::start_at(&data, &[]).await;
    let id = program.run_steps(chain()).await;
    let task = program.until_asked(&id, "b").await;
    let mut stream = program.events(&id, None).await.expect("it runs");
    let seen = stream.next().await.expect("a snapshot").id;
    program.kill().await;
    let program = Program::start_at(&data, &[]).await;
    let stream = program.events(&id, seen).await.expect("it runs");
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    let events = stream.rest().await;
    assert_eq!(events.last().map(|event| event.name.as_str()), Some("end"));
    let mut view = program.execution(&id).await;
    let whole = view.clone();
    for event in &events {
        fold(&mut view, event);
    }
    assert_eq!((&view["status"], &view["progress"]), (&whole["status"], &whole["progress"]));
}

#[tokio::test]
async fn what_a_stream_refuses_and_how_it_is_sent() {
    let program = Program::start().await;
    let id = program.run_steps(chain()).await;
    program.until_asked(&id, "b").await;
    let path = format!("/plans/executions/{id}/events");
    let wrong = program.request(Method::GET, &path).header("last-event-id", "yesterday");
    let wrong = answer(wrong).await;
    assert_eq!(wrong.refused(400, "VALIDATION_ERROR")["field"], "Last-Event-ID");
    program.get("/plans/executions/dt_exec_none/events").await.refused(404, "EXECUTION_NOT_FOUND");
    program.get("/events?events=nothing").await.refused(400, "VALIDATION_ERROR");
    let response = program.request(Method::GET, &path).send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn an_open_stream_does_not_keep_the_program_from_ending() {
    let program = Program::start().await;
    let id = program.run_steps(chain()).await;
    program.until_asked(&id, "b").await;
    let stream = program.events(&id, None).await.expect("it runs");
    let (status, _folder) = program.stop().await;
    assert!(status.success(), "{status}");
    assert_eq!(stream.rest().await[0].name, "snapshot", "and it ends cleanly");
}

#[tokio::test]
async fn a_silent_stream_says_that_it_is_still_there() {
    let program = Program::start().await;
    let id = program.run_steps(chain()).await;
    program.until_asked(&id, "b").await;
    let mut stream =
        program.request(Method::GET, &format!("/plans/executions/{id}/events")).send().await.expect("an answer");
    let comment = async {
        let mut text = String::new();
        while !text.contains("\n:") && !text.starts_with(':') {
            text.push_str(&String::from_utf8_lossy(&stream.chunk().await.expect("it goes on").expect("more")));
        }
    };
    // Every 15 s; it sleeps beside the other tests.
    tokio::time::timeout(planloom_tests::PATIENCE, comment).await.expect("a comment comes");
}
