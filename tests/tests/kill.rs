//! Kill -9 at random moments, again and again, on one data folder.
//!
//! Every call goes to a model server that counts, so what the program says about its past is held against what it
//! really did. `PLANLOOM_KILLS` says how often it is killed, `PLANLOOM_SEED` repeats a run.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use planloom_store::{DataDir, Store};
use planloom_tests::witness::Witness;
use planloom_tests::{PATIENCE, Program};
use reqwest::Method;
use serde_json::{Value, json};

/// Executions that are on their way at the same time.
const ABREAST: usize = 4;
/// An hour, far beyond the test.
const REVIEW_MS: u64 = 3_600_000;

/// Numbers from a seed (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A chain, a fan-out, and two steps that a person reviews, one of them in the middle.
fn plan() -> Value {
    let step = |id: &str, after: &[&str]| {
        let from: Vec<String> = after.iter().map(|id| format!("{{{{{id}.output}}}}")).collect();
        json!({"id": id, "prompt": format!("{{{{input.n}}}} {id}\n{}", from.join("")), "dependsOn": after, "model": "witness"})
    };
    let mut steps = vec![step("one", &[]), step("two", &["one"]), step("three", &["two"])];
    let fan: Vec<String> = (0..6).map(|n| format!("fan-{n}")).collect();
    steps.extend(fan.iter().map(|id| step(id, &["one"])));
    steps.push(step("join", &fan.iter().map(String::as_str).collect::<Vec<_>>()));
    steps.push(step("gate", &["two"]));
    steps.push(step("after", &["gate", "join"]));
    steps.push(step("last", &["after", "three"]));
    json!({"name": "killed", "steps": steps, "hitl": {"requiredFor": ["gate", "last"], "timeoutMs": REVIEW_MS}})
}

/// What the program has acknowledged or shown; none of it may ever be otherwise again.
#[derive(Default)]
struct Seen {
    /// Executions with their numbers.
    executions: Vec<(String, u64)>,
    /// By execution and step: the view of a completed step, and how often its prompt had arrived by the next start.
    completed: BTreeMap<(String, String), (Value, Option<usize>)>,
    /// By task: deadline and hash of what waits.
    asked: HashMap<String, (Value, Value)>,
    /// By task: the decision that was answered with 200, and its comment.
    decided: BTreeMap<String, (Value, String)>,
}

impl Seen {
    fn note(&mut self, execution: &Value) {
        let id = execution["id"].as_str().expect("an id").to_owned();
        for (step, view) in execution["steps"].as_object().expect("steps") {
            if view["status"] == "completed" {
                self.completed.entry((id.clone(), step.clone())).or_insert_with(|| (view.clone(), None));
            }
        }
    }
}

struct Case {
    witness: Witness,
    seen: Seen,
    dice: Dice,
    plan_id: String,
}

impl Case {
    fn open_executions<'a>(&'a self, done: &'a [String]) -> impl Iterator<Item = &'a String> {
        self.seen.executions.iter().map(|(id, _)| id).filter(|id| !done.contains(id))
    }

    fn prompt_line(&self, execution: &str, step: &str) -> String {
        let number = self.seen.executions.iter().find(|(id, _)| id == execution).expect("known").1;
        format!("{number} {step}\n")
    }

    /// Holds what is there after a start against everything that was seen before; says how many calls were cut off.
    /// The attempts of executions that were `done` before are looked at only at the end: nothing touches them.
    async fn check(&mut self, program: &Program, done: &[String]) -> usize {
        let mut now = HashMap::new();
        let mut interrupted = 0;
        for (id, _) in &self.seen.executions {
            now.insert(id.clone(), program.execution(id).await);
        }
        for ((execution, step), (before, calls)) in &mut self.seen.completed {
            assert_eq!(&now[execution]["steps"][step], before, "{execution} {step}: what was completed has changed");
            if done.contains(execution) {
                continue;
            }
            let detail = program.get(&format!("/plans/executions/{execution}/steps/{step}")).await;
            let prompt = detail.data()["prompt"].as_str().expect("the prompt").to_owned();
            let arrived = self.witness.calls(&prompt);
            assert_eq!(*calls.get_or_insert(arrived), arrived, "{execution} {step} was completed and called again");
            let attempts = detail.data()["attempts"].as_array().expect("attempts");
            assert!(arrived >= 1 && arrived <= attempts.len(), "{arrived} calls, {} recorded", attempts.len());
            let (cut, whole): (Vec<_>, Vec<_>) = attempts.iter().partition(|attempt| attempt["interrupted"] == true);
            assert!(whole.len() == 1 && whole[0].get("error").is_none(), "{execution} {step}: {attempts:#?}");
            interrupted += cut.len();
        }
        for (task, (deadline, hash)) in &self.seen.asked {
            let approval = program.get(&format!("/hitl/{task}")).await;
            let approval = approval.data();
            if approval["status"] == "pending" {
                assert_eq!((&approval["timeoutAt"], &approval["outputHash"]), (deadline, hash), "{task}");
            } else {
                assert!(
                    approval["decision"]["comment"].is_string(),
                    "open, then neither open nor decided: {approval:#}"
                );
            }
        }
        for (task, (answer, comment)) in &self.seen.decided {
            let decision = program.get(&format!("/hitl/{task}")).await.data()["decision"].clone();
            assert_eq!(decision["comment"], **comment, "an acknowledged decision is there");
            assert_eq!(decision["at"], answer["approvedAt"]);
            let history = program.get(&format!("/hitl/{task}/history")).await;
            let approved =
                history.data().as_array().expect("a list").iter().filter(|entry| entry["event"] == "approved");
            assert_eq!(approved.count(), 1, "decided once");
        }
        interrupted
    }

