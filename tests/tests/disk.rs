//! A full disk, really: a data folder on a small tmpfs that is filled while executions run.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use planloom_tests::samples::{plan_of, simulated};
use planloom_tests::witness::Witness;
use planloom_tests::{Program, skip};
use serde_json::{Value, json};

/// A mounted tmpfs; unmounted when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// `None` where this user may not mount.
    fn mount(megabytes: u32) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let size = format!("size={megabytes}m,mode=0700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(SmallDisk { folder })
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }

    /// Takes the last free byte.
    fn fill(&self) {
        let mut file = File::create(self.filler()).expect("a file");
        for size in [65_536, 4_096, 1] {
            while file.write_all(&vec![b'x'; size]).is_ok() {}
        }
    }

    fn free(&self) {
        std::fs::remove_file(self.filler()).expect("the filler was there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A process that is just being killed may still hold it; lazily it goes when that is gone.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

/// Fills what SQLite has reserved in its files, until a write is refused.
async fn until_refused(program: &Program) {
    for _ in 0..200 {
        let plan = plan_of(json!([{"id": "a", "prompt": "x".repeat(100_000)}]));
        let answer = program.post("/plans", plan).await;
        if answer.status == 503 {
            answer.refused(503, "STORE_UNAVAILABLE");
            return;
        }
        answer.data();
    }
    panic!("the disk is full, and 200 plans found room");
}

/// Waits, without polling faster than a person would, until a write is taken again.
async fn until_taken(program: &Program) -> Value {
    let plan = plan_of(json!([{"id": "a", "prompt": "small"}]));
    let trying = async {
        loop {
            let answer = program.post("/plans", plan.clone()).await;
            if answer.status == 201 {
                return answer.data().clone();
            }
            answer.refused(503, "STORE_UNAVAILABLE");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(planloom_tests::PATIENCE, trying).await.expect("there is room again")
}

fn steps(count: usize) -> Value {
    let mut steps =
        vec![json!({"id": "first", "prompt": "{{input.n}} first", "model": "witness", "requiresApproval": true})];
    for n in 0..count {
        let prompt = format!("{{{{input.n}}}} fan-{n}");
        steps.push(json!({"id": format!("fan-{n}"), "prompt": prompt, "model": "witness", "dependsOn": ["first"]}));
    }
    let fan: Vec<String> = (0..count).map(|n| format!("fan-{n}")).collect();
    steps.push(json!({"id": "last", "prompt": "{{input.n}} last", "model": "witness", "dependsOn": fan}));
    Value::Array(steps)
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_arrive_while_the_disk_is_full_are_kept() {
    let Some(disk) = SmallDisk::mount(8) else {
        return skip("disk full", "mounting a tmpfs needs root");
    };
    const FAN: usize = 6;
    // Answers larger than any page that SQLite still has to spare.
    let witness = Witness::start(Duration::ZERO, 200_000).await;
    let program = Program::start_at(&disk.data(), &[]).await;
    witness.employ(&program, 16).await;
    let plan = program.plan(plan_of(steps(FAN))).await;
    let id = program.execute(&plan, json!({"input": {"n": 1}})).await;
    // The first step goes through, then the whole fan is at the model and its answers are held back.
    let task = program.until_asked(&id, "first").await;
    witness.open(false);
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    witness.until_total(1 + FAN).await;
    disk.fill();
    until_refused(&program).await;
    let refused = program.post(&format!("/plans/{plan}/execute"), json!({"input": {"n": "x".repeat(100_000)}})).await;
    refused.refused(503, "STORE_UNAVAILABLE");
    let listed = program.get("/plans?limit=100").await;
    let total = listed.json["pagination"]["total"].clone();

    witness.open(true);
    // It says that it cannot write, and goes on answering what only reads.
    let health = program.get("/health").await;
    assert_eq!(health.status, 200);
    assert_eq!(health.data()["database"]["status"], "unavailable", "{}", health.text);
    let now = program.execution(&id).await;
    assert_eq!(now["status"], "running", "nothing fails for a full disk: {now:#}");
    assert!(program.get("/plans?limit=100").await.json["pagination"]["total"] == total);

    disk.free();
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed", "{done:#}");
    for step in done["steps"].as_object().expect("steps").keys() {
        assert_eq!(witness.calls(&format!("1 {step}")), 1, "{step}: its answer was paid once and kept");
        let detail = program.get(&format!("/plans/executions/{id}/steps/{step}")).await;
        assert_eq!(detail.data()["attempts"].as_array().map(Vec::len), Some(1), "{step}");
    }
    until_taken(&program).await;
    assert_eq!(program.get("/health").await.data()["status"], "ok");
    let (status, _) = program.stop().await;
    assert!(status.success(), "{status}");
    whole(&disk.data());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_on_a_full_disk() {
    let Some(disk) = SmallDisk::mount(6) else {
        return skip("killed on a full disk", "mounting a tmpfs needs root");
    };
    let program = Program::start_at(&disk.data(), &[]).await;
    let gated = json!([{"id": "a", "prompt": "x", "requiresApproval": true}, {"id": "b", "prompt": "{{a.output}}", "dependsOn": ["a"]}]);
    let plan = program.plan(plan_of(gated)).await;
    let id = program.execute(&plan, simulated()).await;
    let task = program.until_asked(&id, "a").await;
    disk.fill();
    until_refused(&program).await;
    // A decision that is refused is not made; one that is acknowledged is.
    let body = json!({"modifiedOutput": "y".repeat(300_000)});
    let decided = program.post(&format!("/hitl/{task}/approve"), body).await;
    decided.refused(503, "STORE_UNAVAILABLE");
    assert_eq!(program.get(&format!("/hitl/{task}")).await.data()["status"], "pending");
    program.kill().await;
    // With no room even for its small files it either serves what is there or says why it cannot.
    match Program::try_start_at(&disk.data(), &[]).await {
        Ok(program) => {
            assert_eq!(program.get(&format!("/hitl/{task}")).await.data()["status"], "pending");
            program.kill().await;
        }
        Err(said) => assert!(said.contains("full") && !said.contains("panicked"), "{said}"),
    }
    disk.free();

    let program = Program::start_at(&disk.data(), &[]).await;
    assert_eq!(program.get(&format!("/hitl/{task}")).await.data()["status"], "pending", "nothing half done");
    program.post(&format!("/hitl/{task}/approve"), json!({})).await.data();
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed");
    assert!(program.stop().await.0.success());
    whole(&disk.data());
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_refused_in_words() {
    let Some(disk) = SmallDisk::mount(6) else {
        return skip("read-only data folder", "mounting a tmpfs needs root");
    };
    let program = Program::start_at(&disk.data(), &[]).await;
    program.plan(plan_of(json!([{"id": "a", "prompt": "x"}]))).await;
    assert!(program.stop().await.0.success());
    let database = disk.data().join("planloom.db");
    let before = std::fs::read(&database).expect("readable");
    let remount = |how: &str| {
        Command::new("mount").args(["-o", how]).arg(disk.folder.path()).status().is_ok_and(|status| status.success())
    };
    assert!(remount("remount,ro"));
    let said = Program::try_start_at(&disk.data(), &[]).await.map(drop).expect_err("nothing can be written");
    assert!(said.contains("read-only") && said.contains("data folder") && !said.contains("panicked"), "{said}");
    assert!(remount("remount,rw"));
    assert!(std::fs::read(&database).expect("readable") == before);
    let program = Program::start_at(&disk.data(), &[]).await;
    assert_eq!(program.get("/plans").await.json["pagination"]["total"], 1);
    assert!(program.stop().await.0.success());
}

/// SQLite's own check.
fn whole(data: &Path) {
    let connection = rusqlite::Connection::open(data.join("planloom.db")).expect("it opens");
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it answers");
    assert_eq!(verdict, "ok");
}
