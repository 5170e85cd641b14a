//! `run` and `resume`: an execution is started or taken up, followed, and its end is told.

use std::path::Path;
use std::time::Duration;

use planloom_core::check::read_plan;
use planloom_server::LocalClient;
use serde_json::{Map, Value, json};
use tokio::time::{sleep, timeout};

use super::Context;
use crate::args::{Channel, Hitl, OnTimeout, Resume, Run};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::input::inputs;
use crate::out::columns;
use crate::path::{path, query};
use crate::render::{self, Progress};
use crate::signals::{Signal, Signals};
use crate::watch::{Ending, Watch};

/// How long a second Ctrl-C is waited for, which cancels.
const SECOND_THOUGHTS: Duration = Duration::from_secs(2);
/// How often, and how long apart, an owner that is gone is looked for before this process takes its place.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);
/// Owners that may be lost in a row without a word from any.
const LOSSES: u32 = 5;

/// `planloom run`
pub async fn run(context: &mut Context<'_>, run: Run) -> Result<Exit, Error> {
    // Everything that this command reads is read before anything is started.
    let by_id = run.plan.starts_with("dt_plan_") && !Path::new(&run.plan).exists();
    let document = if by_id { None } else { Some(context.sources.json(&run.plan)?) };
    let body = execute_body(&run, inputs(&run.input, &mut context.sources)?);
    let signals = Signals::new()?;
    let door = context.door("run", Purpose::Begin).await?;
    let started = async {
        let plan_id = match &document {
            Some(document) => publish(&door, document).await?,
            None => run.plan.clone(),
        };
        door.post(&path(&["plans", &plan_id, "execute"]), &body).await
    };
    match started.await {
        Err(error) => {
            door.close().await;
            Err(error)
        }
        Ok(view) if view["status"] == "dry_run" => {
            door.close().await;
            context.answer(&view, render::dry_run)?;
            Ok(Exit::Completed)
        }
        Ok(view) => follow(context, door, signals, render::text(&view, "id"), run.watch).await,
    }
}

/// `planloom resume`
pub async fn resume(context: &mut Context<'_>, resume: Resume) -> Result<Exit, Error> {
    let signals = Signals::new()?;
    let door = context.door("resume", Purpose::Change).await?;
    let mut body = Map::new();
    if let Some(max_cost) = resume.max_cost {
        body.insert("maxCost".to_owned(), Value::Number(max_cost));
    }
    match door.post(&path(&["plans", "executions", &resume.id, "resume"]), &Value::Object(body)).await {
        Ok(_) => follow(context, door, signals, &resume.id, resume.watch).await,
        Err(error) => {
            door.close().await;
            Err(error)
        }
    }
}

fn execute_body(run: &Run, input: Value) -> Value {
    let mut options = Map::new();
    let mut option = |name: &str, value: Option<Value>| options.extend(value.map(|value| (name.to_owned(), value)));
    option("timeoutMs", run.timeout_ms.map(Value::from));
    option("maxCost", run.max_cost.clone().map(Value::Number));
    option("simulate", run.simulate.then_some(Value::Bool(true)));
    option("dryRun", run.dry_run.then_some(Value::Bool(true)));
    let mut body = json!({ "input": input });
    let hitl = hitl_body(&run.hitl);
    if !options.is_empty() {
        body["options"] = Value::Object(options);
    }
    if !hitl.is_empty() {
        body["hitl"] = Value::Object(hitl);
    }
    body
}

fn hitl_body(hitl: &Hitl) -> Map<String, Value> {
    let mut body = Map::new();
    let mut field = |name: &str, value: Option<Value>| body.extend(value.map(|value| (name.to_owned(), value)));
    let on_timeout = hitl.on_timeout.map(|what| match what {
        OnTimeout::Hold => "hold",
        OnTimeout::Reject => "reject",
        OnTimeout::Approve => "approve",
    });
    let channel = |channel: &Channel| match channel {
        Channel::Dashboard => "dashboard",
        Channel::Email => "email",
        Channel::Webhook => "webhook",
    };
    let channels: Vec<&str> = hitl.notify.iter().map(channel).collect();
    field("requiredFor", (!hitl.require_approval.is_empty()).then(|| json!(hitl.require_approval)));
    field("confidenceThreshold", hitl.confidence_threshold.clone().map(Value::Number));
    field("timeoutMs", hitl.review_timeout_ms.map(Value::from));
    field("onTimeout", on_timeout.map(Value::from));
    field("evaluator", hitl.evaluator.clone().map(Value::from));
    field("spotCheckRate", hitl.spot_check_rate.clone().map(Value::Number));
    field("notifyChannels", (!channels.is_empty()).then(|| json!(channels)));
    body
}