    async fn start_one(&mut self, program: &Program) {
        let number = self.seen.executions.len() as u64 + 1;
        let id = program.execute(&self.plan_id, json!({"input": {"n": number}})).await;
        self.seen.executions.push((id, number));
    }

    /// Decides one approval that is open, if there is one.
    async fn decide_one(&mut self, program: &Program) {
        let Some((task, body)) = self.choose(program).await else { return };
        let comment = body["comment"].as_str().expect("text").to_owned();
        let answer = program.post(&format!("/hitl/{task}/approve"), body).await;
        self.seen.decided.insert(task, (answer.data().clone(), comment));
    }

    /// Sends a decision and does not wait: the kill may come before it, in the middle, or before its answer is read.
    async fn decide_unheard(&mut self, program: &Program) {
        let Some((task, body)) = self.choose(program).await else { return };
        let request = program.request(Method::POST, &format!("/hitl/{task}/approve")).json(&body);
        tokio::spawn(async move { request.send().await.is_ok() });
        let moment = Duration::from_micros(self.dice.below(6_000));
        tokio::time::sleep(moment).await;
    }

    /// An open approval and a decision on it; remembers all that are open.
    async fn choose(&mut self, program: &Program) -> Option<(String, Value)> {
        let open = program.get("/hitl/pending?limit=100").await;
        let open = open.data().as_array().expect("a list").clone();
        for approval in &open {
            let task = approval["taskId"].as_str().expect("an id").to_owned();
            self.seen.asked.insert(task, (approval["timeoutAt"].clone(), approval["outputHash"].clone()));
        }
        if open.is_empty() {
            return None;
        }
        let chosen = &open[self.dice.below(open.len() as u64) as usize];
        let task = chosen["taskId"].as_str().expect("an id").to_owned();
        let comment = format!("decision {}", self.seen.decided.len());
        Some((task, json!({"comment": comment, "outputHash": chosen["outputHash"]})))
    }

    /// Reads what is shown until a random moment; a request may be under way then.
    async fn watch(&mut self, program: &Program, done: &[String]) {
        let moment = Duration::from_millis(self.dice.below(140));
        let open: Vec<String> = self.open_executions(done).cloned().collect();
        let seen = &mut self.seen;
        let watching = async {
            loop {
                for id in &open {
                    seen.note(&program.execution(id).await);
                }
            }
        };
        let _: Result<(), _> = tokio::time::timeout(moment, watching).await;
    }

    /// The chain of hashes of every execution, on the folder as the dead process left it.
    fn verify(&self, data: &Path) {
        let store = Store::open_read_only(&DataDir::at(data)).expect("it opens after a kill");
        for (id, _) in &self.seen.executions {
            let chain = store.read(|snapshot| snapshot.verify_journal(id)).expect("it reads");
            assert!(chain.expect("the chain holds").rows > 0);
        }
    }

    /// Decides everything, until everything has completed.
    async fn finish(&mut self, program: &Program, id: &str) -> Value {
        loop {
            let stands_still = |now: &Value| now["status"] != "running" && now["status"] != "pending";
            let now = program.until(id, stands_still).await;
            match now["status"].as_str().expect("a status") {
                "completed" => return now,
                "paused" => self.decide_one(program).await,
                "failed" => {
                    third_interruption(program, &now).await;
                    program.post(&format!("/plans/executions/{id}/resume"), json!({})).await.data();
                }
                other => panic!("{other}: {now:#}"),
            }
        }
    }
}

