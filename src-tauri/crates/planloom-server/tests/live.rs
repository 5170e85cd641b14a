//! Server-Sent Events, as they arrive.

mod common;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, Response};
use common::Api;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// One event of a stream.
#[derive(Debug)]
struct Event {
    id: Option<i64>,
    name: String,
    data: Value,
}

async fn open(api: &Api, path: &str, last_event_id: Option<i64>) -> Response<Body> {
    let mut request = Request::get(path);
    if let Some(id) = last_event_id {
        request = request.header("last-event-id", id.to_string());
    }
    api.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("never fails")
}

async fn next(stream: &mut BodyDataStream) -> Option<Event> {
    // Each event is one piece of the body.
    let text = String::from_utf8(stream.next().await?.expect("no fault").to_vec()).expect("UTF-8");
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    Some(Event {
        id: field("id: ").map(|id| id.parse().expect("a number")),
        name: field("event: ").expect("a name"),
        data: serde_json::from_str(&field("data: ").expect("data")).expect("JSON"),
    })
}

async fn rest(response: Response<Body>) -> Vec<Event> {
    let mut stream = response.into_body().into_data_stream();
    let mut events = Vec::new();
    while let Some(event) = next(&mut stream).await {
        events.push(event);
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_is_watched_to_its_end_and_not_beyond() {
    let api = Api::open().await;
    let steps = json!([{"id": "a", "prompt": "x"}, {"id": "b", "prompt": "{{a.output}}", "dependsOn": ["a"], "requiresApproval": true}]);
    let id = api.run(steps, json!({})).await;
    let paused = api.until_status(&id, "paused").await;
    let path = format!("/api/plans/executions/{id}/events");
    let response = open(&api, &path, None).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut stream = response.into_body().into_data_stream();
    let first = next(&mut stream).await.expect("a snapshot");
    assert_eq!((first.name.as_str(), &first.data["id"]), ("snapshot", &json!(id)));
    let seen = first.id.expect("a snapshot can be resumed from");
    // Somebody who is up to date gets only what is new.
    let mut current = open(&api, &path, Some(seen)).await.into_body().into_data_stream();

    let task = paused["steps"]["b"]["taskId"].as_str().expect("an id");
    api.post(&format!("/api/hitl/{task}/approve"), Value::Null).await.data();
    let mut names = Vec::new();
    let mut last = seen;
    while let Some(event) = next(&mut stream).await {
        last = event.id.unwrap_or(last);
        names.push(event.name);
    }
    assert_eq!(names.last().map(String::as_str), Some("end"));
    assert!(names.iter().any(|name| name == "task") && names.iter().any(|name| name == "execution"), "{names:?}");
    assert!(last > seen);
    assert_ne!(next(&mut current).await.expect("news").name, "snapshot");

    assert_eq!(open(&api, &path, Some(last)).await.status(), 204, "it has seen the end");
    let late: Vec<String> = rest(open(&api, &path, None).await).await.into_iter().map(|event| event.name).collect();
    assert_eq!(late, ["snapshot", "end"]);
    let missed: Vec<String> =
        rest(open(&api, &path, Some(seen)).await).await.into_iter().map(|event| event.name).collect();
    assert_eq!(missed, ["snapshot", "end"], "something was missed, so it is shown anew");
    let wrong = api.with_body("GET", &path, &[("last-event-id", "x")], Value::Null).await;
    wrong.fails(400, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_watched_with_filters() {
    let api = Api::open().await;
    let other = api.run(json!([{"id": "a", "prompt": "x", "requiresApproval": true}]), json!({})).await;
    let waiting = api.until_status(&other, "paused").await;
    let mut ends =
        open(&api, &format!("/api/events?events=end&executionId={other}"), None).await.into_body().into_data_stream();
    let mut all = open(&api, "/api/events", None).await.into_body().into_data_stream();
    let one = api.run(json!([{"id": "a", "prompt": "x"}]), json!({})).await;
    let event = next(&mut all).await.expect("an event");
    assert!(event.id.is_none() && event.data.to_string().contains(&one), "{event:?}");
    api.until_status(&one, "completed").await;
    let task = waiting["steps"]["a"]["taskId"].as_str().expect("an id");
    api.post(&format!("/api/hitl/{task}/approve"), Value::Null).await.data();
    let end = next(&mut ends).await.expect("the end");
    assert_eq!((end.name.as_str(), &end.data["executionId"]), ("end", &json!(other)));
}
