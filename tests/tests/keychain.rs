//! Where a provider's key is kept: in the operating system's keychain, or in a file where there is none.
#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use planloom_tests::parts::{Echo, Reply, Request, keyring, unique_key};
use planloom_tests::{PATIENCE, Program};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

/// A session bus with a keyring on it, as a desktop has; both end with it.
struct Session {
    bus: String,
    _folder: tempfile::TempDir,
    _child: Child,
    _open: ChildStdin,
}

impl Session {
    /// The keyring is unlocked, or nobody has started one.
    async fn start(with_keyring: bool) -> Session {
        const UNLOCK: &str =
            "printf weaver | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null";
        let folder = tempfile::tempdir().expect("a folder");
        let unlock = if with_keyring { UNLOCK } else { ":" };
        // `read` ends when the test does, and with it the session.
        let script = format!("{unlock}; echo \"$DBUS_SESSION_BUS_ADDRESS\"; read -r _");
        let mut child = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", &script])
            .env("HOME", folder.path())
            .env("XDG_RUNTIME_DIR", folder.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-run-session starts");
        let open = child.stdin.take().expect("piped");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let bus = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it says where the bus is");
        let bus = bus.expect("text").filter(|bus| bus.starts_with("unix:")).expect("an address");
        Session { bus, _folder: folder, _child: child, _open: open }
    }

    async fn program(&self, data: &Path) -> Program {
        Program::start_at(data, &[("DBUS_SESSION_BUS_ADDRESS", &self.bus), ("PLANLOOM_KEYCHAIN", "auto")]).await
    }

    /// Items of ours in the keyring, asked of the bus without our own code.
    async fn items(&self) -> usize {
        let output = Command::new("dbus-send")
            .args(["--session", "--print-reply", "--dest=org.freedesktop.secrets", "/org/freedesktop/secrets"])
            .args(["org.freedesktop.Secret.Service.SearchItems", "dict:string:string:service,planloom"])
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
            .output()
            .await
            .expect("dbus-send starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).matches("object path").count()
    }
}

fn answer(_: &Request) -> Reply {
    let chunk = json!({"choices": [{"index": 0, "delta": {"content": "Hello!"}, "finish_reason": "stop"}]});
    (200, "text/event-stream", format!("data: {chunk}\n\ndata: [DONE]\n\n"))
}

async fn set_up(program: &Program, echo: &Echo, key: &str) -> Value {
    let address = json!({"providers": {"openai": {"baseUrl": format!("{}/v1", echo.url)}}});
    program.patch("/settings", address).await.data();
    program.put("/settings/secrets/openai", json!({"value": key})).await.data().clone()
}

async fn run_hello(program: &Program) -> Value {
    let step = json!({"id": "hello", "prompt": "Please say hello.", "model": "openai:m"});
    let plan = program.plan(json!({"name": "hello", "steps": [step]})).await;
    let id = program.execute(&plan, json!({})).await;
    program.until_ended(&id).await
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_of(&path) } else { vec![path] }).collect()
}

fn hold_the_key(folder: &Path, key: &str) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(key.len()).any(|window| window == key.as_bytes())
    };
    files_of(folder).into_iter().filter(holds).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keychain_keeps_a_key_across_restarts_and_the_data_folder_has_none() {
    let Some(()) = keyring("keychain") else { return };
    let (session, echo) = (Session::start(true).await, Echo::start(answer).await);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let key = unique_key("keychain");

    let program = session.program(&data).await;
    assert_eq!(program.get("/settings").await.data()["secrets"], json!({"where": "keychain"}));
    assert_eq!(set_up(&program, &echo, &key).await, json!({"set": true, "source": "keychain"}));
    assert_eq!(session.items().await, 1, "the keyring holds it");
    program.stop().await;

    let program = session.program(&data).await;
    let shown = program.get("/settings").await;
    assert_eq!(shown.data()["providers"]["openai"]["secret"], json!({"set": true, "source": "keychain"}));
    assert_eq!(run_hello(&program).await["status"], "completed");
    assert_eq!(echo.requests()[0].header("authorization"), Some(format!("Bearer {key}").as_str()));
    assert_eq!(hold_the_key(folder.path(), &key), Vec::<PathBuf>::new());

    assert_eq!(program.delete("/settings/secrets/openai").await.data(), &json!({"set": false}));
    assert_eq!(session.items().await, 0, "the keyring has forgotten it");
    program.stop().await;
}

/// The key is in the file, which only its owner can read, and the settings say so and why.
async fn check_fallback(program: &Program, reason: &str) {
    let echo = Echo::start(answer).await;
    let key = unique_key("fallback");
    assert_eq!(set_up(program, &echo, &key).await, json!({"set": true, "source": "file"}));
    let settings = program.get("/settings").await;
    let place = &settings.data()["secrets"];
    assert_eq!(place["where"], "file");
    assert!(place["reason"].as_str().expect("a text").contains(reason), "{place:#}");
    let file = program.data.join("secrets.json");
    let mode = std::fs::metadata(&file).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    assert_eq!(hold_the_key(&program.data, &key), [file]);
    assert_eq!(run_hello(program).await["status"], "completed");
    assert_eq!(echo.requests()[0].header("authorization"), Some(format!("Bearer {key}").as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_a_key_is_kept_in_a_file_of_the_owner_alone() {
    let program = Program::start().await;
    check_fallback(&program, "PLANLOOM_KEYCHAIN is off").await;
    program.stop().await;
    let nowhere = [("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/at/all"), ("PLANLOOM_KEYCHAIN", "auto")];
    let program = Program::start_with(&nowhere).await;
    check_fallback(&program, "keychain cannot be used").await;
    program.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keychain_that_nobody_unlocks_does_not_stand_in_the_way() {
    let Some(()) = keyring("keychain: locked") else { return };
    // The bus starts a keyring when it is asked for one, and nobody is there to give its password.
    let session = Session::start(false).await;
    let folder = tempfile::tempdir().expect("a folder");
    let program = session.program(&folder.path().join("data")).await;
    check_fallback(&program, "keychain cannot be used").await;
    program.stop().await;
}
