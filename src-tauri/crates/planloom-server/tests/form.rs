//! The form of requests and answers, whatever they are about.

mod common;

use axum::body::Body;
use axum::http::Request;
use common::{Api, review_plan};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_seed_documents_session() {
    let api = Api::open().await;
    let created = api.post("/api/plans", review_plan()).await;
    assert_eq!(created.status, 201);
    let location = created.header("location").expect("a location").to_owned();
    let plan = created.data();
    let id = plan["id"].as_str().expect("an id");
    assert!(id.starts_with("dt_plan_"));
    assert_eq!(location, format!("/api/plans/{id}"));
    for field in ["name", "description", "steps", "tags"] {
        assert_eq!(plan[field], review_plan()[field]);
    }
    assert_eq!(api.get(&location).await.data(), plan);

    let listed = api.get("/api/plans?tags=legal,contract&search=REVIEW").await;
    assert_eq!(listed.json["pagination"], json!({"total": 1, "limit": 20, "offset": 0, "hasMore": false}));
    assert_eq!(listed.json["data"][0]["id"], *id);
    assert_eq!(api.get("/api/plans?tags=legal,other").await.json["pagination"]["total"], 0);

    let body = json!({"input": {"contract": "Clause 1."}, "options": {"simulate": true}});
    let started = api.post(&format!("/api/plans/{id}/execute"), body).await;
    assert_eq!(started.status, 201);
    let location = started.header("location").expect("a location").to_owned();
    let execution = started.data();
    assert_eq!(location, format!("/api/plans/executions/{}", execution["id"].as_str().expect("an id")));
    let done = api.until_status(execution["id"].as_str().expect("an id"), "completed").await;
    assert_eq!(done["planId"], *id);
    assert_eq!(done["steps"].as_object().expect("steps").keys().collect::<Vec<_>>(), ["extract", "analyze", "report"]);
    let without = api.get(&format!("{location}?outputs=none")).await.data();
    assert!(without["steps"]["extract"].get("output").is_none());
    let detail = api.get(&format!("{location}/steps/extract")).await.data();
    assert_eq!(detail["prompt"], "Extract key clauses from: Clause 1.");
    let executions = api.get(&format!("/api/plans/executions?planId={id}&status=completed")).await;
    assert_eq!(executions.json["pagination"]["total"], 1);
    assert!(executions.json["data"][0].get("steps").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plans_life() {
    let api = Api::open().await;
    let id = api.plan(review_plan()).await;
    let path = format!("/api/plans/{id}");
    let mut next = review_plan();
    next["name"] = "second".into();
    let update = |version: &'static str| {
        let (api, path, next) = (&api, &path, next.clone());
        async move { api.with_body("PUT", path, &[("if-match", version)], next).await }
    };
    assert_eq!(update("\"1\"").await.data()["version"], 2);
    assert_eq!(update("2").await.data()["version"], 3);
    assert_eq!(update("1").await.fails(409, "VERSION_CONFLICT")["current"], 3);
    api.put(&path, next.clone()).await.fails(428, "PRECONDITION_REQUIRED");
    let wrong = update("*").await;
    assert_eq!(wrong.fails(400, "VALIDATION_ERROR")["field"], "If-Match");
    let noted = api.with_body("PUT", &format!("{path}?note=clearer%20words"), &[("if-match", "3")], next.clone()).await;
    assert_eq!(noted.data()["version"], 4);

    let versions = api.get(&format!("{path}/versions")).await;
    assert_eq!(versions.json["pagination"]["total"], 4);
    assert_eq!(versions.json["data"][0]["note"], "clearer words");
    assert_eq!(api.get(&format!("{path}?version=1")).await.data()["name"], "contract-review");

    api.get(&format!("{path}/draft")).await.fails(404, "VERSION_NOT_FOUND");
    let draft = api.put(&format!("{path}/draft"), json!({"document": {"steps": "no list"}})).await.data();
    assert_eq!(draft["document"], json!({"steps": "no list"}));
    let stale = api.put(&format!("{path}/draft"), json!({"document": {}, "draftRevision": 99})).await;
    stale.fails(409, "VERSION_CONFLICT");
    assert_eq!(api.delete(&format!("{path}/draft")).await.data(), json!({"planId": id}));
    api.put(&format!("{path}/layout"), json!({"extract": {"x": 1.5}})).await.data();
    assert_eq!(api.get(&path).await.data()["layout"].to_string(), r#"{"extract":{"x":1.5}}"#);
    api.put(&format!("{path}/layout"), json!([1])).await.fails(400, "VALIDATION_ERROR");

    assert!(api.delete(&path).await.data()["archivedAt"].is_string());
    api.post(&format!("{path}/execute"), json!({"options": {"simulate": true}})).await.fails(409, "PLAN_ARCHIVED");
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 0);
    assert_eq!(api.get("/api/plans?archived=true").await.json["pagination"]["total"], 1);
    assert!(api.post(&format!("{path}/restore"), Value::Null).await.data().get("archivedAt").is_none());
    let summary = api.get("/api/plans?view=summary").await.data();
    assert!(summary[0]["stats"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_and_what_is_not_taken() {
    let api = Api::open().await;
    for path in ["/", "/api", "/api/nothing", "/api/plans/", "//api/plans", "/api/templates", "/api/stats"] {
        api.get(path).await.fails(404, "ROUTE_NOT_FOUND");
    }
    let methods =
        [("PATCH", "/api/plans", "GET,HEAD,POST"), ("POST", "/api/health", "GET,HEAD"), ("TRACE", "/api/plans/x", "")];
    for (method, path, allow) in methods {
        let refused = api.with_body(method, path, &[], Value::Null).await;
        refused.fails(405, "METHOD_NOT_ALLOWED");
        assert!(refused.header("allow").expect("it says what it takes").contains(allow));
    }
    let options = api.with_body("OPTIONS", "/api/plans", &[], Value::Null).await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, Some("GET,HEAD,POST")));
    let head = api.with_body("HEAD", "/api/health", &[], Value::Null).await;
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""));
    let refused = api.get("/api/plans/%ff").await;
    assert_eq!(refused.fails(400, "VALIDATION_ERROR")["field"], "path");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_refused() {
    let api = Api::open().await;
    let send = |content_type: Option<&'static str>, body: Vec<u8>| {
        let mut request = Request::post("/api/plans");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        api.send(request.body(Body::from(body)).expect("a request"))
    };
    let json_type = Some("application/json");
    let details = send(json_type, b"{\n \"name\": nope }".to_vec()).await;
    assert_eq!(details.fails(400, "INVALID_JSON")["line"], 2);
    send(json_type, Vec::new()).await.fails(400, "INVALID_JSON");
    send(json_type, vec![b'"', 0xff, b'"']).await.fails(400, "INVALID_JSON");
    send(json_type, "[".repeat(10_000).into_bytes()).await.fails(400, "INVALID_JSON");
    send(json_type, br#"{"name":"a","name":"b"}"#.to_vec()).await.fails(400, "INVALID_JSON");
    send(json_type, b"[]".to_vec()).await.fails(400, "VALIDATION_ERROR");
    send(Some("text/plain"), b"{}".to_vec()).await.fails(415, "UNSUPPORTED_MEDIA_TYPE");
    send(None, b"{}".to_vec()).await.fails(415, "UNSUPPORTED_MEDIA_TYPE");
    send(json_type, vec![b' '; (16 << 20) + 1]).await.fails(413, "PAYLOAD_TOO_LARGE");
    let compressed =
        Request::post("/api/plans").header("content-type", "application/json").header("content-encoding", "gzip");
    api.send(compressed.body(Body::from("{}")).expect("a request")).await.fails(415, "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 0, "nothing is half done");
}

#[tokio::test(flavor = "multi_thread")]
async fn query_parameters_are_read_strictly() {
    let api = Api::open().await;
    for (path, field) in [
        ("/api/plans?limit=0", "limit"),
        ("/api/plans?limit=101", "limit"),
        ("/api/plans?offset=-1", "offset"),
        ("/api/plans?archived=yes", "archived"),
        ("/api/plans?view=full", "view"),
        ("/api/plans?serach=x", "serach"),
        ("/api/plans/executions?status=done", "status"),
        ("/api/plans/executions/x?outputs=all", "outputs"),
        ("/api/hitl/pending?limit=a", "limit"),
        ("/api/plans/x?version=0", "version"),
        ("/api/events?events=everything", "events"),
        ("/api/health?verbose", "verbose"),
    ] {
        let refused = api.get(path).await;
        assert_eq!(refused.fails(400, "VALIDATION_ERROR")["field"], field, "{path}");
    }
    let two = api.get("/api/plans?limit=0&offset=x").await;
    assert_eq!(two.fails(400, "VALIDATION_ERROR")["issues"].as_array().expect("issues").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_listed_all_at_once_form_before_meaning() {
    let api = Api::open().await;
    let plan = json!({"name": "", "steps": [
        {"id": "a", "prompt": "{{b.output}}", "dependsOn": ["b"]},
        {"id": "b", "prompt": "x", "dependsOn": ["a"]}
    ]});
    let refused = api.post("/api/plans", plan.clone()).await;
    let details = refused.fails(400, "VALIDATION_ERROR");
    assert_eq!(details["field"], "name");
    assert_eq!(details["issues"][0]["code"], "VALIDATION_ERROR");
    let checked = api.post("/api/plans/validate", plan).await.data();
    assert_eq!(checked["valid"], false);
    assert_eq!(api.post("/api/plans/validate", review_plan()).await.data()["valid"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_describes_itself() {
    let api = Api::open().await;
    let health = api.get("/api/health").await.data();
    assert_eq!((&health["status"], &health["database"]["status"]), (&json!("ok"), &json!("ok")));
    let openapi = api.get("/api/openapi.json").await;
    assert_eq!(openapi.json["openapi"], "3.1.0");
    let docs = api.get("/api/docs").await;
    assert_eq!(docs.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(docs.header("content-security-policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    let metrics = api.get("/api/metrics").await;
    assert!(metrics.header("content-type").is_some_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
    assert!(metrics.text.contains("planloom_"), "{}", metrics.text);
    assert!(api.get("/api/models").await.data().as_array().is_some_and(|models| models.len() >= 3));
    assert!(api.get("/api/queues").await.data().is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_keys() {
    let api = Api::open().await;
    let settings = api.get("/api/settings").await.data();
    assert_eq!(settings["listener"]["port"], 7317);
    let patched = api.with_body("PATCH", "/api/settings", &[], json!({"evaluator": "sonnet"})).await.data();
    assert_eq!(patched["evaluator"], "sonnet");
    api.with_body("PATCH", "/api/settings", &[], json!({"evaluater": "x"})).await.fails(400, "VALIDATION_ERROR");

    let secret = "sk-canary-0123456789";
    let put = api.put("/api/settings/secrets/anthropic", json!({"value": secret})).await.data();
    assert_eq!(put["set"], true);
    assert!(!api.get("/api/settings").await.text.contains("canary"));
    api.put("/api/settings/secrets/anthropic", json!({"value": ""})).await.fails(400, "VALIDATION_ERROR");
    api.put("/api/settings/secrets/nobody", json!({"value": "x"})).await.fails(404, "PROVIDER_NOT_FOUND");
    assert_eq!(api.delete("/api/settings/secrets/anthropic").await.data()["set"], false);
    let tested = api.post("/api/settings/providers/simulator/test", Value::Null).await.data();
    assert_eq!(tested["ok"], true);
    api.post("/api/settings/providers/nobody/test", Value::Null).await.fails(404, "PROVIDER_NOT_FOUND");

    let made = api.post("/api/settings/keys", json!({"name": "ci", "scopes": ["run", "review"]})).await.data();
    assert!(made["key"].as_str().is_some_and(|key| key.starts_with("dtk_local_")));
    let listed = api.get("/api/settings/keys").await;
    assert!(!listed.text.contains("dtk_local_"), "shown once and never again");
    assert_eq!(listed.data()[0]["scopes"], json!(["run", "review"]));
    let path = format!("/api/settings/keys/{}", made["id"].as_str().expect("an id"));
    assert_eq!(api.delete(&path).await.data()["removed"], true);
    assert_eq!(api.delete(&path).await.data()["removed"], false);
    let main = api.get("/api/settings/keys/main").await.data();
    assert_eq!(main["key"], api.keys.main());
    let renewed = api.post("/api/settings/keys/main/renew", Value::Null).await.data();
    assert_ne!(renewed["key"], main["key"]);
    assert_eq!(renewed["key"], api.keys.main());
}