/// The id of a published plan that says the same; publishes one when there is none.
async fn publish(door: &Door, document: &Value) -> Result<String, Error> {
    if let (Some(wanted), _) = read_plan(document) {
        let same_name = query(&[("search", Some(wanted.name.clone())), ("limit", Some("100".to_owned()))]);
        let found = door.get(&(path(&["plans"]) + &same_name)).await?;
        let says_the_same = |plan: &&Value| read_plan(&without_server_made(plan)).0.as_ref() == Some(&wanted);
        if let Some(plan) = found.as_array().into_iter().flatten().find(says_the_same) {
            return Ok(render::text(plan, "id").to_owned());
        }
    }
    let plan = door.post(&path(&["plans"]), document).await?;
    Ok(render::text(&plan, "id").to_owned())
}

/// A plan as its author wrote it.
pub fn without_server_made(plan: &Value) -> Value {
    let fields = ["name", "description", "tags", "inputSchema", "defaults", "hitl", "steps"];
    let present = fields.iter().filter(|field| !plan[**field].is_null());
    Value::Object(present.map(|field| ((*field).to_owned(), plan[*field].clone())).collect())
}

/// Follows an execution to its end, to a pause, or until it is left.
async fn follow(
    context: &mut Context<'_>,
    mut door: Door,
    mut signals: Signals,
    id: &str,
    watch: bool,
) -> Result<Exit, Error> {
    let seen = watch || (context.out.is_terminal && !context.is_json);
    let live = (watch && context.out.errors_are_seen).then(columns);
    let progress = seen.then(|| Progress::new(context.out.error_style, live));
    if seen {
        context.out.note(&format!("execution {id}"));
    }
    let mut watch = Watch::new(id, progress, watch);
    let mut losses = 0;
    let ending = loop {
        match watch.follow(&door, &mut signals, context.out).await {
            Ok(Ending::Lost) => {}
            Ok(ending) => break ending,
            Err(error) => {
                door.close().await;
                return Err(error);
            }
        }
        losses = if std::mem::take(&mut watch.heard) { 0 } else { losses + 1 };
        door.close().await;
        if losses > LOSSES {
            return Err(Error::OwnerLeft);
        }
        door = take_up(context, id).await?;
    };
    let told = match ending {
        Ending::Signalled(signal) => leave(context, &door, &mut signals, signal, id).await,
        Ending::Ended | Ending::Waits | Ending::Lost => conclude(context, &door, id).await,
    };
    door.close().await;
    told
}

/// The owner is gone. It may come back; otherwise this process makes the execution go.
async fn take_up(context: &Context<'_>, id: &str) -> Result<Door, Error> {
    for _ in 0..LOOKS {
        if LocalClient::connect(&context.data).await.is_ok() {
            break;
        }
        sleep(BETWEEN_LOOKS).await;
    }
    let door = context.door("run", Purpose::Change).await?;
    // What has ended is only told: a resume would run again what failed.
    if has_ended(&door, id).await {
        return Ok(door);
    }
    match door.post(&path(&["plans", "executions", id, "resume"]), &json!({})).await {
        Ok(_) => Ok(door),
        // An owner that came back has taken everything up itself; one that is just going is found lost by who follows.
        Err(Error::Refused(_) | Error::OwnerLeft | Error::Server(_)) if door.has_owner() => Ok(door),
        Err(error) => {
            door.close().await;
            Err(error)
        }
    }
}

async fn has_ended(door: &Door, id: &str) -> bool {
    let execution = door.get(&(path(&["plans", "executions", id]) + "?outputs=none")).await;
    execution.is_ok_and(|execution| matches!(render::text(&execution, "status"), "completed" | "failed" | "cancelled"))
}

