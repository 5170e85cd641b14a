//! Keys: where they are kept, who can read them, and that they are kept whole.
//!
//! The keychain's own test runs in a session of its own, where PLANLOOM_TEST_KEYRING=1 says that gnome-keyring and
//! dbus-run-session are there.

use planloom_engine::secrets::{Error, Owner, Secrets, Source, Status};
use planloom_engine::settings::Environment;
use planloom_providers::Secret;
use std::fs;
use std::io::Write;
use std::path::Path;

const CANARY: &str = "sk-canary-77aa";

fn off() -> Environment {
    [("PLANLOOM_KEYCHAIN", "off")].into_iter().collect()
}

fn owner<'a>(name: &'a str, base_url: &'a str) -> Owner<'a> {
    Owner { name, base_url, variable: None }
}

fn exposed(secret: Option<Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}

fn source(source: Source) -> Status {
    Status { set: true, source: Some(source) }
}

async fn filled(folder: &Path) -> Secrets {
    let secrets = Secrets::open(folder, &off());
    let kept = secrets.set(owner("anthropic", "https://a"), &Secret::new(CANARY)).await;
    assert_eq!(kept, Ok(Source::File));
    secrets
}

#[tokio::test]
async fn a_key_is_kept_for_one_address_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(filled(folder.path()).await);
    let secrets = Secrets::open(folder.path(), &off());
    assert_eq!(secrets.status(owner("anthropic", "https://a")), source(Source::File));
    assert_eq!(exposed(secrets.get(owner("anthropic", "https://a")).await.expect("readable")).as_deref(), Some(CANARY));
    assert_eq!(secrets.get(owner("anthropic", "https://b")).await, Ok(None), "another address");
    assert_eq!(secrets.status(owner("anthropic", "https://b")), Status::UNSET);
    assert!(secrets.is_void("anthropic", "https://b") && !secrets.is_void("openai", "https://b"));
    assert_eq!(secrets.delete("anthropic").await, Ok(true));
    assert_eq!(secrets.delete("anthropic").await, Ok(false));
    assert_eq!(secrets.get(owner("anthropic", "https://a")).await, Ok(None));
    let text = fs::read_to_string(folder.path().join("secrets.json")).expect("the file");
    assert!(!text.contains(CANARY), "{text}");
}

#[tokio::test]
async fn the_environment_comes_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let environment = [("PLANLOOM_KEYCHAIN", "off"), ("ANTHROPIC_API_KEY", " sk-environment\n")].into_iter().collect();
    let secrets = Secrets::open(folder.path(), &environment);
    let owner = Owner { variable: Some("ANTHROPIC_API_KEY"), ..owner("anthropic", "https://a") };
    assert_eq!(secrets.status(owner), source(Source::Environment));
    assert_eq!(exposed(secrets.get(owner).await.expect("readable")).as_deref(), Some("sk-environment"));
    secrets.set(owner, &Secret::new(CANARY)).await.expect("kept");
    assert_eq!(secrets.status(owner), source(Source::File));
    assert_eq!(exposed(secrets.get(owner).await.expect("readable")).as_deref(), Some(CANARY));
    secrets.delete("anthropic").await.expect("deleted");
    assert_eq!(secrets.status(owner), source(Source::Environment));
    assert_eq!(secrets.get(Owner { variable: None, ..owner }).await, Ok(None), "not for this address");
}

#[tokio::test]
async fn names_and_keys_are_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = Secrets::open(folder.path(), &off());
    let long = "k".repeat(1_001);
    for (name, key, part) in [
        ("../x", CANARY, "is no provider's name"),
        ("", CANARY, "is no provider's name"),
        ("openai", "  ", "is empty"),
        ("openai", "sk-canary two", "white space"),
        ("openai", "sk-canary\u{7f}", "cannot carry"),
        ("openai", "sk-canary-ü", "cannot carry"),
        ("openai", &long, "1001 characters"),
    ] {
        let error = secrets.set(owner(name, "https://a"), &Secret::new(key)).await.expect_err(name);
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
    assert!(!folder.path().join("secrets.json").exists(), "nothing was written");
}

