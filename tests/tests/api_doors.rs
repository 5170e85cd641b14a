//! Who gets in through the listener, what a request may be like, and clients that behave badly.

use std::time::Duration;

use planloom_tests::samples::{contract_review, plan_of, simulated};
use planloom_tests::wire::{connect, exchange, read_all, reply};
use planloom_tests::{Answer, Program, answer};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

const MIB: usize = 1 << 20;

/// A request as bytes, with the key.
fn raw(program: &Program, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let host = program.url.trim_start_matches("http://");
    let mut request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n",
        program.key,
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

const POST: &str = "POST /api/plans";
const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn only_this_machine_by_its_own_names() {
    let program = Program::start().await;
    let port = program.url.rsplit(':').next().expect("a port").to_owned();
    let ask = async |host: &str, origin: &str| {
        let origin = if origin.is_empty() { String::new() } else { format!("Origin: {origin}\r\n") };
        let head = format!(
            "GET /api/plans HTTP/1.1\r\nHost: {host}\r\n{origin}Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
            program.key
        );
        exchange(&program, head.as_bytes()).await
    };
    for host in ["127.0.0.1", "localhost", "[::1]", "LOCALHOST:9", &format!("127.0.0.1:{port}")] {
        assert_eq!(ask(host, "").await.status, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:7317", "0.0.0.0", "localhost:port"] {
        let refused = ask(host, "").await;
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN_HOST"), "{host}");
        assert!(refused.head.to_ascii_lowercase().contains("x-request-id:"));
    }
    let own = format!("127.0.0.1:{port}");
    assert_eq!(ask(&own, &format!("http://{own}")).await.status, 200);
    for origin in ["null", "http://evil.example", "https://localhost.evil.example", "file://"] {
        let refused = ask(&own, origin).await;
        assert_eq!((refused.status, refused.code()), (403, "FORBIDDEN_ORIGIN"), "{origin}");
        assert!(!refused.head.to_ascii_lowercase().contains("access-control-"), "{}", refused.head);
    }
    let allowed = json!({"listener": {"allowedOrigins": ["http://localhost:5173"]}});
    program.patch("/settings", allowed).await.data();
    let shared = ask(&own, "http://localhost:5173").await;
    assert_eq!(shared.status, 200);
    assert!(shared.head.to_ascii_lowercase().contains("access-control-allow-origin: http://localhost:5173"));
}

#[tokio::test]
async fn keys_and_what_they_may() {
    let program = Program::start().await;
    let with = async |key: Option<&str>, method: Method, path: &str| -> Answer {
        let mut request = program.http.request(method, format!("{}/api{path}", program.url));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        answer(request).await
    };
    let refused = with(None, Method::GET, "/plans").await;
    refused.refused(401, "AUTH_REQUIRED");
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    for key in ["", "x", "dtk_local_0", &program.key[..program.key.len() - 1], &format!("dtk_local_{}", "0".repeat(64))]
    {
        with(Some(key), Method::GET, "/plans").await.refused(401, "AUTH_INVALID_API_KEY");
    }
    // A key in a query is no key.
    with(None, Method::GET, &format!("/plans?key={}", program.key)).await.refused(401, "AUTH_REQUIRED");
    for open in ["/health", "/openapi.json", "/docs"] {
        assert_eq!(with(None, Method::GET, open).await.status, 200, "{open}");
    }
    let health = with(None, Method::GET, "/health").await;
    assert!(!health.text.contains(program.data.to_str().expect("text")), "nothing private: {}", health.text);

    let make = async |scopes: &[&str]| {
        let made = program.post("/settings/keys", json!({"name": scopes.join("+"), "scopes": scopes})).await;
        (made.data()["key"].as_str().expect("a key").to_owned(), made.data()["id"].as_str().expect("an id").to_owned())
    };
    let (read, read_id) = make(&["read"]).await;
    let (run, _) = make(&["run"]).await;
    let (review, _) = make(&["review"]).await;
    let forbidden = "AUTH_INSUFFICIENT_PERMISSIONS";
    for key in [&read, &run, &review] {
        assert_eq!(with(Some(key), Method::GET, "/plans").await.status, 200);
        with(Some(key), Method::GET, "/settings").await.refused(403, forbidden);
        with(Some(key), Method::PUT, "/settings/secrets/anthropic").await.refused(403, forbidden);
    }
    with(Some(&read), Method::POST, "/plans/x/execute").await.refused(403, forbidden);
    with(Some(&review), Method::POST, "/plans/x/execute").await.refused(403, forbidden);
    with(Some(&run), Method::POST, "/plans/x/execute").await.refused(404, "PLAN_NOT_FOUND");
    with(Some(&run), Method::POST, "/hitl/x/approve").await.refused(403, forbidden);
    with(Some(&review), Method::POST, "/hitl/x/approve").await.refused(404, "TASK_NOT_FOUND");

    // A draft is for those who may review.
    let id = program.run_steps(json!([{"id": "a", "prompt": "x", "requiresApproval": true}])).await;
    program.until_asked(&id, "a").await;
    let path = format!("/plans/executions/{id}");
    let draft = async |key: &str| with(Some(key), Method::GET, &path).await.data()["steps"]["a"].get("draft").is_some();
    assert!(draft(&review).await && draft(&program.key).await);
    assert!(!draft(&read).await && !draft(&run).await);

    program.delete(&format!("/settings/keys/{read_id}")).await.data();
    with(Some(&read), Method::GET, "/plans").await.refused(401, "AUTH_INVALID_API_KEY");
    let renewed =
        program.post("/settings/keys/main/renew", json!({})).await.data()["key"].as_str().expect("a key").to_owned();
    with(Some(&program.key), Method::GET, "/plans").await.refused(401, "AUTH_INVALID_API_KEY");
    assert_eq!(with(Some(&renewed), Method::GET, "/plans").await.status, 200);
    assert_eq!(std::fs::read_to_string(program.data.join("api-key")).expect("the file").trim(), renewed);
}

#[tokio::test]
async fn bodies_that_are_no_requests() {
    let program = Program::start().await;
    let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
    let cases: Vec<(u16, &str, &str, Vec<u8>)> = vec![
        (400, "INVALID_JSON", JSON, b"{\"name\": \"x\",\n  nonsense}".to_vec()),
        (400, "INVALID_JSON", JSON, b"".to_vec()),
        (400, "INVALID_JSON", JSON, b"{\"name\": \"\xff\xfe\"}".to_vec()),
        (400, "INVALID_JSON", JSON, b"{\"name\": \"x\"} {}".to_vec()),
        (400, "INVALID_JSON", JSON, b"{\"a\": NaN}".to_vec()),
        (400, "INVALID_JSON", JSON, deep),
        (400, "VALIDATION_ERROR", JSON, b"[]".to_vec()),
        (400, "VALIDATION_ERROR", JSON, b"null".to_vec()),
        (415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: text/plain\r\n", b"{}".to_vec()),
        (415, "UNSUPPORTED_MEDIA_TYPE", "", b"{}".to_vec()),
        (415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: application/x-www-form-urlencoded\r\n", b"name=x".to_vec()),
    ];
    for (status, code, headers, body) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let refused = exchange(&program, &raw(&program, POST, headers, &body)).await;
        assert_eq!((refused.status, refused.code()), (status, code), "{shown}: {:?}", refused.body);
    }
    let placed = exchange(&program, &raw(&program, POST, JSON, b"{\"name\": \"x\",\n  nonsense}")).await;
    assert_eq!(
        (&placed.body["error"]["details"]["line"], &placed.body["error"]["details"]["column"]),
        (&json!(2), &json!(3))
    );
    let charset = "Content-Type: application/json; charset=utf-8\r\n";
    let plan = plan_of(json!([{"id": "a", "prompt": "x"}])).to_string();
    assert_eq!(exchange(&program, &raw(&program, POST, charset, plan.as_bytes())).await.status, 201);
    for (method, path) in
        [("PATCH", "/api/plans"), ("DELETE", "/api/plans"), ("PUT", "/api/hitl/pending"), ("TRACE", "/api/plans")]
    {
        let refused = exchange(&program, &raw(&program, &format!("{method} {path}"), "", b"")).await;
        assert_eq!((refused.status, refused.code()), (405, "METHOD_NOT_ALLOWED"), "{method} {path}");
        assert!(refused.head.to_ascii_lowercase().contains("\r\nallow:"), "{}", refused.head);
    }
}

#[tokio::test]
async fn sixteen_mebibytes_and_one_byte() {
    let program = Program::start().await;
    let plan = plan_of(json!([{"id": "a", "prompt": "x"}])).to_string();
    // JSON ends in any amount of white space.
    let whole = [plan.into_bytes(), vec![b' '; 16 * MIB]].concat();
    let fits = exchange(&program, &raw(&program, POST, JSON, &whole[..16 * MIB])).await;
    assert_eq!(fits.status, 201, "{:?}", fits.body);
    let over = exchange(&program, &raw(&program, POST, JSON, &whole[..=16 * MIB])).await;
    assert_eq!((over.status, over.code()), (413, "PAYLOAD_TOO_LARGE"));

    // A body that never ends is refused while it is still being sent.
    let mut stream = connect(&program).await;
    let host = program.url.trim_start_matches("http://");
    let head = format!(
        "{POST} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n",
        program.key
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
    let chunk = [format!("{MIB:x}\r\n").into_bytes(), vec![b' '; MIB], b"\r\n".to_vec()].concat();
    let (mut receive, mut send) = stream.into_split();
    let sending = tokio::spawn(async move { while send.write_all(&chunk).await.is_ok() {} });
    let mut answer = Vec::new();
    let reading = async {
        let mut piece = [0; 4096];
        while let Ok(count) = tokio::io::AsyncReadExt::read(&mut receive, &mut piece).await {
            if count == 0 {
                break;
            }
            answer.extend_from_slice(&piece[..count]);
        }
    };
    tokio::time::timeout(planloom_tests::PATIENCE, reading).await.expect("it is given up");
    sending.abort();
    let refused = reply(&answer);
    assert_eq!((refused.status, refused.code()), (413, "PAYLOAD_TOO_LARGE"));
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 1);
}

#[tokio::test]
async fn slow_clients_are_given_up_and_hold_nobody() {
    let program = Program::start().await;
    let host = program.url.trim_start_matches("http://").to_owned();
    // One dribbles its head, one stops in its body, one says nothing at all.
    let mut head = connect(&program).await;
    let mut body = connect(&program).await;
    let mut silent = connect(&program).await;
    let start = format!(
        "{POST} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n{JSON}Content-Length: 100\r\n\r\n{{",
        program.key
    );
    body.write_all(start.as_bytes()).await.expect("it reads");
    let dribbling = async {
        let mut sent = 0;
        for byte in format!("GET /api/plans HTTP/1.1\r\nHost: {host}\r\nX-Slow: {}", "x".repeat(1_000)).bytes() {
            if head.write_all(&[byte]).await.is_err() {
                break;
            }
            sent += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        sent
    };
    let (sent, stalled, silence) = tokio::join!(dribbling, read_all(&mut body), read_all(&mut silent));
    assert!(sent < 400, "a head may take ten seconds, it took {sent} tenths");
    let stalled = reply(&stalled);
    assert_eq!((stalled.status, stalled.code()), (408, "REQUEST_TIMEOUT"));
    assert!(silence.is_empty() || reply(&silence).status == 408);
    assert_eq!(program.get("/health").await.status, 200);
}

#[tokio::test]
async fn many_idle_connections_do_not_lock_others_out_for_long() {
    let program = Program::start().await;
    let mut idle = Vec::new();
    for _ in 0..600 {
        idle.push(connect(&program).await);
    }
    // The listener's places are taken; it frees them when the heads do not come.
    assert_eq!(program.get("/health").await.status, 200);
}

#[tokio::test]
async fn once_is_once() {
    let program = Program::start().await;
    let id = program.plan(contract_review()).await;
    let path = format!("/plans/{id}/execute");
    let mut body = simulated();
    body["input"] = json!({"contract": "x", "n": 1.50});
    let send = async |key: &str, body: &Value| {
        answer(program.request(Method::POST, &path).header("idempotency-key", key).json(body)).await
    };
    let first = send("one", &body).await;
    assert_eq!((first.status.as_u16(), first.headers.get("idempotency-replayed")), (201, None));
    let mut turned = json!({"options": body["options"]});
    turned["input"] = json!({"n": 1.50, "contract": "x"});
    let again = send("one", &turned).await;
    assert_eq!(
        (again.status, again.text.as_str()),
        (first.status, first.text.as_str()),
        "the first answer again, whatever the order of keys"
    );
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["location"], first.headers["location"]);
    body["input"]["n"] = 2.into();
    send("one", &body).await.refused(409, "IDEMPOTENCY_CONFLICT");
    // Twins at the same time.
    let twins = futures_util::future::join_all((0..8).map(|_| send("twins", &body))).await;
    let ids: std::collections::BTreeSet<&str> =
        twins.iter().map(|twin| twin.data()["id"].as_str().expect("an id")).collect();
    assert_eq!(ids.len(), 1);
    let replays = twins.iter().filter(|twin| twin.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replays, 7);
    assert_eq!(program.get("/plans/executions").await.json["pagination"]["total"], 2);
    // Failures and dry runs are not stored.
    let mut wrong = body.clone();
    wrong["input"] = json!({});
    send("later", &wrong).await.refused(400, "MISSING_INPUT");
    let mut dry = body.clone();
    dry["options"]["dryRun"] = true.into();
    assert_eq!(send("later", &dry).await.status, 200);
    assert_eq!(send("later", &body).await.status, 201);
    // The same key on another route is another request.
    let other = program.request(Method::POST, "/plans").header("idempotency-key", "one").json(&contract_review());
    assert_eq!(answer(other).await.status, 201);
    send("", &body).await.refused(400, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_key_is_remembered_over_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let send = async |program: &Program| {
        answer(program.request(Method::POST, "/plans").header("idempotency-key", "k").json(&contract_review())).await
    };
    let program = Program::start_at(&data, &[]).await;
    let first = send(&program).await;
    program.kill().await;
    let program = Program::start_at(&data, &[]).await;
    let again = send(&program).await;
    assert_eq!(again.text, first.text);
    assert_eq!(again.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let program = Program::start().await;
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/plans", "/nothing", "/plans?limit=0", "/health", "/openapi.json", "/docs", "/metrics", "/settings"] {
        let answer = program.get(path).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert!(
            !answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("access-control-allow-origin"),
            "{path}"
        );
        assert!(!answer.status.is_redirection(), "{path}");
        ids.insert(answer.headers["x-request-id"].to_str().expect("text").to_owned());
    }
    assert_eq!(ids.len(), 8, "each its own");
    let described = program.get("/openapi.json").await;
    assert!(described.json["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}
