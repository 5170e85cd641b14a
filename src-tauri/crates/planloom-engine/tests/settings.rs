//! Settings: patches, what the environment adds, what names mean, and that no key is anywhere in them.

use planloom_core::usage::Prices;
use planloom_engine::registry::{ChangeError, Registry, Unready};
use planloom_engine::secrets::{Source, Status};
use planloom_engine::settings::{Environment, Origin, ProviderKind, ResolveError, Settings};
use planloom_providers::Secret;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

const CANARY: &str = "sk-canary-5d1f0c";

fn bundled() -> Settings {
    Settings::bundled(Environment::default())
}

fn patched(patch: Value) -> Settings {
    bundled().patch(&patch).unwrap_or_else(|problems| panic!("{patch}: {problems:?}")).settings
}

fn environment(vars: &[(&str, &str)]) -> Environment {
    vars.iter().copied().chain([("PLANLOOM_KEYCHAIN", "off")]).collect()
}

fn registry(folder: &tempfile::TempDir, vars: &[(&str, &str)]) -> Registry {
    Registry::open(None, folder.path(), environment(vars)).expect("bundled settings are right")
}

async fn change(registry: &Registry, patch: Value) {
    let stored = registry.change(&patch, |_| async { Ok::<(), Infallible>(()) }).await;
    stored.unwrap_or_else(|error| panic!("{patch}: {error:?}"));
}

/// `(field, rule, part of the message)` of every problem of a patch.
fn check(patch: Value, expected: &[(&str, &str, &str)]) {
    let problems = bundled().patch(&patch).expect_err("the patch is wrong");
    let found: Vec<_> = problems.iter().map(|problem| (problem.field.as_str(), problem.rule.as_str())).collect();
    let wanted: Vec<_> = expected.iter().map(|(field, rule, _)| (*field, *rule)).collect();
    assert_eq!(found, wanted, "{patch}: {problems:#?}");
    for (problem, (_, _, words)) in problems.iter().zip(expected) {
        assert!(problem.message.contains(words), "{}", problem.message);
    }
}

#[test]
fn a_wrong_patch_is_refused_with_every_problem() {
    check(json!([]), &[("", "type", "must be an object")]);
    check(json!({"provider": {}}), &[("provider", "unknownField", "did you mean `providers`?")]);
    check(
        json!({"listener": {"prot": 1, "port": 70000}, "texts": {"keepDays": 0}}),
        &[
            ("listener.port", "maximum", "from 0 to 65535"),
            ("listener.prot", "unknownField", "did you mean `port`?"),
            ("texts.keepDays", "minimum", "from 1"),
        ],
    );
    check(
        json!({"providers": {"openai": {"baseUrl": "localhost:1"}, "x": {"kind": "openai"}, "y": {"baseURL": "http://a"}, "a:b": {"kind": "openai"}}}),
        &[
            ("providers.openai.baseUrl", "url", "must begin with http: or https:"),
            ("providers.x.baseUrl", "required", "with its `/v1`"),
            ("providers.y.kind", "required", "must be one of"),
            ("providers.y.baseURL", "unknownField", "did you mean `baseUrl`?"),
            ("providers[\"a:b\"]", "pattern", "is no name"),
        ],
    );
    check(
        json!({"providers": {"openai": {"baseUrl": "https://me:pass@example.com"}}}),
        &[("providers.openai.baseUrl", "url", "user name or a password")],
    );
    check(
        json!({"providers": {"anthropic": {"version": "newest", "jsonMode": "object"}, "openai": {"version": "2026-10-21"}}}),
        &[
            ("providers.anthropic.version", "date", "2026-10-21"),
            ("providers.anthropic.jsonMode", "kind", "means nothing"),
            ("providers.openai.version", "kind", "means nothing"),
        ],
    );
    check(
        json!({"providers": {"openai": {"apiKey": CANARY, "limit": 0}}}),
        &[
            ("providers.openai.limit", "minimum", "from 1"),
            ("providers.openai.apiKey", "secret", "PUT /api/settings/secrets/openai"),
        ],
    );
    check(
        json!({"providers": {"openai": {"secret": {"value": CANARY}}}}),
        &[("providers.openai.secret", "secret", "PUT")],
    );
    check(json!({"providers": {"simulator": null}}), &[("providers.simulator", "required", "cannot be removed")]);
    check(json!({"queues": {"default": null}}), &[("queues.default", "required", "cannot be removed")]);
    check(
        json!({"aliases": {"haiku": null}, "providers": {"openai": null}}),
        &[("aliases.local.provider", "unknown", "no provider `openai`"), ("evaluator", "unknown", "no model `haiku`")],
    );
    check(json!({"evaluator": null}), &[("evaluator", "required", "is missing")]);
    check(
        json!({"aliases": {"big": {"provider": "anthropc", "prices": {"input": 0.0000001, "output": -1, "cached": 1}}}}),
        &[
            ("aliases.big.prices.input", "price", "finer than 0.000001"),
            ("aliases.big.prices.output", "price", "negative"),
            ("aliases.big.prices.cached", "unknownField", "there is no field"),
        ]
        .map(|(field, rule, words)| {
            (field, rule, if words.starts_with("there") { "There is no field" } else { words })
        }),
    );
    check(
        json!({"aliases": {"big": {"provider": "anthropc"}}}),
        &[("aliases.big.provider", "unknown", "did you mean `anthropic`?")],
    );
    check(
        json!({"listener": {"allowedOrigins": ["http://localhost:3000", "localhost:3000", "http://a/b", 3]}}),
        &[
            ("listener.allowedOrigins[3]", "type", "must be a string"),
            ("listener.allowedOrigins[1]", "origin", "no origin"),
            ("listener.allowedOrigins[2]", "origin", "no origin"),
        ],
    );
    check(
        json!({"simulator": {"failures": [{"code": "TIMEOT"}, {"kind": "score"}], "marks": {"formatting": 1.5}}}),
        &[
            ("simulator.marks.formatting", "maximum", "from 0 to 1"),
            ("simulator.failures[0].code", "enum", "must be one of"),
            ("simulator.failures[1].code", "required", "is missing"),
        ],
    );
}

