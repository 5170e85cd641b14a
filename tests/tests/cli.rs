//! The command line as a person and a script use it: what it prints, where, and with which exit code.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use planloom_tests::samples::{CONTRACT_REVIEW, plan_of};
use planloom_tests::{PATIENCE, Program, command, run};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// A data folder and a few files beside it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder") }
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        path.to_str().expect("text").to_owned()
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        run(&self.data(), arguments).await
    }

    /// The answer of a command that must end with this code.
    async fn ends(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments).await;
        let said = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{}\n{}", said.0, said.1);
        assert!(!said.1.contains("panicked"), "{}", said.1);
        said
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn a_plan_runs_without_anybody_owning_the_folder() {
    let desk = Desk::new();
    let (plan, contract) = (desk.file("plan.json", CONTRACT_REVIEW), desk.file("contract.txt", "Clause 1.\n"));
    let (nothing, note) = desk.ends(0, &["list"]).await;
    assert!(nothing.is_empty() && note.contains("Nothing yet"), "{note}");
    assert!(!desk.data().exists(), "a command that only reads makes nothing");
    let input = format!("contract=@{contract}");
    let (out, _) = desk.ends(0, &["run", &plan, "--input", &input, "--simulate", "--json"]).await;
    let execution = read(&out);
    assert_eq!((&execution["status"], &execution["simulated"]), (&json!("completed"), &json!(true)));
    assert_eq!(execution["input"]["contract"], "Clause 1.\n", "the file as it is, final newline included");
    let id = execution["id"].as_str().expect("an id");

    let (out, _) = desk.ends(0, &["list", "executions", "--json"]).await;
    assert_eq!(read(&out)[0]["id"], id);
    let (out, _) = desk.ends(0, &["show", id]).await;
    assert!(out.contains("completed") && out.contains("analyze") && out.contains("Simulated"), "{out}");
    let (out, _) = desk.ends(0, &["show", id, "report", "--output"]).await;
    assert_eq!(out, execution["steps"]["report"]["output"].as_str().expect("an output"), "byte for byte");
    // The same file is the same plan.
    desk.ends(0, &["run", &plan, "--input", "contract=x", "--simulate"]).await;
    let (out, _) = desk.ends(0, &["list", "--json"]).await;
    let plans = read(&out);
    assert_eq!(plans.as_array().map(Vec::len), Some(1));
    let plan_id = plans[0]["id"].as_str().expect("an id");
    let (out, _) =
        desk.ends(0, &["run", plan_id, "--input", "contract:=[1]", "--simulate", "--dry-run", "--json"]).await;
    assert_eq!(read(&out)["status"], "dry_run");
    let (out, _) = desk.ends(0, &["export", plan_id]).await;
    assert_eq!(read(&out)["steps"], read(CONTRACT_REVIEW)["steps"]);
    let (out, _) = desk.ends(0, &["export", id]).await;
    assert_eq!(read(&out)["id"], id);
    desk.ends(4, &["cancel", id]).await;
}

