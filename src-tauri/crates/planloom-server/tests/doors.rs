//! The doors themselves: the TCP listener with its guard, and the private socket.

mod common;

use axum::body::Body;
use axum::http::Request;
use common::wire::{ask, bearer, host, listen, options, raw, read};
use common::{Api, review_plan};
use planloom_engine::DataDir;
use planloom_server::{Error, Limits, LocalClient, api_info, serve, serve_socket};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn the_guard_lets_in_who_may_come_in() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    let key = bearer(&api.keys.main());
    let plans = "GET /api/plans";
    for own in ["localhost", "127.0.0.1:1", "[::1]:9999"] {
        assert_eq!(ask(&served, plans, &[format!("Host: {own}"), key.clone()]).await.status, 200, "{own}");
        let origin = format!("Origin: http://{own}");
        assert_eq!(ask(&served, plans, &[format!("Host: {own}"), key.clone(), origin]).await.status, 200, "{own}");
    }
    for foreign in ["evil.example", "localhost.evil.example", "192.168.0.1", ""] {
        ask(&served, plans, &[format!("Host: {foreign}"), key.clone()]).await.fails(403, "FORBIDDEN_HOST");
    }
    ask(&served, plans, std::slice::from_ref(&key)).await.fails(403, "FORBIDDEN_HOST");
    ask(&served, "GET http://evil.example/api/plans", &[host(), key.clone()]).await.fails(403, "FORBIDDEN_HOST");
    for foreign in ["null", "http://evil.example", "http://localhost:3000", "http://localhost.", "file://"] {
        let refused = ask(&served, plans, &[host(), key.clone(), format!("Origin: {foreign}")]).await;
        refused.fails(403, "FORBIDDEN_ORIGIN");
    }
    let refused = ask(&served, plans, &[host()]).await;
    refused.fails(401, "AUTH_REQUIRED");
    assert!(refused.head.contains("www-authenticate: bearer"));
    let almost = format!("{}0", &key[..key.len() - 1]);
    for wrong in ["Authorization: Basic eDp5", "Authorization: Bearer", "Authorization: Bearer dtk_local_1", &almost] {
        if wrong != key {
            ask(&served, plans, &[host(), wrong.to_owned()]).await.fails(401, "AUTH_INVALID_API_KEY");
        }
    }
    ask(&served, &format!("{plans}?key={}", api.keys.main()), &[host()]).await.fails(401, "AUTH_REQUIRED");
    for open in ["/api/health", "/api/openapi.json", "/api/docs"] {
        assert_eq!(ask(&served, &format!("GET {open}"), &[host()]).await.status, 200, "{open}");
        ask(&served, &format!("GET {open}"), &["Host: evil.example".to_owned()]).await.fails(403, "FORBIDDEN_HOST");
    }
    ask(&served, "GET /api/nothing", &[host()]).await.fails(401, "AUTH_REQUIRED");
    ask(&served, "GET /api/nothing", &[host(), key.clone()]).await.fails(404, "ROUTE_NOT_FOUND");
    let old = api.keys.main();
    api.keys.renew().expect("a new key");
    ask(&served, plans, &[host(), bearer(&old)]).await.fails(401, "AUTH_INVALID_API_KEY");
    assert_eq!(ask(&served, plans, &[host(), bearer(&api.keys.main())]).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_scopes_may_do_that_and_no_more() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    let make = |scope: &'static str| {
        let api = &api;
        async move {
            let made = api.post("/api/settings/keys", json!({"name": scope, "scopes": [scope]})).await.data();
            bearer(made["key"].as_str().expect("a key"))
        }
    };
    let (read, run, review) = (make("read").await, make("run").await, make("review").await);
    let refused = "AUTH_INSUFFICIENT_PERMISSIONS";
    for key in [&read, &run, &review] {
        assert_eq!(ask(&served, "GET /api/plans", &[host(), key.clone()]).await.status, 200);
        ask(&served, "GET /api/settings", &[host(), key.clone()]).await.fails(403, refused);
        ask(&served, "GET /api/settings/keys/main", &[host(), key.clone()]).await.fails(403, refused);
        ask(&served, "DELETE /api/settings/secrets/anthropic", &[host(), key.clone()]).await.fails(403, refused);
    }
    for (line, allowed, code) in
        [("POST /api/plans/x/execute", &run, "PLAN_NOT_FOUND"), ("POST /api/hitl/x/approve", &review, "TASK_NOT_FOUND")]
    {
        for key in [&read, &run, &review] {
            let answer = ask(&served, line, &[host(), key.clone(), "Content-Length: 0".to_owned()]).await;
            if key == allowed { answer.fails(404, code) } else { answer.fails(403, refused) }
        }
    }
    // Drafts are for those who may review.
    let id = api.run(json!([{"id": "a", "prompt": "x", "requiresApproval": true}]), json!({})).await;
    api.until_status(&id, "paused").await;
    let line = format!("GET /api/plans/executions/{id}");
    for (key, shown) in [(&read, false), (&run, false), (&review, true)] {
        let answer = ask(&served, &line, &[host(), key.clone()]).await;
        assert_eq!(answer.json["data"]["steps"]["a"].get("draft").is_some(), shown, "{answer:?}");
        let detail = ask(&served, &format!("{line}/steps/a"), &[host(), key.clone()]).await;
        assert!(detail.json["data"]["step"].is_object());
        assert_eq!(detail.json["data"]["step"].get("draft").is_some(), shown, "{detail:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_the_settings_allow_may_call() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    let patch = json!({"listener": {"allowedOrigins": ["http://localhost:3000"]}});
    api.with_body("PATCH", "/api/settings", &[], patch).await.data();
    let origin = "Origin: http://localhost:3000".to_owned();
    let ask_first = "Access-Control-Request-Method: POST".to_owned();
    let preflight = ask(&served, "OPTIONS /api/plans", &[host(), origin.clone(), ask_first.clone()]).await;
    assert_eq!(preflight.status, 204);
    assert!(preflight.head.contains("access-control-allow-origin: http://localhost:3000"));
    assert!(preflight.head.contains("access-control-allow-headers: authorization,"));
    let answer = ask(&served, "GET /api/plans", &[host(), origin.clone(), bearer(&api.keys.main())]).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer.head.contains("access-control-allow-origin: http://localhost:3000")
            && answer.head.contains("vary: origin")
    );
    let other = "Origin: http://localhost:3001".to_owned();
    ask(&served, "OPTIONS /api/plans", &[host(), other, ask_first]).await.fails(403, "FORBIDDEN_ORIGIN");
    assert_eq!(ask(&served, "GET /api/plans", &[host(), origin]).await.status, 401, "an origin is no key");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_are_let_go() {
    let api = Api::open().await;
    let limits = Limits { head_ms: 100, body_pause_ms: 100, ..Limits::default() };
    let served = listen(&api, limits).await;
    let address = served.addresses()[0];
    // A head that never ends: the connection is closed.
    assert_eq!(raw(address, b"GET /api/plans HTTP/1.1\r\nHost: localhost\r\n").await.json, Value::Null);
    // Nothing at all.
    raw(address, b"").await;
    // A body that never ends.
    let head = format!(
        "POST /api/plans HTTP/1.1\r\nHost: localhost\r\n{}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        bearer(&api.keys.main())
    );
    let answer = raw(address, head.as_bytes()).await;
    answer.fails(408, "REQUEST_TIMEOUT");
    assert!(answer.head.contains("connection: close"));
    // The same without a key: refused for that.
    let head = "POST /api/plans HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{";
    raw(address, head.as_bytes()).await.fails(401, "AUTH_REQUIRED");
    assert_eq!(api.get("/api/plans").await.json["pagination"]["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn large_bodies_get_their_answer() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    let size = (16 << 20) + 1;
    let head = format!(
        "POST /api/plans HTTP/1.1\r\nHost: localhost\r\n{}\r\nContent-Type: application/json\r\n",
        bearer(&api.keys.main())
    );
    let mut with_length = format!("{head}Content-Length: {size}\r\n\r\n").into_bytes();
    with_length.resize(with_length.len() + size, b' ');
    raw(served.addresses()[0], &with_length).await.fails(413, "PAYLOAD_TOO_LARGE");
    let mut chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n").into_bytes();
    chunked.resize(chunked.len() + size, b' ');
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    raw(served.addresses()[0], &chunked).await.fails(413, "PAYLOAD_TOO_LARGE");
    // Who asks before sending is told at once.
    let asking = format!("{head}Connection: close\r\nContent-Length: {size}\r\nExpect: 100-continue\r\n\r\n");
    raw(served.addresses()[0], asking.as_bytes()).await.fails(413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_at_a_time() {
    let api = Api::open().await;
    let served = listen(&api, Limits { connections: 1, head_ms: 60_000, ..Limits::default() }).await;
    let first = TcpStream::connect(served.addresses()[0]).await.expect("a connection");
    let head = [host()];
    let (second, ()) = tokio::join!(ask(&served, "GET /api/health", &head), async {
        tokio::task::yield_now().await;
        drop(first);
    });
    assert_eq!(second.status, 200, "it waits for the first to leave");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_listener_is_on_loopback_and_says_where() {
    let api = Api::open().await;
    assert!(api_info(&api.data).await.expect("readable").is_none());
    let served = listen(&api, Limits::default()).await;
    let port = served.addresses()[0].port();
    assert!(served.addresses().iter().all(|address| address.ip().is_loopback() && address.port() == port));
    for address in served.addresses() {
        assert_eq!(
            raw(*address, b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.status,
            200
        );
    }
    assert!(api_info(&api.data).await.expect("readable").is_none(), "a note alone proves nothing");
    let socket = serve_socket(api.router.clone(), &api.data).await.expect("a socket");
    let info = api_info(&api.data).await.expect("readable").expect("it listens");
    assert_eq!((info.url.as_str(), info.key), (served.url(), api.keys.main()));
    let taken = serve(options(&api, Limits::default()), port);
    assert!(matches!(taken.await, Err(Error::PortTaken(taken)) if taken == port));
    let note = api.data.path().join("listener.json");
    let mine = std::fs::read_to_string(&note).expect("a note");
    let pid = std::process::id();
    std::fs::write(&note, mine.replace(&pid.to_string(), &(pid + 1).to_string())).expect("writable");
    assert!(api_info(&api.data).await.expect("readable").is_none(), "another process wrote it");
    served.shut_down().await;
    assert!(!note.exists());
    socket.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_door_that_closes_ends_its_event_streams() {
    let api = Api::open().await;
    let served = listen(&api, Limits::default()).await;
    let mut stream = TcpStream::connect(served.addresses()[0]).await.expect("a connection");
    let request = format!("GET /api/events HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n", bearer(&api.keys.main()));
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut start = [0; 15];
    stream.read_exact(&mut start).await.expect("the head");
    assert_eq!(&start, b"HTTP/1.1 200 OK");
    let begun = std::time::Instant::now();
    served.shut_down().await;
    let rest = read(&mut stream).await;
    assert!(rest.head.contains("text/event-stream"));
    assert!(begun.elapsed() < std::time::Duration::from_secs(4), "it did not wait to be forced");
}

async fn over_the_socket(data: &DataDir) -> u16 {
    let mut client = LocalClient::connect(data).await.expect("somebody is there");
    let plan = Request::post("/api/plans")
        .header("content-type", "application/json")
        .body(Body::from(review_plan().to_string()))
        .expect("a request");
    client.send(plan).await.expect("an answer");
    let settings = Request::get("/api/settings").body(Body::empty()).expect("a request");
    client.send(settings).await.expect("an answer").status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_private_socket_asks_for_no_key() {
    let api = Api::open().await;
    assert!(matches!(LocalClient::connect(&api.data).await, Err(Error::NobodyThere)));
    // What a dead process left behind is replaced.
    std::fs::write(api.data.socket(), "").expect("writable");
    let socket = serve_socket(api.router.clone(), &api.data).await.expect("a socket");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(api.data.socket()).expect("a socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(over_the_socket(&api.data).await, 200);
    socket.shut_down().await;
    assert!(matches!(LocalClient::connect(&api.data).await, Err(Error::NobodyThere)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_path_too_long_for_a_socket_has_one_elsewhere() {
    let api = Api::open().await;
    let long = DataDir::at(api.data.path().join("x".repeat(120)));
    long.create().expect("a folder");
    let socket = serve_socket(api.router.clone(), &long).await.expect("a socket");
    let note = long.path().join("planloom.sock.path");
    let place = std::path::PathBuf::from(std::fs::read_to_string(&note).expect("a note"));
    assert_eq!(over_the_socket(&long).await, 200);
    socket.shut_down().await;
    assert!(!place.exists() && !place.parent().expect("a folder").exists() && !note.exists());
}