#[test]
fn null_removes_and_the_rest_stays() {
    let settings = patched(
        json!({"aliases": {"opus": null, "haiku": {"prices": null}}, "queues": {"slow": {"limit": 2}, "default": {"limit": null}}}),
    );
    let document = settings.document();
    assert!(!document.aliases.contains_key("opus"));
    assert_eq!(document.aliases["haiku"].prices, None);
    assert_eq!(document.aliases["haiku"].model_id.as_deref(), Some("claude-haiku-5-5"));
    assert_eq!(settings.queue_limit("slow"), Some(Some(2)));
    assert_eq!(settings.queue_limit("default"), Some(None), "no limit");
    assert_eq!(settings.queue_limit("sloww"), None);
    assert_eq!(bundled().queue_limit("default"), Some(Some(8)));
}

#[test]
fn only_the_difference_from_the_bundled_settings_is_stored() {
    assert_eq!(bundled().stored(), json!({}));
    let patch = json!({
        "aliases": {"opus": null, "mine": {"provider": "openai", "modelId": "gpt", "prices": {"input": 0.1, "output": 2}}},
        "queues": {"default": {"limit": null}}, "simulate": true, "texts": {"keepDays": 30},
        "simulator": {"failures": [{"code": "STALLED", "rate": 0.5}]}
    });
    let settings = patched(patch);
    let stored = settings.stored();
    assert_eq!(
        stored["aliases"],
        json!({"opus": null, "mine": {"provider": "openai", "modelId": "gpt", "prices": {"input": 0.1, "output": 2}}})
    );
    assert_eq!(stored["queues"], json!({"default": {"limit": null}}));
    let text = stored.to_string();
    let again: Value = serde_json::from_str(&text).expect("it was JSON");
    assert_eq!(Settings::load(Some(&again), Environment::default()).expect("what was stored is right"), settings);
    let back =
        settings.patch(&json!({"queues": {"default": {"limit": 8}}, "simulate": false})).expect("right").settings;
    assert_eq!(back.stored().get("queues"), None);
}

#[test]
fn prices_are_exact() {
    let haiku = bundled().resolve("haiku").expect("bundled").model.prices;
    assert_eq!(haiku, Some(Prices { input: 100_000, output: 500_000, cache_read: 10_000, cache_write: 125_000 }));
    let settings = patched(
        json!({"aliases": {"mine": {"provider": "openai", "modelId": "m", "prices": {"input": 0.1, "output": 0.000001}}}}),
    );
    let mine = settings.resolve("mine").expect("set").model.prices;
    assert_eq!(mine, Some(Prices { input: 100_000, output: 1, cache_read: 100_000, cache_write: 100_000 }));
}

