//! One process per data folder, files that nobody else can read, and databases that are refused as they are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use planloom_store::SCHEMA_VERSION;
use planloom_tests::samples::{contract_review, simulated};
use planloom_tests::{Program, run};
use serde_json::{Value, json};

#[tokio::test]
async fn a_second_owner_is_refused_and_told_who_is_the_first() {
    let program = Program::start().await;
    let said = Program::try_start_at(&program.data, &[]).await.err().expect("a second owner");
    assert!(said.contains("planloom serve") && said.contains(&program.pid().to_string()), "{said}");
    // Nor is the database taken away under its owner.
    let backup = program.data.with_file_name("backup.db");
    let backup = backup.to_str().expect("text");
    assert!(run(&program.data, &["backup", backup]).await.status.success(), "reading beside it is no harm");
    let restored = run(&program.data, &["restore", backup]).await;
    assert_eq!(restored.status.code(), Some(1), "{restored:?}");
    let said = String::from_utf8_lossy(&restored.stderr);
    assert!(said.contains(&program.pid().to_string()), "{said}");
    assert_eq!(program.get("/health").await.data()["status"], "ok", "the first one goes on");
}

#[tokio::test]
async fn commands_work_while_it_is_owned() {
    let program = Program::start().await;
    let plan = program.plan(contract_review()).await;
    let listed = run(&program.data, &["list", "--json"]).await;
    assert!(listed.status.success(), "{listed:?}");
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(listed[0]["id"], *plan);
    // One that changes goes through the owner.
    let mut body = simulated();
    body["input"] = json!({"contract": "x"});
    body["hitl"] = json!({"requiredFor": ["extract"]});
    let id = program.execute(&plan, body).await;
    program.until_asked(&id, "extract").await;
    assert!(run(&program.data, &["approve", &id]).await.status.success());
    assert_eq!(program.until_ended(&id).await["status"], "completed");
}

#[tokio::test]
async fn another_program_holds_the_database_s_own_lock() {
    let program = Program::start().await;
    let steps = json!([
        {"id": "draft", "prompt": "x", "requiresApproval": true},
        {"id": "use", "prompt": "{{draft.output}}", "dependsOn": ["draft"]}
    ]);
    let id = program.run_steps(steps).await;
    let task = program.until_asked(&id, "draft").await;
    let other = rusqlite::Connection::open(program.data.join("planloom.db")).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
    program.post("/plans", contract_review()).await.refused(503, "STORE_UNAVAILABLE");
    let decided = program.post(&format!("/hitl/{task}/approve"), json!({})).await;
    decided.refused(503, "STORE_UNAVAILABLE");
    assert_eq!(program.execution(&id).await["status"], "paused", "what only reads goes on");
    other.execute_batch("COMMIT").expect("it ends");
    // It comes back by itself; when, is its own affair.
    let approving = async {
        while program.post(&format!("/hitl/{task}/approve"), json!({})).await.status == 503 {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(planloom_tests::PATIENCE, approving).await.expect("it can write again");
    let done = program.until_ended(&id).await;
    assert_eq!((&done["status"], &done["steps"]["use"]["attempt"]), (&json!("completed"), &json!(1)));
}

#[tokio::test]
async fn a_lock_dies_with_its_process() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    for _ in 0..3 {
        Program::start_at(&data, &[]).await.kill().await;
    }
    let (status, _) = Program::start_at(&data, &[]).await.stop().await;
    assert!(status.success());
    assert_eq!(fs::read_to_string(data.join("planloom.lock")).expect("the file stays"), "", "and names nobody");
}

#[tokio::test]
async fn nobody_else_can_read_the_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    // Even where somebody prepared the folder for everyone.
    fs::create_dir(&data).expect("made");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o777)).expect("opened");
    let program = Program::start_at(&data, &[]).await;
    let plan = program.plan(contract_review()).await;
    let mut body = simulated();
    body["input"] = json!({"contract": "x"});
    let id = program.execute(&plan, body).await;
    program.until_ended(&id).await;
    let backup = folder.path().join("copy.db");
    assert!(run(&data, &["backup", backup.to_str().expect("text")]).await.status.success());
    let mode = |path: &Path| fs::symlink_metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    assert_eq!(mode(&backup), 0o600);
    let mut names = Vec::new();
    for entry in fs::read_dir(&data).expect("readable") {
        let path = entry.expect("an entry").path();
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
        names.push(path.file_name().expect("a name").to_string_lossy().into_owned());
    }
    for name in ["planloom.db", "planloom.lock", "planloom.sock", "api-key"] {
        assert!(names.iter().any(|found| found == name), "{names:?}");
    }
}