/// Tells how it ended, or what it waits for.
async fn conclude(context: &mut Context<'_>, door: &Door, id: &str) -> Result<Exit, Error> {
    let execution = door.get(&path(&["plans", "executions", id])).await?;
    if context.out.is_terminal && !context.is_json {
        let style = context.out.style;
        let version = query(&[("version", Some(execution["planVersion"].to_string()))]);
        let plan = door.get(&(path(&["plans", render::text(&execution, "planId")]) + &version)).await?;
        context.out.text(&render::conclusion(&execution, style))?;
        context.out.text(&render::results(&execution, &plan, style))?;
    } else {
        context.out.json(&execution)?;
    }
    let exit = Exit::of_status(render::text(&execution, "status"));
    if exit == Exit::Waits {
        context.out.note_text(&render::waiting(&execution, &context.planloom));
    }
    Ok(exit)
}

/// Leaves it resumable and says so; another Ctrl-C in time cancels it.
async fn leave(
    context: &mut Context<'_>,
    door: &Door,
    signals: &mut Signals,
    signal: Signal,
    id: &str,
) -> Result<Exit, Error> {
    let planloom = &context.planloom;
    let (stays, next) = if door.has_owner() {
        (format!("Left. {id} goes on in the program that owns the data folder."), format!("{planloom} show {id}"))
    } else {
        (format!("Left. {id} keeps what is finished and can go on."), format!("{planloom} resume {id}"))
    };
    context.out.note(&format!("{stays}\n  {next}"));
    if signal == Signal::Interrupt {
        context.out.note("Ctrl-C once more cancels it.");
        if timeout(SECOND_THOUGHTS, signals.next()).await == Ok(Signal::Interrupt) {
            match door.delete(&path(&["plans", "executions", id])).await {
                Ok(_) => context.out.note("Cancelled. What was finished stays."),
                // It came to its end first.
                Err(Error::Refused(_)) => return conclude(context, door, id).await,
                Err(error) => return Err(error),
            }
        }
    }
    if context.is_json || !context.out.is_terminal {
        let execution = door.get(&path(&["plans", "executions", id])).await?;
        context.out.json(&execution)?;
    }
    Ok(Exit::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    fn body(line: &str) -> Value {
        let words = ["planloom", "run", "p.json"].into_iter().chain(line.split_whitespace());
        let Some(Command::Run(run)) = Cli::try_parse_from(words).unwrap().command else { panic!("run") };
        execute_body(&run, json!({}))
    }

    #[test]
    fn the_body_has_what_was_asked_for_and_nothing_else() {
        assert_eq!(body(""), json!({"input": {}}));
        assert_eq!(
            body("--simulate --max-cost 0.10").to_string(),
            "{\"input\":{},\"options\":{\"maxCost\":0.10,\"simulate\":true}}"
        );
        assert_eq!(body("--dry-run --timeout-ms 5")["options"], json!({"timeoutMs": 5, "dryRun": true}));
        let line = "--require-approval a --require-approval b --confidence-threshold 0.85 --review-timeout-ms 9 \
                    --on-timeout approve --evaluator haiku --spot-check-rate 0.05 --notify email --notify dashboard";
        assert_eq!(
            body(line)["hitl"],
            json!({"requiredFor": ["a", "b"], "confidenceThreshold": 0.85, "timeoutMs": 9, "onTimeout": "approve",
                "evaluator": "haiku", "spotCheckRate": 0.05, "notifyChannels": ["email", "dashboard"]})
        );
    }

    #[test]
    fn a_plan_that_was_published_says_the_same_as_its_file() {
        let file =
            json!({"name": "n", "steps": [{"id": "a", "prompt": "p", "retry": {"maxAttempts": 2, "backoffMs": 1}}]});
        let published = json!({"id": "dt_plan_1", "version": 1, "name": "n", "tags": [], "createdAt": "x", "warnings": [1],
            "steps": [{"id": "a", "prompt": "p", "dependsOn": [], "retry": {"maxAttempts": 2, "backoffMs": 1}}]});
        assert_eq!(read_plan(&without_server_made(&published)).0, read_plan(&file).0);
        assert!(read_plan(&file).0.is_some());
    }
}