#[test]
fn names_mean_models() {
    let settings = patched(json!({
        "providers": {"box": {"kind": "openai", "baseUrl": "http://192.168.1.7:8000/v1"}, "router": {"kind": "openai", "baseUrl": "https://openrouter.ai/api/v1", "limit": 3}},
        "aliases": {"quick": {"provider": "router", "modelId": "a/b", "maxOutputTokens": 100, "contextTokens": 5000}}
    }));
    let check = |name: &str, provider: &str, model_id: &str, free: bool, lane_limit: Option<u32>| {
        let resolved = settings.resolve(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((&*resolved.model.provider, &*resolved.model.model_id), (provider, model_id), "{name}");
        assert_eq!(resolved.model.prices == Some(Prices::FREE), free, "{name}");
        assert_eq!(resolved.lane_limit, lane_limit, "{name}");
        assert_eq!(&*resolved.model.alias, name);
        resolved
    };
    let sonnet = check("sonnet", "anthropic", "claude-sonnet-5-5", false, Some(8));
    assert!(sonnet.refuses_temperature);
    assert_eq!((sonnet.max_output_tokens, sonnet.context_tokens), (8_192, Some(1_000_000)));
    assert_eq!(
        check("anthropic:claude-sonnet-5-5", "anthropic", "claude-sonnet-5-5", false, Some(8)).model.prices,
        sonnet.model.prices
    );
    assert_eq!(check("anthropic:other", "anthropic", "other", false, Some(8)).model.prices, None, "unknown, not free");
    check("ollama:llama3.2:1b", "ollama", "llama3.2:1b", true, Some(1));
    check("box:anything", "box", "anything", true, Some(1));
    check("router:x", "router", "x", false, Some(3));
    let quick = check("quick", "router", "a/b", false, Some(3));
    assert_eq!((quick.max_output_tokens, quick.context_tokens, quick.refuses_temperature), (100, Some(5_000), false));
    check("simulator:x", "simulator", "x", true, None);
    let simulated = sonnet.simulated();
    assert_eq!(
        (simulated.provider_kind, simulated.lane_limit, simulated.model.prices),
        (ProviderKind::Simulator, None, Some(Prices::FREE))
    );

    let error = settings.resolve("sonet").expect_err("no such alias");
    assert!(matches!(&error, ResolveError::UnknownModel { .. }));
    assert_eq!(error.to_string(), "There is no model `sonet`; did you mean `sonnet`?");
    assert!(settings.resolve("boxx:m").expect_err("no such provider").to_string().contains("did you mean `box`?"));
    for name in ["", ":", "box:", ":m", "box: "] {
        assert!(settings.resolve(name).is_err(), "{name}");
    }
    settings.with_known(|known| {
        for name in ["haiku", "ollama:x", "box:y"] {
            assert!(known.is_model(name), "{name}");
        }
        assert!(!known.is_model("nobody:x") && !known.is_model("hiku"));
        assert!(known.is_queue("default") && !known.is_queue("other"));
        assert!((known.refuses_temperature)("anthropic:x") && !(known.refuses_temperature)("box:x"));
    });
    let old = patched(json!({"providers": {"anthropic": {"version": "2023-06-01"}}}));
    assert!(!old.resolve("opus").expect("bundled").refuses_temperature);
}

#[test]
fn settings_win_over_the_environment_and_it_over_the_default() {
    let vars = environment(&[("OPENAI_BASE_URL", " http://127.0.0.1:9/v1/ "), ("ANTHROPIC_BASE_URL", "")]);
    let settings = Settings::bundled(vars);
    let place =
        |settings: &Settings, name: &str| settings.base_url(name).map(|base_url| (base_url.url, base_url.origin));
    assert_eq!(place(&settings, "openai"), Some(("http://127.0.0.1:9/v1".to_owned(), Origin::Environment)));
    assert_eq!(
        place(&settings, "anthropic"),
        Some(("https://api.anthropic.com".to_owned(), Origin::Default)),
        "empty is not set"
    );
    assert_eq!(place(&settings, "simulator"), None);
    assert_eq!(settings.lane_limit("openai"), Some(1));
    assert_eq!(bundled().lane_limit("openai"), Some(8));
    let change =
        settings.patch(&json!({"providers": {"openai": {"baseUrl": "https://example.com/v1"}}})).expect("right");
    assert_eq!(place(&change.settings, "openai"), Some(("https://example.com/v1".to_owned(), Origin::Settings)));
    assert_eq!(change.voided_secrets, ["openai"]);
    let same = settings.patch(&json!({"providers": {"openai": {"baseUrl": "http://127.0.0.1:9/v1"}}})).expect("right");
    assert!(same.voided_secrets.is_empty(), "the address is the same");
}

#[tokio::test]
async fn the_environments_key_does_not_follow_an_address_of_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("ANTHROPIC_API_KEY", CANARY)]);
    assert_eq!(registry.snapshot().secret_status("anthropic"), Status { set: true, source: Some(Source::Environment) });
    assert!(registry.snapshot().is_configured("anthropic"));
    change(&registry, json!({"providers": {"anthropic": {"baseUrl": "https://api.anthropic.com/"}}})).await;
    assert!(registry.snapshot().is_configured("anthropic"), "the same host");
    change(&registry, json!({"providers": {"anthropic": {"baseUrl": "https://evil.example"}}})).await;
    let fault = registry.snapshot().configured("anthropic").expect_err("no key for that address");
    assert!(fault.message.contains("ANTHROPIC_API_KEY is not sent"), "{}", fault.message);
}

