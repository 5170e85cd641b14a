//! A provider's key: goes in, is used, and is never seen again, wherever somebody looks.

use std::path::Path;

use planloom_tests::parts::{Echo, Reply, Request, Wire, mock, unique_key};
use planloom_tests::{Program, run};
use serde_json::{Value, json};

fn hello(model: &str) -> Value {
    json!({"name": "hello", "steps": [{"id": "hello", "prompt": "Please say hello.", "model": model}]})
}

async fn run_plan(program: &Program, plan: Value) -> Value {
    let plan = program.plan(plan).await;
    let id = program.execute(&plan, json!({})).await;
    program.until_ended(&id).await
}

fn refuse(_: &Request) -> Reply {
    (401, "application/json", json!({"error": {"type": "authentication_error", "message": "no"}}).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_goes_to_the_address_that_it_was_entered_for_and_to_no_other() {
    let (first, second) = (Echo::start(refuse).await, Echo::start(refuse).await);
    let program = Program::start().await;
    let address = |url: &str| json!({"providers": {"anthropic": {"baseUrl": url}}});
    program.patch("/settings", address(&first.url)).await.data();
    let key = unique_key("bound");
    let kept = program.put("/settings/secrets/anthropic", json!({"value": key})).await;
    assert_eq!(kept.data(), &json!({"set": true, "source": "file"}));

    let ended = run_plan(&program, hello("sonnet")).await;
    assert_eq!(ended["steps"]["hello"]["error"]["code"], "PROVIDER_AUTH", "{ended:#}");
    let bearer = format!("Bearer {key}");
    assert_eq!(first.requests()[0].header("authorization"), Some(bearer.as_str()));

    // Another address: the key is void, and stays so when the first one comes back.
    let changed = program.patch("/settings", address(&second.url)).await;
    assert_eq!(changed.data()["providers"]["anthropic"]["secret"], json!({"set": false}));
    run_plan(&program, hello("sonnet")).await;
    let back = program.patch("/settings", address(&first.url)).await;
    assert_eq!(back.data()["providers"]["anthropic"]["secret"], json!({"set": false}));
    run_plan(&program, hello("sonnet")).await;
    let sent = [second.requests(), first.requests().split_off(1)].concat();
    assert_eq!(sent.len(), 2);
    for request in sent {
        assert_eq!((request.header("authorization"), request.header("x-api-key")), (None, None), "{request:?}");
    }

    // A server far away is not called without a key at all.
    program.patch("/settings", address("https://models.example.com")).await.data();
    let plan = program.plan(hello("sonnet")).await;
    let refused = program.post(&format!("/plans/{plan}/execute"), json!({})).await;
    assert_eq!((refused.status.as_u16(), refused.code()), (409, "PROVIDER_NOT_CONFIGURED"), "{}", refused.text);
    assert!(refused.text.contains("/api/settings/secrets/anthropic"), "it says what to do: {}", refused.text);
    let models = program.get("/models").await;
    assert_eq!(models.data()[0]["canRun"], false, "{}", models.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_key_does_not_follow_an_address_of_the_settings() {
    let (meant, other) = (Echo::start(refuse).await, Echo::start(refuse).await);
    let key = unique_key("environment");
    let program = Wire::OpenAi.program(&meant.url, &key).await;
    run_plan(&program, hello("openai:m")).await;
    let address = json!({"providers": {"openai": {"baseUrl": format!("{}/v1", other.url)}}});
    program.patch("/settings", address).await.data();
    run_plan(&program, hello("openai:m")).await;
    assert_eq!(meant.requests()[0].header("authorization"), Some(format!("Bearer {key}").as_str()));
    assert_eq!(other.requests()[0].header("authorization"), None);
}

/// A server that repeats the key that it was sent, as some do.
fn tell_tale(request: &Request) -> Reply {
    let key = request.header("authorization").unwrap_or_default().trim_start_matches("Bearer ");
    let message = format!("Incorrect API key provided: {key}. It was {key}!");
    (401, "application/json", json!({"error": {"type": "authentication_error", "message": message}}).to_string())
}

/// Every GET of the API that has something to say about a run, and the tests of the providers.
async fn everything_said(program: &Program, executions: &[Value]) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let paths = [
        "/settings",
        "/models",
        "/queues",
        "/metrics",
        "/health",
        "/plans",
        "/plans?view=summary",
        "/plans/executions",
        "/hitl/pending",
        "/openapi.json",
    ];
    let mut paths: Vec<String> = paths.map(str::to_owned).into();
    for execution in executions {
        let id = execution["id"].as_str().expect("an id");
        paths.push(format!("/plans/executions/{id}"));
        paths.push(format!("/plans/executions/{id}/steps/hello"));
        // It has ended, so the stream does too.
        paths.push(format!("/plans/executions/{id}/events"));
        paths.push(format!("/plans/{}", execution["planId"].as_str().expect("an id")));
    }
    for path in paths {
        let answer = program.get(&path).await;
        said.push((path, format!("{:?} {}", answer.headers, answer.text)));
    }
    for provider in ["anthropic", "openai", "simulator"] {
        let answer = program.post(&format!("/settings/providers/{provider}/test"), json!({})).await;
        said.push((format!("the test of {provider}"), answer.text));
    }
    said
}

/// The files below `folder` that hold `word`.
fn files_with(folder: &Path, word: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_with(&path, word, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            // Sockets cannot be read, and hold nothing.
            if bytes.windows(word.len()).any(|window| window == word.as_bytes()) {
                found.push(path.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_is_found_in_the_file_of_secrets_alone() {
    let Some(mock) = mock("secrets: canary") else { return };
    let tell_tale = Echo::start(tell_tale).await;
    let (stored, environment) = (unique_key("canary"), unique_key("wild-canary"));
    let base_url = format!("{}/v1", tell_tale.url);
    let program = Program::start_with(&[
        ("PLANLOOM_LOG", "trace"),
        ("OPENAI_BASE_URL", &base_url),
        ("OPENAI_API_KEY", &environment),
    ])
    .await;
    program.patch("/settings", json!({"providers": {"anthropic": {"baseUrl": mock}}})).await.data();
    let kept = program.put("/settings/secrets/anthropic", json!({"value": stored})).await;
    let mut said = vec![("the answer to PUT".to_owned(), kept.text)];
    // One that is refused must not come back in the refusal either.
    let refused = program.put("/settings/secrets/openai", json!({"value": format!("{stored} with a blank")})).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    said.push(("the refusal of a key".to_owned(), refused.text));
    let misplaced = json!({"providers": {"anthropic": {"apiKey": stored}}});
    let refused = program.patch("/settings", misplaced).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    said.push(("the refusal of a key among settings".to_owned(), refused.text));

    let good = run_plan(&program, hello("sonnet")).await;
    assert_eq!(good["steps"]["hello"]["output"], "Hello!", "{good:#}");
    let bad = run_plan(&program, hello("openai:m")).await;
    let error = &bad["steps"]["hello"]["error"];
    assert_eq!(error["code"], "PROVIDER_AUTH", "{bad:#}");
    assert!(error["message"].as_str().expect("a text").contains("Incorrect API key provided"), "{error:#}");
    assert_eq!(tell_tale.requests()[0].header("authorization"), Some(format!("Bearer {environment}").as_str()));

    for ended in [&good, &bad] {
        let export = run(&program.data, &["export", ended["id"].as_str().expect("an id")]).await;
        assert!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
        said.push(("export".to_owned(), String::from_utf8_lossy(&export.stdout).into_owned()));
    }
    said.extend(everything_said(&program, &[good, bad]).await);
    let data = program.data.clone();
    let backup = data.with_file_name("backup");
    let cli = run(&data, &["backup", backup.to_str().expect("UTF-8")]).await;
    assert!(cli.status.success() && backup.exists(), "{}", String::from_utf8_lossy(&cli.stderr));
    said.push(("backup".to_owned(), String::from_utf8_lossy(&[cli.stdout, cli.stderr].concat()).into_owned()));
    let errors = program.said();
    assert!(errors.contains("answer of a provider"), "the log was not at its fullest: {errors}");
    said.push(("standard error".to_owned(), errors));
    let (_, folder) = program.stop().await;

    for canary in [&stored, &environment] {
        for (place, text) in &said {
            assert!(!text.contains(canary.as_str()), "{place} says the key: {text}");
        }
        let mut found = Vec::new();
        files_with(folder.as_ref().expect("its folder").path(), canary, &mut found);
        let expected: &[&str] = if canary == &stored { &["secrets.json"] } else { &[] };
        assert_eq!(found, expected, "files with a key in them");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_changed_and_forgotten_at_once() {
    let Some(mock) = mock("secrets: change") else { return };
    let program = Program::start().await;
    program.patch("/settings", json!({"providers": {"openai": {"baseUrl": format!("{mock}/v1")}}})).await.data();
    for key in [unique_key("one"), unique_key("two")] {
        program.put("/settings/secrets/openai", json!({"value": key})).await.data();
        assert_eq!(run_plan(&program, hello("openai:m")).await["status"], "completed");
        let journal = planloom_tests::answer(program.http.get(format!("{mock}/__aimock/journal?testId={key}"))).await;
        assert_eq!(journal.json.as_array().map(Vec::len), Some(1), "{key} was sent once: {}", journal.text);
    }
    assert_eq!(program.delete("/settings/secrets/openai").await.data(), &json!({"set": false}));
    let settings = program.get("/settings").await;
    assert_eq!(settings.data()["providers"]["openai"]["secret"], json!({"set": false}));
    let unknown = program.put("/settings/secrets/opnai", json!({"value": "sk-x"})).await;
    assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "PROVIDER_NOT_FOUND"), "{}", unknown.text);
}
