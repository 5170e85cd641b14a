//! `Idempotency-Key`: one effect and one answer.

mod common;

use common::{Api, review_plan};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_gets_the_first_answer() {
    let api = Api::open().await;
    let send = |key: &'static str, body: Value| {
        let api = &api;
        async move { api.with_body("POST", "/api/plans", &[("idempotency-key", key)], body).await }
    };
    let first = send("k1", review_plan()).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, None));
    // The same document in other words.
    let plan = review_plan();
    let reordered: serde_json::Map<_, _> = plan.as_object().expect("a plan").clone().into_iter().rev().collect();
    let second = send("k1", Value::Object(reordered)).await;
    assert_eq!((second.status.as_u16(), second.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!(second.header("location"), first.header("location"));
    assert_eq!(second.json, first.json);
    let mut other = review_plan();
    other["name"] = "other".into();
    send("k1", other.clone()).await.fails(409, "IDEMPOTENCY_CONFLICT");
    assert_eq!(send("k2", other).await.status, 201);
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 2);
    let validate = api.with_body("POST", "/api/plans/validate", &[("idempotency-key", "k1")], json!({})).await;
    assert_eq!(validate.data()["valid"], false, "a key belongs to its route");
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_at_the_same_time_have_one_effect() {
    let api = Api::open().await;
    let id = api.plan(review_plan()).await;
    let path = format!("/api/plans/{id}/execute");
    let body = json!({"input": {"contract": "x"}, "options": {"simulate": true}});
    let twins = (0..16).map(|_| api.with_body("POST", &path, &[("idempotency-key", "twin")], body.clone()));
    let answers = futures_util::future::join_all(twins).await;
    let replayed = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_some()).count();
    assert_eq!(replayed, 15);
    let first = &answers[0].json["data"]["id"];
    assert!(
        first.is_string() && answers.iter().all(|answer| answer.status == 201 && answer.json["data"]["id"] == *first)
    );
    assert_eq!(api.get("/api/plans/executions").await.json["pagination"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_does_not_let_its_twin_in() {
    let api = Api::open().await;
    let gone = api.with_body("POST", "/api/plans", &[("idempotency-key", "gone")], review_plan());
    // Dropped after its first step, wherever that has led.
    let _ = tokio::time::timeout(std::time::Duration::ZERO, gone).await;
    let twin = api.with_body("POST", "/api/plans", &[("idempotency-key", "gone")], review_plan()).await;
    assert_eq!(twin.status, 201);
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_dry_runs_are_not_stored() {
    let api = Api::open().await;
    let key = [("idempotency-key", "later")];
    api.with_body("POST", "/api/plans", &key, json!({})).await.fails(400, "VALIDATION_ERROR");
    let created = api.with_body("POST", "/api/plans", &key, review_plan()).await;
    assert_eq!((created.status.as_u16(), created.header("idempotency-replayed")), (201, None));
    let path = format!("/api/plans/{}/execute", created.data()["id"].as_str().expect("an id"));
    let body = |dry: bool| json!({"input": {"contract": "x"}, "options": {"simulate": true, "dryRun": dry}});
    assert_eq!(api.with_body("POST", &path, &key, body(true)).await.status, 200);
    assert_eq!(api.with_body("POST", &path, &key, body(false)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_have_a_form() {
    let api = Api::open().await;
    let long = "x".repeat(256);
    for wrong in ["", long.as_str(), "with\ttab"] {
        let refused = api.with_body("POST", "/api/plans", &[("idempotency-key", wrong)], review_plan()).await;
        assert_eq!(refused.fails(400, "VALIDATION_ERROR")["field"], "Idempotency-Key");
    }
    let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
    api.with_body("POST", "/api/plans", &twice, review_plan()).await.fails(400, "VALIDATION_ERROR");
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_post_with_an_effect_replays() {
    let api = Api::open().await;
    let id = api.plan(review_plan()).await;
    api.delete(&format!("/api/plans/{id}")).await.data();
    let body = json!({"hitl": {"requiredFor": ["a"]}});
    let run = api.run(json!([{"id": "a", "prompt": "x"}]), body).await;
    let paused = api.until_status(&run, "paused").await;
    let task = paused["steps"]["a"]["taskId"].as_str().expect("an id").to_owned();
    let failed = api.run(json!([{"id": "a", "prompt": "x", "requiresApproval": true}]), json!({})).await;
    api.until_status(&failed, "paused").await;
    api.delete(&format!("/api/plans/executions/{failed}")).await.data();
    for (path, body) in [
        (format!("/api/plans/{id}/restore"), Value::Null),
        (format!("/api/hitl/{task}/assign"), json!({"reviewerId": "ann"})),
        (format!("/api/hitl/{task}/approve"), json!({"comment": "good"})),
        (format!("/api/plans/executions/{failed}/resume"), json!({})),
    ] {
        let key = [("idempotency-key", "once")];
        let first = api.with_body("POST", &path, &key, body.clone()).await;
        assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (200, None), "{path} {}", first.text);
        let second = api.with_body("POST", &path, &key, body).await;
        assert_eq!(second.header("idempotency-replayed"), Some("true"), "{path}");
        if path.ends_with("/assign") {
            // An approval shows how long it has been waiting, so it is never twice the same.
            assert_eq!(second.json["data"]["assignedTo"], "ann");
        } else {
            assert_eq!(second.json["data"], first.json["data"], "{path}");
        }
    }
}