#[tokio::test]
async fn a_changed_base_url_voids_the_stored_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[]);
    let missing = registry.snapshot().ready("sonnet").expect_err("no key");
    assert!(matches!(&missing, Unready::Provider(fault) if fault.message.contains("ANTHROPIC_API_KEY")), "{missing}");
    registry.set_secret("anthropic", &Secret::new(CANARY)).await.expect("kept");
    assert!(registry.snapshot().ready("sonnet").is_ok());
    let client = registry.snapshot().provider("anthropic").await.expect("configured");
    change(&registry, json!({"queues": {"slow": {"limit": 1}}})).await;
    let again = registry.snapshot().provider("anthropic").await.expect("configured");
    assert!(Arc::ptr_eq(&client, &again), "nothing that the client is made of has changed");

    change(&registry, json!({"providers": {"anthropic": {"baseUrl": "https://proxy.example"}}})).await;
    assert_eq!(registry.snapshot().secret_status("anthropic"), Status::UNSET);
    assert!(registry.snapshot().provider("anthropic").await.is_err());
    change(&registry, json!({"providers": {"anthropic": {"baseUrl": null}}})).await;
    assert_eq!(registry.snapshot().secret_status("anthropic"), Status::UNSET, "until it is entered again");
    registry.set_secret("anthropic", &Secret::new("sk-another")).await.expect("kept");
    let other = registry.snapshot().provider("anthropic").await.expect("configured");
    assert!(!Arc::ptr_eq(&client, &other));
}

#[tokio::test]
async fn an_address_from_the_environment_gets_no_key_that_was_entered_for_another() {
    let folder = tempfile::tempdir().expect("a folder");
    registry(&folder, &[]).set_secret("openai", &Secret::new(CANARY)).await.expect("kept");
    let elsewhere = registry(&folder, &[("OPENAI_BASE_URL", "https://elsewhere.example/v1")]);
    let fault = elsewhere.snapshot().configured("openai").expect_err("void");
    assert!(fault.message.contains("entered for another base URL"), "{}", fault.message);
    assert!(registry(&folder, &[]).snapshot().is_configured("openai"), "with the old address it is good");
}

#[tokio::test]
async fn a_patch_that_is_wrong_or_cannot_be_stored_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[]);
    let before = registry.snapshot();
    let stored = Mutex::new(Vec::new());
    let keep = |value| {
        stored.lock().expect("nobody panicked").push(value);
        async { Err::<(), _>("disk full") }
    };
    let refused = registry.change(&json!({"simulate": 1}), keep).await;
    assert!(matches!(refused, Err(ChangeError::Problems(_))));
    let failed = registry.change(&json!({"simulate": true}), keep).await;
    assert!(matches!(failed, Err(ChangeError::Store("disk full"))));
    assert!(Arc::ptr_eq(&before, &registry.snapshot()));
    assert_eq!(*stored.lock().expect("nobody panicked"), [json!({"simulate": true})]);
}

#[tokio::test]
async fn what_get_shows_can_be_sent_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("OPENAI_API_KEY", CANARY)]);
    registry.set_secret("anthropic", &Secret::new(CANARY)).await.expect("kept");
    let shown = serde_json::to_value(registry.snapshot().public_settings()).expect("JSON");
    assert_eq!(shown["providers"]["anthropic"]["secret"], json!({"set": true, "source": "file"}));
    assert_eq!(shown["providers"]["openai"]["secret"], json!({"set": true, "source": "environment"}));
    assert_eq!(shown["providers"]["openai"]["effective"]["baseUrl"], json!("https://api.openai.com/v1"));
    assert_eq!(
        shown["aliases"]["haiku"]["prices"],
        json!({"input": 0.1, "output": 0.5, "cacheRead": 0.01, "cacheWrite": 0.125})
    );
    assert_eq!(shown["secrets"], json!({"where": "file", "reason": "PLANLOOM_KEYCHAIN is off."}));
    let change = registry.snapshot().settings().patch(&shown).expect("what was shown is right");
    assert_eq!(&change.settings, registry.snapshot().settings());
    assert!(change.voided_secrets.is_empty());
}