#[tokio::test]
async fn what_the_exit_codes_say() {
    let desk = Desk::new();
    let plan = desk.file("plan.json", CONTRACT_REVIEW);
    for usage in [
        vec!["nonsense"],
        vec!["run"],
        vec!["run", "missing.json"],
        vec!["run", &plan, "--input", "nonsense"],
        vec!["run", &plan, "--max-cost", "much"],
        vec!["show", "no-id"],
        vec!["list", "--limit", "0"],
        vec!["reject", "dt_task_x"],
    ] {
        let (out, note) = desk.ends(2, &usage).await;
        assert!(out.is_empty() && !note.is_empty(), "{usage:?}: {out}");
    }
    let broken = desk.file("broken.json", "{\"name\": \"x\",\n oops}");
    let (_, note) = desk.ends(2, &["validate", &broken]).await;
    assert!(note.contains("line 2"), "{note}");
    let wrong = desk.file("wrong.json", &plan_of(json!([{"id": "a", "prompt": "x", "dependOn": []}])).to_string());
    let (out, _) = desk.ends(1, &["validate", &wrong]).await;
    assert!(out.contains("dependsOn"), "{out}");
    desk.ends(0, &["validate", &plan]).await;
    // Refused by the API: said in words, or as its envelope.
    let (_, note) = desk.ends(4, &["run", &plan, "--simulate"]).await;
    assert!(note.contains("contract"), "{note}");
    let (out, note) = desk.ends(4, &["run", &plan, "--simulate", "--json"]).await;
    assert_eq!((out.as_str(), &read(&note)["error"]["code"]), ("", &json!("MISSING_INPUT")));
    let (_, note) = desk.ends(4, &["run", &plan, "--input", "contract=x"]).await;
    assert!(note.contains("ANTHROPIC_API_KEY") || note.contains("--simulate"), "what to do: {note}");
    desk.ends(4, &["show", "dt_exec_none"]).await;
    desk.ends(4, &["approve", "dt_task_none"]).await;
    // A run that fails.
    let failing = plan_of(json!([{"id": "a", "prompt": "{{ input.x / 0 }}"}]));
    let failing = desk.file("failing.json", &failing.to_string());
    let (out, _) = desk.ends(1, &["run", &failing, "--input", "x:=1", "--simulate", "--json"]).await;
    assert_eq!(read(&out)["steps"]["a"]["error"]["code"], "TEMPLATE_ERROR");
    desk.ends(0, &["--help"]).await;
    let (out, _) = desk.ends(0, &["--version"]).await;
    assert!(out.starts_with("planloom "), "{out}");
}

#[tokio::test]
async fn who_waits_for_a_person_says_what_to_type() {
    let desk = Desk::new();
    let plan = desk.file("plan.json", CONTRACT_REVIEW);
    let arguments = ["run", &plan, "--input", "contract=x", "--simulate", "--require-approval", "analyze", "--json"];
    let (out, note) = desk.ends(3, &arguments).await;
    let id = read(&out)["id"].as_str().expect("an id").to_owned();
    let line = note.lines().find(|line| line.contains(" approve ")).expect("the command is printed").trim();
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let (out, _) = desk.ends(0, &["approvals", "--json"]).await;
    assert_eq!(read(&out).as_array().map(Vec::len), Some(1));
    let (out, _) = desk.ends(0, &["approvals"]).await;
    assert!(out.contains("analyze"), "{out}");
    let (_, note) = desk.ends(0, &words).await;
    let line = note.lines().find(|line| line.contains(" resume ")).expect("what to do next").trim();
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    assert_eq!(words, ["resume", &id]);
    let (out, _) = desk.ends(0, &["resume", &id, "--json"]).await;
    assert_eq!(read(&out)["status"], "completed");
    desk.ends(4, &["approve", &id, "analyze"]).await;

    // Rejected: the run has failed.
    let (out, _) = desk.ends(3, &arguments).await;
    let id = read(&out)["id"].as_str().expect("an id").to_owned();
    let (_, note) = desk.ends(0, &["reject", &id, "analyze", "--reason", "not good"]).await;
    assert!(note.contains(&format!("show {id}")) && !note.contains("resume"), "there is nothing to go on with: {note}");
    let (out, _) = desk.ends(0, &["show", &id, "--json"]).await;
    assert_eq!((&read(&out)["status"], &read(&out)["error"]["code"]), (&json!("failed"), &json!("STEP_REJECTED")));
    // Resumed, the rejected step is tried again, and asks again.
    desk.ends(3, &["resume", &id]).await;
    desk.ends(0, &["reject", &id, "analyze", "--reason", "try again", "--retry"]).await;
    desk.ends(3, &["resume", &id]).await;
    // Edited.
    let (out, _) = desk.ends(3, &arguments).await;
    let id = read(&out)["id"].as_str().expect("an id").to_owned();
    let edit = desk.file("edit.txt", "by hand");
    desk.ends(0, &["approve", &id, "--edit", &edit, "--comment", "better"]).await;
    let (out, _) = desk.ends(0, &["resume", &id, "--json"]).await;
    assert_eq!(read(&out)["steps"]["analyze"]["output"], "by hand");
}