#[tokio::test]
async fn a_broken_file_is_reported_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secrets.json");
    let whole = {
        drop(filled(folder.path()).await);
        fs::read(&path).expect("the file")
    };
    let cut = whole[..whole.len() - 10].to_vec();
    let strange = String::from_utf8_lossy(&whole).replace("\"file\"", "\"elsewhere\"").into_bytes();
    let newer = String::from_utf8_lossy(&whole).replace("\"version\": 1", "\"version\": 2").into_bytes();
    for broken in [cut, strange, newer, vec![0; 100], b"[]".to_vec()] {
        fs::write(&path, &broken).expect("written");
        let secrets = Secrets::open(folder.path(), &off());
        assert_eq!(secrets.status(owner("anthropic", "https://a")), Status::UNSET);
        let reason = secrets.place().reason.expect("the reason");
        assert!(reason.contains("secrets.json") && !reason.contains(CANARY), "{reason}");
        let get = secrets.get(owner("anthropic", "https://a")).await.expect_err("broken");
        let set = secrets.set(owner("openai", "https://b"), &Secret::new(CANARY)).await.expect_err("broken");
        let deleted = secrets.delete("anthropic").await.expect_err("broken");
        for error in [get, set, deleted] {
            assert!(matches!(&error, Error::Corrupt { .. }) && !error.to_string().contains(CANARY), "{error}");
        }
        assert_eq!(fs::read(&path).expect("the file"), broken, "left as it is");
        fs::write(&path, &whole).expect("mended");
        assert_eq!(secrets.status(owner("anthropic", "https://a")), source(Source::File), "mended without a restart");
    }
}

#[tokio::test]
async fn debug_shows_no_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = filled(folder.path()).await;
    let shown = format!("{secrets:?} {secrets:#?} {:?}", secrets.place());
    assert!(!shown.contains("canary"), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_and_replaced_as_a_whole() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secrets.json");
    let mode = || fs::metadata(&path).expect("the file").permissions().mode() & 0o777;
    // What a crash left behind, open to all.
    fs::write(folder.path().join("secrets.json.tmp"), "half").expect("written");
    let secrets = filled(folder.path()).await;
    assert_eq!(mode(), 0o600);
    // Who has the old file open goes on reading the old one whole.
    let before = fs::metadata(&path).expect("the file").ino();
    let mut old = fs::File::open(&path).expect("the file");
    secrets.set(owner("openai", "https://b"), &Secret::new("sk-other")).await.expect("kept");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut old, &mut text).expect("read");
    assert!(text.contains(CANARY) && !text.contains("sk-other") && text.ends_with("}\n"));
    assert_ne!(before, fs::metadata(&path).expect("the file").ino());
    assert_eq!(mode(), 0o600);
    assert!(!folder.path().join("secrets.json.tmp").exists());
    // One that was copied here is closed to others.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
    drop(Secrets::open(folder.path(), &off()));
    assert_eq!(mode(), 0o600);
}

