//! `approvals`, `approve`, `reject`.

use serde_json::{Map, Value};

use super::{Context, Kind, plans};
use crate::args::{Approvals, Approve, Decided, Reject};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::path::{path, query};
use crate::render;

/// `planloom approvals`; what is overdue is still open, so it is listed too.
pub async fn list(context: &mut Context<'_>, approvals: Approvals) -> Result<Exit, Error> {
    let parameters = [
        ("queue", approvals.queue),
        ("tags", approvals.tags),
        ("reviewerId", approvals.reviewer),
        ("includeExpired", Some("true".to_owned())),
        ("limit", Some(approvals.page.limit.to_string())),
        ("offset", Some(approvals.page.offset.to_string())),
    ];
    let path = path(&["hitl", "pending"]) + &query(&parameters);
    plans::show_list(context, "approvals", &path, "approvals", render::approvals).await
}

/// `planloom approve`
pub async fn approve(context: &mut Context<'_>, approve: Approve) -> Result<Exit, Error> {
    let mut body = Map::new();
    if let Some(file) = &approve.edit {
        body.insert("modifiedOutput".to_owned(), context.sources.text(file)?.into());
    }
    body.extend(approve.comment.map(|comment| ("comment".to_owned(), comment.into())));
    decide(context, approve.decided, "approve", body).await
}

/// `planloom reject`
pub async fn reject(context: &mut Context<'_>, reject: Reject) -> Result<Exit, Error> {
    let mut body = Map::new();
    body.insert("reason".to_owned(), reject.reason.into());
    if reject.retry {
        body.insert("retry".to_owned(), true.into());
    }
    if let Some(prompt) = reject.retry_prompt {
        let prompt = match prompt.strip_prefix('@') {
            Some(file) => context.sources.text(file)?,
            None => prompt,
        };
        body.insert("retryPrompt".to_owned(), prompt.into());
    }
    decide(context, reject.decided, "reject", body).await
}

async fn decide(
    context: &mut Context<'_>,
    decided: Decided,
    verb: &str,
    mut body: Map<String, Value>,
) -> Result<Exit, Error> {
    let kind = Kind::of(&decided.id)?;
    let door = context.door(verb, Purpose::Change).await?;
    let deciding = async {
        let task_id = task_of(&door, kind, &decided).await?;
        let approval = door.get(&path(&["hitl", &task_id])).await?;
        // A decision names what it judges: if the output changes in between, it is refused.
        let hash = decided.output_hash.map(Value::from).unwrap_or_else(|| approval["outputHash"].clone());
        body.insert("outputHash".to_owned(), hash);
        body.extend(decided.reviewer.map(|reviewer| ("reviewerId".to_owned(), reviewer.into())));
        let answer = door.post(&path(&["hitl", &task_id, verb]), &Value::Object(body)).await?;
        let execution = render::text(&approval, "planExecutionId");
        let execution = door.get(&(path(&["plans", "executions", execution]) + "?outputs=none")).await?;
        Ok((answer, approval, execution))
    };
    let outcome: Result<(Value, Value, Value), Error> = deciding.await;
    let has_owner = door.has_owner();
    door.close().await;
    let (answer, approval, execution) = outcome?;
    context.answer(&answer, |answer, style| {
        let word = if verb == "approve" {
            style.paint(render::GREEN, "✓ approved")
        } else {
            style.paint(render::RED, "⊘ rejected")
        };
        let edited = if answer["wasModified"] == true { ", as edited" } else { "" };
        let again = if answer["retry"] == true { ", to be tried again" } else { "" };
        format!("{word}  {} ({}){edited}{again}\n", render::text(&approval, "stepId"), render::text(answer, "taskId"))
    })?;
    if !has_owner {
        let (planloom, id, status) =
            (&context.planloom, render::text(&execution, "id"), render::text(&execution, "status"));
        context.out.note(&match status {
            // Nothing is left to go on with.
            "completed" | "failed" => format!("With it the execution has {status}:\n  {planloom} show {id}"),
            _ => format!("It is recorded, and takes effect when the execution goes on:\n  {planloom} resume {id}"),
        });
    }
    Ok(Exit::Completed)
}

/// The task that is meant: named itself, by its step, or the only one of its execution that waits.
async fn task_of(door: &Door, kind: Kind, decided: &Decided) -> Result<String, Error> {
    let id = decided.id.as_str();
    match (kind, &decided.step) {
        (Kind::Task, None) => Ok(id.to_owned()),
        (Kind::Task, Some(_)) => Err(Error::Usage(format!("`{id}` is a task; name a step only after an execution."))),
        (Kind::Plan, _) => {
            Err(Error::Usage(format!("`{id}` is a plan. Name the task, or the execution and its step.")))
        }
        (Kind::Execution, Some(step)) => {
            let detail = door.get(&path(&["plans", "executions", id, "steps", step])).await?;
            Ok(render::text(&detail["step"], "taskId").to_owned())
        }
        (Kind::Execution, None) => {
            let execution = door.get(&(path(&["plans", "executions", id]) + "?outputs=none")).await?;
            only_waiting(&execution)
        }
    }
}

fn only_waiting(execution: &Value) -> Result<String, Error> {
    let steps = execution["steps"].as_object().into_iter().flatten();
    let waiting: Vec<_> = steps.filter(|(_, step)| render::text(step, "status") == "awaiting_approval").collect();
    match waiting.as_slice() {
        [(_, step)] => Ok(render::text(step, "taskId").to_owned()),
        [] => Err(Error::Usage("No step of this execution waits for a decision.".to_owned())),
        several => {
            let names: Vec<&str> = several.iter().map(|(id, _)| id.as_str()).collect();
            Err(Error::Usage(format!("Several steps wait; name one of them: {}.", names.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_may_be_left_out_when_only_one_waits() {
        let waits = |task: &str| json!({"status": "awaiting_approval", "taskId": task});
        let done = json!({"status": "completed", "taskId": "t0"});
        assert_eq!(only_waiting(&json!({"steps": {"a": done, "b": waits("t1")}})).unwrap(), "t1");
        let message = |execution: Value| only_waiting(&execution).unwrap_err().to_string();
        assert!(message(json!({"steps": {"a": waits("t1"), "b": waits("t2")}})).contains("a, b"));
        assert!(message(json!({"steps": {"a": done}})).contains("No step"));
    }
}
