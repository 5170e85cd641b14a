//! `show` and `cancel`.

use serde_json::Value;

use super::{Context, Kind};
use crate::args::{Cancel, Show};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::path::path;
use crate::render;

/// `planloom show`
pub async fn show(context: &mut Context<'_>, show: Show) -> Result<Exit, Error> {
    let kind = Kind::of(&show.id)?;
    if show.step.is_some() && kind != Kind::Execution {
        return Err(Error::Usage(format!("`{}` is not an execution, so it has no step to show.", show.id)));
    }
    let door = context.door("show", Purpose::Read).await?;
    let read = read(&door, kind, &show).await;
    door.close().await;
    let data = read?;
    match (kind, &show.step) {
        (Kind::Plan, _) => context.answer(&data, render::plan)?,
        (Kind::Task, _) => {
            context.answer(&data, render::approval)?;
            if !context.is_json && matches!(render::text(&data, "status"), "pending" | "expired") {
                // With the hash, so that the decision is about the very text that was shown.
                let hash = render::text(&data, "outputHash");
                let (planloom, task) = (&context.planloom, &show.id);
                context.out.note(&format!("  {planloom} approve {task} --output-hash {hash}"));
                context.out.note(&format!("  {planloom} reject {task} --output-hash {hash} --reason \"…\""));
            }
        }
        (Kind::Execution, Some(step)) if show.output => {
            let Some(output) = data["step"]["output"].as_str() else {
                let status = render::word(render::text(&data["step"], "status"));
                return Err(Error::Usage(format!("The step `{step}` has no output: it is {status}.")));
            };
            let output = if context.out.is_terminal { render::plain(output) } else { output.to_owned() };
            context.out.text(&output)?;
        }
        (Kind::Execution, Some(_)) => context.answer(&data, render::step)?,
        (Kind::Execution, None) => {
            context.answer(&data, render::execution)?;
            if !context.is_json {
                context.out.note_text(&render::waiting(&data, &context.planloom));
            }
        }
    }
    Ok(Exit::Completed)
}

async fn read(door: &Door, kind: Kind, show: &Show) -> Result<Value, Error> {
    let id = show.id.as_str();
    match (kind, &show.step) {
        (Kind::Plan, _) => door.get(&path(&["plans", id])).await,
        (Kind::Task, _) => door.get(&path(&["hitl", id])).await,
        (Kind::Execution, Some(step)) => door.get(&path(&["plans", "executions", id, "steps", step])).await,
        (Kind::Execution, None) => door.get(&path(&["plans", "executions", id])).await,
    }
}

/// `planloom cancel`
pub async fn cancel(context: &mut Context<'_>, cancel: Cancel) -> Result<Exit, Error> {
    let door = context.door("cancel", Purpose::Change).await?;
    let cancelled = door.delete(&path(&["plans", "executions", &cancel.id])).await;
    door.close().await;
    let cancelled = cancelled?;
    context.answer(&cancelled, |cancelled, style| {
        let progress = &cancelled["progress"];
        let (completed, total) = (&progress["completed"], &progress["total"]);
        let status = style.status(render::text(cancelled, "status"));
        format!("{status}  {}  {completed} of {total} steps were finished and stay.\n", render::text(cancelled, "id"))
    })?;
    Ok(Exit::Completed)
}