#[tokio::test]
async fn a_plan_runs_in_the_program_that_owns_the_folder() {
    let program = Program::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let plan = folder.path().join("plan.json");
    std::fs::write(&plan, CONTRACT_REVIEW).expect("written");
    let plan = plan.to_str().expect("text");
    let ran = run(&program.data, &["run", plan, "--input", "contract=x", "--simulate", "--json"]).await;
    assert_eq!(ran.status.code(), Some(0), "{ran:?}");
    let execution = read(&text(&ran.stdout));
    let id = execution["id"].as_str().expect("an id");
    assert_eq!(program.execution(id).await, execution, "the owner has it");
    let info = run(&program.data, &["api-info", "--json"]).await;
    let info = read(&text(&info.stdout));
    assert_eq!((&info["url"], &info["key"]), (&json!(format!("{}/api", program.url)), &json!(program.key)));
    let by_word = run(&program.data, &["api-info"]).await;
    assert!(text(&by_word.stdout).contains("curl"));
}

#[tokio::test]
async fn a_followed_run_outlives_the_program_that_owned_it() {
    let desk = Desk::new();
    let owner = Program::start_at(&desk.data(), &[]).await;
    owner.obey_prompts().await;
    let slow = plan_of(json!([
        {"id": "quick", "prompt": "x"},
        {"id": "slow", "prompt": "[[sim:delay=2500]] {{quick.output}}", "dependsOn": ["quick"]}
    ]));
    let plan = desk.file("slow.json", &slow.to_string());
    let child = command(&desk.data())
        .args(["run", &plan, "--simulate", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let looking = async {
        loop {
            let listed = owner.get("/plans/executions").await;
            if let Some(id) = listed.data()[0]["id"].as_str() {
                return id.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let id = tokio::time::timeout(PATIENCE, looking).await.expect("it begins");
    let before = owner.until(&id, |now| now["steps"]["slow"]["status"] == "running").await;
    owner.kill().await;
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").expect("it ran");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let done = read(&text(&output.stdout));
    assert_eq!((&done["id"], &done["status"]), (&json!(id), &json!("completed")));
    assert_eq!(done["steps"]["quick"], before["steps"]["quick"], "what was finished was not done again");
    assert_eq!(done["steps"]["slow"]["attempt"], 2);
}

#[tokio::test]
async fn what_runs_can_be_seen_and_cancelled_from_another_terminal() {
    let desk = Desk::new();
    let owner = Program::start_at(&desk.data(), &[]).await;
    owner.obey_prompts().await;
    let id = owner.run_steps(json!([{"id": "slow", "prompt": "[[sim:delay=600000]]"}])).await;
    let (out, _) = desk.ends(0, &["list", "executions", "--status", "running"]).await;
    assert!(out.contains(&id), "{out}");
    let (out, _) = desk.ends(0, &["show", &id, "slow"]).await;
    assert!(out.contains("running"), "{out}");
    desk.ends(2, &["show", &id, "slow", "--output"]).await;
    desk.ends(4, &["show", &id, "nobody"]).await;
    let (out, _) = desk.ends(0, &["cancel", &id]).await;
    assert!(out.contains("cancelled") && out.contains("0 of 1"), "{out}");
    desk.ends(4, &["cancel", &id]).await;
    let file = desk.folder.path().join("export.json");
    let file = file.to_str().expect("text");
    desk.ends(0, &["export", &id, "--output", file]).await;
    assert_eq!(read(&std::fs::read_to_string(file).expect("written"))["status"], "cancelled");
    desk.ends(1, &["export", &id, "--output", file]).await;
}

#[tokio::test]
async fn a_plan_comes_through_a_pipe() {
    let desk = Desk::new();
    let plan = desk.file("plan.json", CONTRACT_REVIEW);
    let inputs = desk.file("inputs.json", "{\"contract\": {\"clauses\": [1.50]}}");
    let mut piped = command(&desk.data());
    piped.args(["run", "-", "--input", &format!("@{inputs}"), "--simulate", "--max-cost", "0.5", "--json"]);
    piped.stdin(std::fs::File::open(&plan).expect("there"));
    let output = tokio::time::timeout(PATIENCE, piped.output()).await.expect("it ends").expect("it ran");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let done = read(&text(&output.stdout));
    assert_eq!(done["input"].to_string(), "{\"contract\":{\"clauses\":[1.50]}}");
    assert_eq!(done["options"]["maxCost"], 0.5);
    let (out, _) = desk.ends(0, &["list", "--tags", "legal,contract", "--search", "REVIEW", "--json"]).await;
    assert_eq!(read(&out).as_array().map(Vec::len), Some(1));
    let (out, _) = desk.ends(0, &["list", "--archived", "--json"]).await;
    assert_eq!(read(&out), json!([]));
    desk.ends(2, &["list", "--status", "running"]).await;
    desk.ends(4, &["list", "executions", "--status", "nonsense"]).await;
}

#[tokio::test]
async fn with_nobody_listening_api_info_says_how_to_begin() {
    let desk = Desk::new();
    let (_, note) = desk.ends(1, &["api-info"]).await;
    assert!(note.contains("planloom serve"), "{note}");
}

/// A run of a slow plan, followed until its first step is at work; interrupted `times`.
async fn interrupted(data: &Path, plan: &str, times: u32) -> (Output, String) {
    let mut child = command(data)
        .args(["run", plan, "--simulate", "--watch"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut notes = BufReader::new(child.stderr.take().expect("piped")).lines();
    let pid = child.id().expect("it runs").to_string();
    let mut said = String::new();
    let mut next = async |wanted: &str, said: &mut String| {
        while !said.contains(wanted) {
            let line = tokio::time::timeout(PATIENCE, notes.next_line()).await.expect("it says more").expect("text");
            said.push_str(&(line.expect("it goes on") + "\n"));
        }
    };
    next("quick", &mut said).await;
    for time in 1..=times {
        assert!(Command::new("kill").args(["-INT", &pid]).status().await.expect("kill is there").success());
        if time < times {
            next("once more", &mut said).await;
        }
    }
    while let Some(line) = notes.next_line().await.expect("text") {
        said.push_str(&(line + "\n"));
    }
    (child.wait_with_output().await.expect("it ends"), said)
}

#[tokio::test]
async fn ctrl_c_leaves_and_a_second_one_cancels() {
    let desk = Desk::new();
    let program = Program::start_at(&desk.data(), &[]).await;
    program.obey_prompts().await;
    let (status, _) = program.stop().await;
    assert!(status.success());
    let slow = plan_of(json!([
        {"id": "quick", "prompt": "x"},
        {"id": "slow", "prompt": "[[sim:delay=3000]] {{quick.output}}", "dependsOn": ["quick"]}
    ]));
    let plan = desk.file("slow.json", &slow.to_string());
    let (output, said) = interrupted(&desk.data(), &plan, 1).await;
    assert_eq!(output.status.code(), Some(130), "{said}");
    let resume = said.lines().find(|line| line.contains(" resume ")).expect("it says how to go on");
    let id = resume.split_whitespace().last().expect("an id");
    let (out, _) = desk.ends(0, &["show", id, "--json"]).await;
    let left = read(&out);
    assert_eq!(left["steps"]["quick"]["status"], "completed", "{left:#}");
    assert_ne!(left["status"], "cancelled");
    let (out, _) = desk.ends(0, &["resume", id, "--json"]).await;
    let done = read(&out);
    assert_eq!(done["status"], "completed");
    assert_eq!(done["steps"]["quick"], left["steps"]["quick"], "what was finished was not done again");

    let (output, said) = interrupted(&desk.data(), &plan, 2).await;
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains("Cancelled"), "{said}");
    let (out, _) = desk.ends(0, &["list", "executions", "--status", "cancelled", "--json"]).await;
    let cancelled = read(&out);
    assert_eq!(cancelled.as_array().map(Vec::len), Some(1));
    assert_eq!(cancelled[0]["progress"]["completed"], 1);
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_fault() {
    let desk = Desk::new();
    let program = Program::start_at(&desk.data(), &[]).await;
    for n in 0..60 {
        program.plan(plan_of(json!([{"id": "a", "prompt": format!("{n} {}", "x".repeat(3_000))}]))).await;
    }
    let binary = planloom_tests::binary();
    let shell = format!(
        "set -o pipefail; '{0}' list --limit 100 --json | head -n 1; echo \"${{PIPESTATUS[0]}}\"",
        binary.display()
    );
    let mut head = Command::new("bash");
    head.args(["-c", &shell]).env("PLANLOOM_DATA", desk.data()).stdin(Stdio::null());
    let output = tokio::time::timeout(PATIENCE, head.output()).await.expect("it ends").expect("bash is there");
    assert_eq!(text(&output.stdout), "[\n0\n", "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    for shell in ["bash", "zsh", "fish"] {
        let (out, _) = desk.ends(0, &["completions", shell]).await;
        assert!(out.contains("planloom") && out.contains("approvals"), "{shell}");
    }
    let (script, _) = desk.ends(0, &["completions", "bash"]).await;
    let script = desk.file("completions.bash", &script);
    assert!(Command::new("bash").args(["-n", &script]).status().await.expect("bash is there").success());
}

#[tokio::test]
async fn a_backup_brings_everything_back() {
    let desk = Desk::new();
    let program = Program::start_at(&desk.data(), &[]).await;
    let id = program.run_steps(json!([{"id": "a", "prompt": "kept"}])).await;
    let before = program.until_ended(&id).await;
    let backup = desk.folder.path().join("kept.db");
    let backup = backup.to_str().expect("text");
    desk.ends(0, &["backup", backup]).await;
    let (_, note) = desk.ends(1, &["backup", backup]).await;
    assert!(note.contains("kept.db"), "never over a file that is there: {note}");
    let later = program.run_steps(json!([{"id": "a", "prompt": "lost"}])).await;
    program.until_ended(&later).await;
    desk.ends(1, &["restore", backup]).await;
    assert!(program.stop().await.0.success());
    let (out, _) = desk.ends(0, &["restore", backup]).await;
    let kept = out.lines().find_map(|line| line.split_once("kept: ")).expect("where the replaced one is").1;
    assert!(Path::new(kept.trim()).exists(), "{kept}");
    let (out, _) = desk.ends(0, &["list", "executions", "--json"]).await;
    assert_eq!(read(&out).as_array().map(Vec::len), Some(1));
    let (out, _) = desk.ends(0, &["show", &id, "--json"]).await;
    assert_eq!(read(&out), before);
    let junk = desk.file("junk.db", "no database");
    let unchanged = std::fs::read(desk.data().join("planloom.db")).expect("readable");
    desk.ends(1, &["restore", &junk]).await;
    assert!(std::fs::read(desk.data().join("planloom.db")).expect("readable") == unchanged);
}

#[tokio::test]
async fn serve_ends_when_it_is_asked_to_and_loses_nothing() {
    let desk = Desk::new();
    let program = Program::start_at(&desk.data(), &[]).await;
    program.obey_prompts().await;
    let id = program.run_steps(json!([{"id": "slow", "prompt": "[[sim:delay=1500]]"}, {"id": "after", "prompt": "{{slow.output}}", "dependsOn": ["slow"]}])).await;
    let started = std::time::Instant::now();
    assert!(program.stop().await.0.success());
    assert!(started.elapsed() < Duration::from_secs(20));
    let program = Program::start_at(&desk.data(), &[]).await;
    let done = program.until_ended(&id).await;
    assert_eq!(done["status"], "completed");
    let detail = program.get(&format!("/plans/executions/{id}/steps/slow")).await;
    assert_eq!(detail.data()["attempts"][0]["interrupted"], true);
}
