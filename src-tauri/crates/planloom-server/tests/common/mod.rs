//! An API on an engine of its own, in a folder of its own, asked through the router in process.

// Each test program uses a part of this.
#![allow(dead_code)]

pub mod wire;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use planloom_engine::settings::Environment;
use planloom_engine::{DataDir, Engine, EngineOptions, Handle, Recover};
use planloom_server::{Keys, ListenerState, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub struct Api {
    pub engine: Engine,
    pub handle: Handle,
    pub router: Router,
    pub keys: Keys,
    pub data: DataDir,
    pub listener: ListenerState,
    _folder: TempDir,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// Null when it is no JSON.
    pub json: Value,
}

impl Answer {
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The data of a success.
    pub fn data(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        assert_eq!(self.json["success"], true);
        self.json["data"].clone()
    }

    /// Asserts a failure of the documented form.
    pub fn fails(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.text);
        assert_eq!(self.json["success"], false);
        let error = &self.json["error"];
        assert!(error["message"].as_str().is_some_and(|message| message.ends_with(['.', '?'])), "a sentence: {error}");
        assert!(error["details"]["issues"].is_array(), "{error}");
        assert_eq!(self.json["meta"]["requestId"].as_str(), self.header("x-request-id"));
        let timestamp = self.json["meta"]["timestamp"].as_str().expect("a timestamp");
        assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{timestamp}");
        &error["details"]
    }
}

/// The plan of the seed document.
pub fn review_plan() -> Value {
    json!({
        "name": "contract-review",
        "description": "Multi-step contract review pipeline",
        "steps": [
            {"id": "extract", "prompt": "Extract key clauses from: {{input.contract}}", "model": "sonnet"},
            {"id": "analyze", "prompt": "Analyze risks in: {{extract.output}}", "model": "opus", "dependsOn": ["extract"]},
            {"id": "report", "prompt": "Generate report from: {{analyze.output}}", "model": "sonnet", "dependsOn": ["analyze"]}
        ],
        "tags": ["legal", "contract"]
    })
}

impl Api {
    pub async fn open() -> Api {
        let folder = tempfile::tempdir().expect("a folder");
        let data = DataDir::at(folder.path().join("data"));
        let engine = Engine::open(EngineOptions {
            data: data.clone(),
            what: "a test".to_owned(),
            environment: Environment::from_iter([("PLANLOOM_KEYCHAIN", "off")]),
            recover: Recover::All,
        });
        let engine = engine.await.expect("an engine");
        let handle = engine.handle();
        let keys = Keys::open(&data).expect("keys");
        let listener = ListenerState::default();
        let router = router(handle.clone(), keys.clone(), listener.clone());
        Api { router, engine, handle, keys, data, listener, _folder: folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.expect("never fails");
        let (parts, body) = answer.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let request_id = parts.headers.get("x-request-id").expect("every answer has an id");
        assert!(request_id.to_str().expect("ASCII").starts_with("req_"));
        assert_eq!(parts.headers.get("cache-control").expect("every answer says so"), "no-store");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status, headers: parts.headers, text, json }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Request::delete(path).body(Body::empty()).expect("a request")).await
    }

    /// With a JSON body; null sends none.
    pub async fn with_body(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Value::Null => Body::empty(),
            body => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
        };
        self.send(request.body(body).expect("a request")).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.with_body("POST", path, &[], body).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.with_body("PUT", path, &[], body).await
    }

    /// Publishes a plan and returns its id.
    pub async fn plan(&self, plan: Value) -> String {
        self.post("/api/plans", plan).await.data()["id"].as_str().expect("an id").to_owned()
    }

    /// Runs a plan of these steps on the simulator and returns the execution's id.
    pub async fn run(&self, steps: Value, mut body: Value) -> String {
        let plan = self.plan(json!({"name": "p", "steps": steps})).await;
        body["options"]["simulate"] = true.into();
        let started = self.post(&format!("/api/plans/{plan}/execute"), body).await;
        started.data()["id"].as_str().expect("an id").to_owned()
    }

    /// Lets prompts direct the simulator.
    pub async fn script(&self) {
        let patch = json!({"simulator": {"directives": true}});
        self.with_body("PATCH", "/api/settings", &[], patch).await.data();
    }

    /// Waits, on the events, until an execution is as wished.
    pub async fn until(&self, id: &str, wished: impl Fn(&Value) -> bool) -> Value {
        let mut frames = self.handle.subscribe(id, None).await.expect("a subscription");
        loop {
            let now = self.get(&format!("/api/plans/executions/{id}")).await.data();
            if wished(&now) {
                return now;
            }
            assert!(frames.next().await.is_some(), "it ended otherwise: {now:#}");
        }
    }

    pub async fn until_status(&self, id: &str, status: &str) -> Value {
        self.until(id, |now| now["status"] == status).await
    }
}