#[tokio::test]
async fn no_key_is_in_anything_that_can_be_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("OPENAI_API_KEY", CANARY)]);
    registry.set_secret("anthropic", &Secret::new(CANARY)).await.expect("kept");
    let snapshot = registry.snapshot();
    snapshot.provider("anthropic").await.expect("configured");
    snapshot.provider("openai").await.expect("configured");
    let mut shown =
        vec![format!("{registry:?} {registry:#?}"), format!("{snapshot:?}"), snapshot.settings().stored().to_string()];
    shown.push(serde_json::to_string(&snapshot.public_settings()).expect("JSON"));
    shown.push(serde_json::to_string(&snapshot.models_view()).expect("JSON"));
    let wrong = json!({"providers": {"openai": {"apiKey": CANARY, "kee": CANARY, "limit": CANARY, "baseUrl": format!("http://u:{CANARY}@h")}}});
    let problems = snapshot.settings().patch(&wrong).expect_err("wrong");
    shown.push(serde_json::to_string(&problems).expect("JSON"));
    for text in shown {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn models_say_whether_they_can_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("ANTHROPIC_API_KEY", CANARY)]);
    let views = serde_json::to_value(registry.snapshot().models_view()).expect("JSON");
    assert_eq!(views[0]["alias"], "haiku");
    assert_eq!(views[0]["canRun"], true);
    assert_eq!(views[3]["alias"], "local");
    assert_eq!(views[3]["modelId"], Value::Null);
    assert_eq!(views[3]["canRun"], false);
    assert_eq!(
        registry.snapshot().ready("nothing").expect_err("unknown").to_string().split(';').next(),
        Some("There is no model `nothing`")
    );
    registry.set_secret("openai", &Secret::new(CANARY)).await.expect("kept");
    let dear = registry.snapshot().ready("local").expect_err("the first of a remote list is nobody's choice");
    assert!(dear.to_string().contains("`modelId`"), "{dear}");
    let unknown = registry.set_secret("opneai", &Secret::new(CANARY)).await.expect_err("unknown");
    assert_eq!(unknown.to_string(), "There is no provider `opneai`; did you mean `openai`?");
    assert!(registry.set_secret("simulator", &Secret::new(CANARY)).await.is_err());
    let tested = registry.snapshot().test_provider("simulator", None).await.expect("it exists");
    assert!(tested.ok && tested.code.is_none(), "{tested:?}");
    assert!(registry.snapshot().test_provider("nobody", None).await.is_err());
}

/// A server that answers each request with `body` and closes.
async fn serve(body: &'static str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    format!("http://{address}/v1")
}

#[tokio::test]
async fn a_local_server_chooses_its_model_and_needs_no_key() {
    let url = serve(r#"{"object":"list","data":[{"id":"smol"},{"id":"other"}]}"#).await;
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("OPENAI_BASE_URL", &url)]);
    let snapshot = registry.snapshot();
    assert_eq!(&*snapshot.meaning("local").expect("an alias").model.model_id, "", "nobody was asked yet");
    assert!(snapshot.ready("local").is_ok());
    let resolved = snapshot.resolve("local").await.expect("the server lists it");
    assert_eq!((&*resolved.model.model_id, resolved.model.prices), ("smol", Some(Prices::FREE)));
    assert_eq!(&*snapshot.meaning("local").expect("an alias").model.model_id, "smol");
    let tested = snapshot.test_provider("openai", None).await.expect("it exists");
    assert_eq!((tested.ok, tested.model.as_deref()), (false, Some("smol")), "a list is no answer: {tested:?}");
}

#[tokio::test]
async fn a_wrong_address_in_the_environment_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[("OPENAI_BASE_URL", "nonsense"), ("OPENAI_API_KEY", CANARY)]);
    let fault = registry.snapshot().configured("openai").expect_err("no address");
    assert!(fault.message.starts_with("OPENAI_BASE_URL: The base URL cannot be used"), "{}", fault.message);
}

/// What a handler awaits must be able to move between threads.
#[test]
fn futures_can_be_sent() {
    fn check<T: Send>(_: T) {}
    let folder = tempfile::tempdir().expect("a folder");
    let registry = registry(&folder, &[]);
    let snapshot = registry.snapshot();
    let (patch, secret) = (json!({}), Secret::new(CANARY));
    check(registry.change(&patch, |_| async { Ok::<(), Infallible>(()) }));
    check(registry.set_secret("openai", &secret));
    check(registry.delete_secret("openai"));
    check(snapshot.provider("openai"));
    check(snapshot.resolve("local"));
    check(snapshot.test_provider("openai", None));
    check(snapshot.local_servers());
}