/// The one failure that kills can cause, by the rule: three interruptions of one step in a row.
async fn third_interruption(program: &Program, execution: &Value) {
    for (step, view) in execution["steps"].as_object().expect("steps") {
        if view["status"] == "failed" {
            assert_eq!(view["error"]["code"], "INTERRUPTED", "{view:#}");
            let id = execution["id"].as_str().expect("an id");
            let detail = program.get(&format!("/plans/executions/{id}/steps/{step}")).await;
            let attempts = detail.data()["attempts"].as_array().expect("attempts").clone();
            assert!(
                attempts.len() >= 3
                    && attempts[attempts.len() - 3..].iter().all(|attempt| attempt["interrupted"] == true)
            );
        }
    }
}

fn number_of(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_is_done_twice() {
    let kills = number_of("PLANLOOM_KILLS").unwrap_or(25);
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_nanos() as u64;
    let seed = number_of("PLANLOOM_SEED").unwrap_or(clock);
    eprintln!("PLANLOOM_SEED={seed} PLANLOOM_KILLS={kills}");
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let witness = Witness::start(Duration::from_millis(12), 0).await;
    let mut program = Program::start_at(&data, &[]).await;
    witness.employ(&program, 16).await;
    let plan_id = program.plan(plan()).await;
    let mut case = Case { witness, seen: Seen::default(), dice: Dice(seed | 1), plan_id };
    let mut done: Vec<String> = Vec::new();
    for round in 0..kills {
        while case.open_executions(&done).count() < ABREAST {
            case.start_one(&program).await;
        }
        case.watch(&program, &done).await;
        if case.dice.below(3) > 0 {
            case.decide_one(&program).await;
        }
        // Sometimes between a decision's 200 and its effect.
        match case.dice.below(4) {
            0 => case.decide_unheard(&program).await,
            1 => {}
            _ => case.watch(&program, &done).await,
        }
        assert!(program.kill().await.is_none());
        case.verify(&data);
        program = Program::start_at(&data, &[]).await;
        case.check(&program, &done).await;
        let open: Vec<String> = case.open_executions(&done).cloned().collect();
        for id in open {
            let now = program.execution(&id).await;
            if now["status"] == "failed" {
                third_interruption(&program, &now).await;
                program.post(&format!("/plans/executions/{id}/resume"), json!({})).await.data();
            } else if now["status"] == "completed" {
                done.push(id);
            }
        }
        eprintln!(
            "kill {round}: {} steps seen completed, {} decided",
            case.seen.completed.len(),
            case.seen.decided.len()
        );
    }
    let all: Vec<String> = case.seen.executions.iter().map(|(id, _)| id.clone()).collect();
    for id in &all {
        let now = tokio::time::timeout(PATIENCE, case.finish(&program, id)).await.expect("it completes");
        assert_eq!(now["progress"]["completed"], now["progress"]["total"]);
        case.seen.note(&now);
        for (step, view) in now["steps"].as_object().expect("steps") {
            let line = case.prompt_line(id, step);
            assert_eq!(view["output"], format!("answer to <{}>", line.trim_end()), "{step}");
        }
    }
    let interrupted = case.check(&program, &[]).await;
    eprintln!("{interrupted} calls were cut off and made again");
    assert!(interrupted > 0 || kills < 20, "the kills met nothing that was running");
    let (status, _) = program.stop().await;
    assert!(status.success(), "{status}");
    case.verify(&data);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_was_acknowledged_survives_its_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let mut program = Program::start_at(&data, &[]).await;
    for round in 0..5 {
        let steps = json!([
            {"id": "draft", "prompt": format!("round {round}"), "requiresApproval": true},
            {"id": "use", "prompt": "{{draft.output}}", "dependsOn": ["draft"]}
        ]);
        let id = program.run_steps(steps).await;
        let task = program.until_asked(&id, "draft").await;
        // Held, so that the effect is certainly still to come when the process dies.
        let body = json!({"modifiedOutput": "by hand", "comment": "kept", "undoMs": 400});
        let decided = program.post(&format!("/hitl/{task}/approve"), body).await.data().clone();
        assert!(decided["heldUntil"].is_string());
        program.kill().await;
        program = Program::start_at(&data, &[]).await;
        let done = program.until_ended(&id).await;
        assert_eq!(done["steps"]["draft"]["output"], "by hand");
        let approval = program.get(&format!("/hitl/{task}")).await;
        assert_eq!(approval.data()["decision"]["at"], decided["approvedAt"]);
        let twice = program.post(&format!("/hitl/{task}/reject"), json!({"reason": "late"})).await;
        assert_eq!(twice.refused(409, "APPROVAL_ALREADY_DECIDED")["decision"]["comment"], "kept");
    }
}