/// A database of this version with something in it, as a program that ended cleanly leaves it.
async fn filled(data: &Path) -> PathBuf {
    let program = Program::start_at(data, &[]).await;
    for _ in 0..20 {
        let mut plan = contract_review();
        plan["steps"][0]["prompt"] = format!("{{{{input.contract}}}} {}", "x".repeat(4_000)).into();
        program.plan(plan).await;
    }
    assert!(program.stop().await.0.success());
    data.join("planloom.db")
}

/// Refused by the owner-to-be and by a reader, with these words, and left as it was.
async fn refused(data: &Path, words: &[&str]) {
    let database = data.join("planloom.db");
    let before = fs::read(&database).expect("readable");
    let said = Program::try_start_at(data, &[]).await.err().expect("refused");
    let listed = run(data, &["list"]).await;
    assert_eq!(listed.status.code(), Some(1), "{listed:?}");
    let listed = String::from_utf8_lossy(&listed.stderr).into_owned();
    for word in words {
        assert!(said.contains(word), "serve says {said:?}, not {word:?}");
        assert!(listed.contains(word), "list says {listed:?}, not {word:?}");
    }
    assert!(!said.contains("panicked"), "{said}");
    assert!(fs::read(&database).expect("readable") == before, "the file was changed");
}

#[tokio::test]
async fn a_database_full_of_zeros() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("planloom.db"), vec![0; 65_536]).expect("written");
    refused(folder.path(), &["planloom.db", "damaged", "restore"]).await;
    let said = Program::try_start_at(folder.path(), &[]).await.err().expect("refused");
    assert!(said.contains("zeros"), "who looks into the file says what is in it: {said}");
}

#[tokio::test]
async fn a_letter_in_the_place_of_a_database() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("planloom.db"), "Dear reader, this is not what you look for.\n".repeat(200))
        .expect("written");
    refused(folder.path(), &["planloom.db"]).await;
}

#[tokio::test]
async fn a_truncated_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let database = filled(&data).await;
    let whole = fs::read(&database).expect("readable");
    for kept in [whole.len() / 2, 4_096, 50, 0] {
        fs::write(&database, &whole[..kept]).expect("written");
        refused(&data, &["planloom.db", "restore"]).await;
    }
    fs::write(&database, &whole).expect("written");
    let program = Program::start_at(&data, &[]).await;
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 20);
}

#[tokio::test]
async fn a_database_of_a_newer_version() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let database = filled(&data).await;
    let newer = SCHEMA_VERSION + 1;
    let connection = rusqlite::Connection::open(&database).expect("it opens");
    connection.pragma_update(None, "user_version", newer).expect("it writes");
    connection.close().expect("it closes");
    refused(&data, &[&newer.to_string(), "newer", "nothing was changed"]).await;
    assert!(!data.join("backups").exists(), "no migration was begun");
}

#[tokio::test]
async fn a_database_of_another_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let connection = rusqlite::Connection::open(folder.path().join("planloom.db")).expect("it opens");
    connection.execute_batch("CREATE TABLE photos (id INTEGER); INSERT INTO photos VALUES (1);").expect("it writes");
    connection.close().expect("it closes");
    refused(folder.path(), &["not one of Planloom's"]).await;
}
