//! What the window asks for beside plans and executions: local servers, the data folder, a dry run of what is not
//! stored, a timeline, who holds a lane, and lists that say how things stand.

mod common;

use common::{Api, review_plan};
use serde_json::{Value, json};
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_not_stored_is_run_dry_as_a_stored_one() {
    let api = Api::open().await;
    let options = json!({"simulate": true, "dryRun": true});
    let body = json!({"input": {"contract": "C"}, "options": options, "hitl": {"requiredFor": ["analyze"]}});
    let mut unstored = body.clone();
    unstored["plan"] = review_plan();
    let of_draft = api.post("/api/plans/dry-run", unstored).await;
    assert_eq!(of_draft.status, 200);
    let of_draft = of_draft.data();
    assert!(api.get("/api/plans").await.data().as_array().is_some_and(Vec::is_empty), "nothing is stored");
    let plan = api.plan(review_plan()).await;
    let mut of_stored = api.post(&format!("/api/plans/{plan}/execute"), body).await.data();
    assert_eq!(of_stored["planId"], json!(plan));
    of_stored.as_object_mut().expect("an object").shift_remove("planId");
    assert_eq!(of_draft, of_stored);
    assert_eq!((&of_draft["reviews"], &of_draft["reviewsMaybe"]), (&json!(["analyze"]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_the_same_words_as_publishing_and_starting() {
    let api = Api::open().await;
    let mut broken = review_plan();
    broken["steps"][1]["dependsOn"] = json!(["extrat"]);
    let published = api.post("/api/plans", broken.clone()).await;
    let dry = api.post("/api/plans/dry-run", json!({"plan": broken, "input": {"contract": "C"}})).await;
    assert_eq!((dry.status, &dry.json["error"]), (published.status, &published.json["error"]));

    let plan = api.plan(review_plan()).await;
    for body in [
        json!({"options": {"simulate": true, "dryRun": true}}),
        json!({"input": {"contract": "C"}, "options": {"dryRun": true}}),
        json!({"input": {"contract": "C"}, "hitl": {"requiredFor": ["nobody"]}, "options": {"dryRun": true}}),
        json!({"input": [], "options": {"dryRun": "yes"}}),
    ] {
        let stored = api.post(&format!("/api/plans/{plan}/execute"), body.clone()).await;
        let mut unstored = body;
        unstored["plan"] = review_plan();
        let dry = api.post("/api/plans/dry-run", unstored).await;
        assert_eq!((dry.status, &dry.json["error"]), (stored.status, &stored.json["error"]));
    }
    let without_plan = api.post("/api/plans/dry-run", json!({"input": {}})).await;
    assert_eq!(without_plan.fails(400, "VALIDATION_ERROR")["field"], "plan");
    let unknown = api.post("/api/plans/dry-run", json!({"plan": review_plan(), "inputs": {}})).await;
    assert_eq!(unknown.fails(400, "VALIDATION_ERROR")["field"], "inputs");
    api.post("/api/plans/dry-run", json!([])).await.fails(400, "VALIDATION_ERROR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_reviews_that_are_certain_from_those_that_may_be() {
    let api = Api::open().await;
    let steps = json!([
        {"id": "a", "prompt": "x", "requiresApproval": true},
        {"id": "b", "prompt": "x", "dependsOn": ["a"], "condition": "\"x\" in a.output", "requiresApproval": true},
        {"id": "c", "prompt": "x", "dependsOn": ["b"], "requiresApproval": true},
        {"id": "d", "prompt": "x", "dependsOn": ["b", "a"], "requiresApproval": true},
        {"id": "e", "prompt": "x"}
    ]);
    let mut body = json!({"plan": {"name": "p", "steps": steps}, "options": {"simulate": true}});
    let dry = api.post("/api/plans/dry-run", body.clone()).await.data();
    assert_eq!((&dry["reviews"], &dry["reviewsMaybe"]), (&json!(["a", "b", "c", "d"]), &json!(["b", "c"])));
    body["hitl"] = json!({"confidenceThreshold": 0.8});
    let scored = api.post("/api/plans/dry-run", body).await.data();
    let expected = (json!(["a", "b", "c", "d", "e"]), json!(["b", "c", "e"]));
    assert_eq!((&scored["reviews"], &scored["reviewsMaybe"]), (&expected.0, &expected.1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_and_listed_while_everything_runs() {
    let api = Api::open().await;
    let empty = api.get("/api/settings/data").await.data();
    assert_eq!(empty["folder"], api.data.path().to_str().expect("UTF-8"));
    assert!(empty["databaseBytes"].as_u64().is_some_and(|bytes| bytes > 0), "{empty}");
    assert_eq!(empty["backups"], json!([]));
    let gated = json!([{"id": "a", "prompt": "x", "requiresApproval": true}]);
    let id = api.run(gated, json!({})).await;
    api.until_status(&id, "paused").await;

    let made = api.post("/api/settings/data/backup", Value::Null).await;
    assert_eq!(made.status, 201);
    let made = made.data();
    let path = Path::new(made["path"].as_str().expect("a path"));
    assert!(path.starts_with(api.data.backups()), "{made}");
    assert_eq!(std::fs::metadata(path).expect("a file").len(), made["bytes"].as_u64().expect("a size"));
    let listed = api.get("/api/settings/data").await.data();
    assert_eq!(listed["backups"][0]["file"], path.file_name().and_then(|name| name.to_str()).expect("a name"));
    assert_eq!(listed["backups"][0]["bytes"], made["bytes"]);
    assert!(listed["backups"][0]["createdAt"].as_str().is_some_and(|at| at.ends_with('Z')), "{listed}");

    let chosen = api.data.path().with_file_name("my copy.db");
    let body = json!({"path": chosen});
    let headers = [("idempotency-key", "once")];
    let first = api.with_body("POST", "/api/settings/data/backup", &headers, body.clone()).await;
    let again = api.with_body("POST", "/api/settings/data/backup", &headers, body.clone()).await;
    assert_eq!(
        (first.status, again.status, again.header("idempotency-replayed")),
        (first.status, first.status, Some("true"))
    );
    assert_eq!(first.data(), again.data());
    let taken = api.post("/api/settings/data/backup", body).await;
    assert_eq!(taken.fails(400, "VALIDATION_ERROR")["rule"], "new");

    // The copy holds what the original held.
    let data = planloom_engine::DataDir::at(api.data.path().with_file_name("restored"));
    planloom_store::restore(&data, &chosen, "a test").expect("it can be restored");
    let environment = planloom_engine::settings::Environment::from_iter([("PLANLOOM_KEYCHAIN", "off")]);
    let copy = planloom_engine::Engine::open_read_only(data, environment).await.expect("it opens");
    let page = copy.handle().execution(&id, true).await.expect("the execution is there");
    assert_eq!(serde_json::from_slice::<Value>(&page).expect("JSON")["status"], "paused");
    copy.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_only_where_a_new_file_can_be() {
    let api = Api::open().await;
    let folder = api.data.path().to_owned();
    let rule = async |path: Value| {
        let answer = api.post("/api/settings/data/backup", json!({ "path": path })).await;
        let details = answer.fails(400, "VALIDATION_ERROR");
        assert_eq!(details["field"], "path");
        details["rule"].as_str().expect("a rule").to_owned()
    };
    assert_eq!(rule(json!("copy.db")).await, "absolute");
    assert_eq!(rule(json!(folder)).await, "file");
    assert_eq!(rule(json!(folder.join("nowhere/copy.db"))).await, "folder");
    assert_eq!(rule(json!(api.data.database())).await, "new");
    assert_eq!(rule(json!("/a\0b")).await, "pattern");
    assert_eq!(rule(json!(7)).await, "type");
    let unknown = api.post("/api/settings/data/backup", json!({"file": "/x.db"})).await;
    assert_eq!(unknown.fails(400, "VALIDATION_ERROR")["field"], "file");
    assert!(api.get("/api/settings/data").await.data()["backups"].as_array().is_some_and(Vec::is_empty));
}

#[tokio::test(flavor = "multi_thread")]
async fn local_servers_are_looked_for_without_holding_anybody_up() {
    let api = Api::open().await;
    let begun = std::time::Instant::now();
    let found = api.get("/api/settings/providers/found").await;
    assert!(found.json["data"].is_array() && found.json["pagination"]["hasMore"] == false, "{}", found.text);
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_panel_is_answered_once() {
    let api = Api::open().await;
    assert_eq!(api.get("/api/settings").await.data()["welcome"], true);
    let changed = api.with_body("PATCH", "/api/settings", &[], json!({"welcome": false})).await.data();
    assert_eq!(changed["welcome"], false);
    assert_eq!(api.get("/api/settings").await.data()["welcome"], false);
    let wrong = api.with_body("PATCH", "/api/settings", &[], json!({"welcome": "no"})).await;
    assert_eq!(wrong.fails(400, "VALIDATION_ERROR")["field"], "welcome");
    let again = api.with_body("PATCH", "/api/settings", &[], json!({"welcome": null})).await.data();
    assert_eq!(again["welcome"], true, "null puts it back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_says_how_the_last_execution_stands_and_whether_there_is_a_draft() {
    let api = Api::open().await;
    api.script().await;
    let steps = json!([
        {"id": "ask", "prompt": "x", "requiresApproval": true},
        {"id": "fail", "prompt": "[[sim:fail=503]]", "dependsOn": ["ask"], "retry": {"maxAttempts": 2, "backoffMs": 1}}
    ]);
    let plan = api.plan(json!({"name": "p", "steps": steps})).await;
    let summary = async || {
        let list = api.get("/api/plans?view=summary").await.data();
        list[0].clone()
    };
    let fresh = summary().await;
    assert!(fresh.get("draft").is_none() && fresh["stats"].get("lastExecution").is_none(), "{fresh:#}");
    let started = api.post(&format!("/api/plans/{plan}/execute"), json!({"options": {"simulate": true}})).await.data();
    let id = started["id"].as_str().expect("an id");
    let paused = api.until_status(id, "paused").await;
    let last = summary().await["stats"]["lastExecution"].clone();
    assert_eq!((&last["status"], &last["progress"]), (&paused["status"], &paused["progress"]));
    assert_eq!(last["pausedReasons"], paused["pausedReasons"]);
    assert_eq!((&last["simulated"], last.get("error"), last.get("completedAt")), (&json!(true), None, None));

    let task = paused["steps"]["ask"]["taskId"].as_str().expect("an id");
    api.post(&format!("/api/hitl/{task}/approve"), json!({})).await.data();
    let failed = api.until_status(id, "failed").await;
    let last = summary().await["stats"]["lastExecution"].clone();
    assert_eq!((&last["error"], &last["completedAt"]), (&failed["error"], &failed["completedAt"]));
    assert_eq!((&last["error"]["stepId"], &last["error"]["attempts"]), (&json!("fail"), &json!(2)));
    assert!(last.get("pausedReasons").is_none());
    assert_eq!(summary().await["stats"]["recent"], json!(["failed"]));

    let draft = api.put(&format!("/api/plans/{plan}/draft"), json!({"document": {"name": 1}})).await.data();
    let with_draft = summary().await;
    assert_eq!((&with_draft["draft"], &with_draft["draftUpdatedAt"]), (&json!(true), &draft["updatedAt"]));
    api.delete(&format!("/api/plans/{plan}/draft")).await.data();
    assert!(summary().await.get("draft").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_lane_names_who_holds_it_the_oldest_first() {
    let api = Api::open().await;
    api.script().await;
    let slow =
        json!([{"id": "slow", "prompt": "[[sim:delay=600000]]"}, {"id": "too", "prompt": "[[sim:delay=600000]]"}]);
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(api.run(slow.clone(), json!({})).await);
    }
    let holders = async || {
        let lanes = api.get("/api/queues").await.data();
        let queue = lanes.as_array().expect("lanes").iter().find(|lane| lane["kind"] == "queue").expect("a queue");
        (queue["name"].clone(), queue["running"].clone(), queue["waiting"].clone(), queue["holders"].clone())
    };
    assert_eq!(holders().await, (json!("default"), json!(8), json!(4), json!(ids[..4])));
    api.delete(&format!("/api/plans/executions/{}", ids[0])).await.data();
    // The two that waited have a place each now, and five are enough.
    assert_eq!(holders().await, (json!("default"), json!(8), json!(2), json!(ids[1..6])));
    for id in &ids[1..] {
        api.delete(&format!("/api/plans/executions/{id}")).await.data();
    }
    assert_eq!(holders().await, (json!("default"), json!(0), json!(0), json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_is_read_by_id() {
    let api = Api::open().await;
    let id = api.run(json!([{"id": "a", "prompt": "x"}]), json!({})).await;
    let done = api.until_status(&id, "completed").await;
    let timeline = api.get(&format!("/api/plans/executions/{id}/timeline")).await.data();
    assert_eq!((&timeline["startedAt"], &timeline["completedAt"]), (&done["startedAt"], &done["completedAt"]));
    let segments = timeline["steps"]["a"].as_array().expect("segments");
    let kinds: Vec<&Value> = segments.iter().map(|segment| &segment["kind"]).collect();
    assert_eq!(kinds, ["queued", "call"]);
    assert_eq!(segments[1]["endedAt"], done["steps"]["a"]["completedAt"]);
    api.get("/api/plans/executions/dt_exec_0/timeline").await.fails(404, "EXECUTION_NOT_FOUND");
}