#[cfg(unix)]
#[tokio::test]
async fn a_failed_write_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let secrets = filled(folder.path()).await;
    let before = fs::read(folder.path().join("secrets.json")).expect("the file");
    // A folder in the new file's place: permissions do not stop root.
    fs::create_dir(folder.path().join("secrets.json.tmp")).expect("made");
    let error = secrets.set(owner("openai", "https://b"), &Secret::new(CANARY)).await.expect_err("no room");
    assert!(matches!(&error, Error::File { action: "written", .. }), "{error}");
    assert_eq!(secrets.status(owner("openai", "https://b")), Status::UNSET);
    assert_eq!(fs::read(folder.path().join("secrets.json")).expect("the file"), before);
    fs::remove_dir(folder.path().join("secrets.json.tmp")).expect("removed");
    assert_eq!(secrets.set(owner("openai", "https://b"), &Secret::new(CANARY)).await, Ok(Source::File));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn without_a_keychain_keys_go_to_the_file_and_the_reason_is_kept() {
    if with_keyring("without_a_keychain_keys_go_to_the_file_and_the_reason_is_kept", false) {
        let folder = tempfile::tempdir().expect("a folder");
        let secrets = Secrets::open(folder.path(), &Environment::default());
        assert_eq!(secrets.place().r#where, Source::Keychain, "nobody was asked yet");
        let kept = secrets.set(owner("anthropic", "https://a"), &Secret::new(CANARY)).await;
        assert_eq!(kept, Ok(Source::File));
        let place = secrets.place();
        let reason = place.reason.expect("the reason");
        assert!(place.r#where == Source::File && reason.starts_with("The keychain cannot be used:"), "{reason}");
    }
}

#[tokio::test]
async fn the_keychain_keeps_keys() {
    if !with_keyring("the_keychain_keeps_keys", true) {
        return;
    }
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let auto = [("PLANLOOM_KEYCHAIN", "auto")].into_iter().collect();
    let secrets = Secrets::open(folder.path(), &auto);
    let anthropic = owner("anthropic", "https://a");
    assert_eq!(secrets.set(anthropic, &Secret::new(CANARY)).await, Ok(Source::Keychain));
    assert_eq!(secrets.place().reason, None);
    assert_eq!(secrets.status(anthropic), source(Source::Keychain));
    let text = fs::read_to_string(folder.path().join("secrets.json")).expect("the file");
    assert!(!text.contains(CANARY), "{text}");

    let again = Secrets::open(folder.path(), &auto);
    assert_eq!(exposed(again.get(anthropic).await.expect("readable")).as_deref(), Some(CANARY));
    assert_eq!(again.get(owner("anthropic", "https://b")).await, Ok(None), "another address");
    // A file that was tampered with does not lead the key elsewhere: the keychain's own record says where it belongs.
    fs::write(folder.path().join("secrets.json"), text.replace("https://a", "https://b")).expect("written");
    let tampered = Secrets::open(folder.path(), &auto);
    assert_eq!(tampered.get(owner("anthropic", "https://b")).await, Ok(None));
    fs::write(folder.path().join("secrets.json"), &text).expect("written");

    let neighbour = Secrets::open(other.path(), &auto);
    assert_eq!(neighbour.set(anthropic, &Secret::new("sk-neighbour")).await, Ok(Source::Keychain));
    assert_eq!(
        exposed(again.get(anthropic).await.expect("readable")).as_deref(),
        Some(CANARY),
        "two folders, two keys"
    );
    assert_eq!(neighbour.delete("anthropic").await, Ok(true));

    let headless = Secrets::open(folder.path(), &off());
    assert_eq!(headless.get(anthropic).await, Ok(None), "the keychain is left alone");
    assert_eq!(headless.status(anthropic), Status::UNSET);
    assert!(headless.delete("anthropic").await.is_err(), "it would be left behind");

    assert_eq!(again.set(anthropic, &Secret::new("sk-renewed")).await, Ok(Source::Keychain));
    assert_eq!(exposed(again.get(anthropic).await.expect("readable")).as_deref(), Some("sk-renewed"));
    assert_eq!(again.delete("anthropic").await, Ok(true));
    assert_eq!(again.get(anthropic).await, Ok(None));
}

/// Whether a test that wants a keyring (or wants none) can run here. One that wants a keyring runs again in a session of
/// its own that has one; what it says there counts.
fn with_keyring(test: &str, wanted: bool) -> bool {
    let is_set = |name: &str| std::env::var(name).is_ok_and(|value| value == "1");
    let has_session = cfg!(not(target_os = "linux")) || std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some();
    let why = match wanted {
        true if is_set("PLANLOOM_TEST_SESSION") => return true,
        true if is_set("PLANLOOM_TEST_KEYRING") => {
            run_in_session(test);
            return false;
        }
        true => "gnome-keyring with dbus-run-session is not here (PLANLOOM_TEST_KEYRING)",
        false if has_session => "a session bus is here, and perhaps a keyring on it",
        false => return true,
    };
    let line = format!("skipped: {test}: {why}");
    eprintln!("{line}");
    if let Some(path) = std::env::var_os("PLANLOOM_TEST_SKIPS") {
        let file = fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{line}")).expect("the file of PLANLOOM_TEST_SKIPS can be written");
    }
    false
}

/// Runs one test of this file under a session bus with an unlocked keyring.
fn run_in_session(test: &str) {
    const SCRIPT: &str = "printf weaver | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null \
                          && exec \"$0\" --exact \"$1\" --nocapture";
    let home = tempfile::tempdir().expect("a folder");
    let here = std::env::current_exe().expect("a test has a path");
    let output = std::process::Command::new("dbus-run-session")
        .args(["--", "sh", "-c", SCRIPT])
        .arg(here)
        .arg(test)
        .env("PLANLOOM_TEST_SESSION", "1")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env_remove("XDG_DATA_HOME")
        .env_remove("DISPLAY")
        .output()
        .expect("dbus-run-session starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
