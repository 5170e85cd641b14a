//! `validate` and `list`.

use planloom_core::check;
use planloom_engine::settings::{Environment, Settings};
use serde_json::{Value, json};

use super::{Context, more};
use crate::args::{List, Listed, Validate};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::path::{path, query};
use crate::render;

/// `planloom validate`
pub async fn validate(context: &mut Context<'_>, validate: Validate) -> Result<Exit, Error> {
    let document = context.sources.json(&validate.file)?;
    let door = context.door("validate", Purpose::Read).await?;
    let checked = match &door {
        Door::Nothing(_) => Ok(check_by_bundled_settings(&document)),
        Door::Owner(_) | Door::Own(_) | Door::Reading(_) => door.post(&path(&["plans", "validate"]), &document).await,
    };
    door.close().await;
    let checked = checked?;
    let is_valid = checked["valid"] == true;
    context.answer(&checked, |checked, style| {
        let issues = checked["issues"].as_array().map(Vec::as_slice).unwrap_or_default();
        let steps = document["steps"].as_array().map_or(0, Vec::len);
        let verdict = if is_valid {
            style.paint(render::GREEN, &format!("✓ A plan that can run: {steps} steps."))
        } else {
            style.paint(render::RED, "✗ Not a plan that can run.")
        };
        format!("{}{verdict}\n", render::issues(issues, style))
    })?;
    Ok(if is_valid { Exit::Completed } else { Exit::Failed })
}

/// Without a database nobody has changed a setting.
fn check_by_bundled_settings(document: &Value) -> Value {
    let settings = Settings::bundled(Environment::of_process());
    let checked = settings.with_known(|known| check::check(document, known));
    json!({"valid": checked.plan.is_some(), "issues": checked.problems})
}

/// `planloom list`
pub async fn list(context: &mut Context<'_>, list: List) -> Result<Exit, Error> {
    let path = match list.what {
        Listed::Plans => {
            if list.plan.is_some() || list.status.is_some() {
                let message = "`--plan` and `--status` are about executions: `planloom list executions`.";
                return Err(Error::Usage(message.to_owned()));
            }
            plans_path(&list)
        }
        Listed::Executions => {
            if list.tags.is_some() || list.archived {
                return Err(Error::Usage(
                    "`--tags` and `--archived` are about plans: `planloom list plans`.".to_owned(),
                ));
            }
            executions_path(&list)
        }
    };
    let (what, render): (_, fn(&[Value], render::Style) -> String) = match list.what {
        Listed::Plans => ("plans", render::plans),
        Listed::Executions => ("executions", render::executions),
    };
    show_list(context, "list", &path, what, render).await
}

fn plans_path(list: &List) -> String {
    let parameters = [
        ("search", list.search.clone()),
        ("tags", list.tags.clone()),
        ("archived", list.archived.then(|| "true".to_owned())),
        ("view", Some("summary".to_owned())),
        ("limit", Some(list.page.limit.to_string())),
        ("offset", Some(list.page.offset.to_string())),
    ];
    path(&["plans"]) + &query(&parameters)
}

fn executions_path(list: &List) -> String {
    let parameters = [
        ("search", list.search.clone()),
        ("planId", list.plan.clone()),
        ("status", list.status.clone()),
        ("limit", Some(list.page.limit.to_string())),
        ("offset", Some(list.page.offset.to_string())),
    ];
    path(&["plans", "executions"]) + &query(&parameters)
}

/// Asks for a list and shows it; where there is no database, it is empty.
pub async fn show_list(
    context: &mut Context<'_>,
    command: &str,
    path: &str,
    what: &str,
    render: fn(&[Value], render::Style) -> String,
) -> Result<Exit, Error> {
    let door = context.door(command, Purpose::Read).await?;
    let (list, is_nothing) = match door.is_nothing() {
        true => (json!({"data": []}), true),
        false => {
            let list = door.list(path).await;
            door.close().await;
            (list?, false)
        }
    };
    let items = list["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if context.is_json {
        context.out.json(&list["data"])?;
    } else if items.is_empty() {
        let folder = context.data.path().display();
        let place = if is_nothing { format!("Nothing yet in {folder}.") } else { format!("No {what}.") };
        context.out.note(&place);
    } else {
        context.out.text(&render(items, context.out.style))?;
        if let Some(more) = more(&list, items.len()) {
            context.out.note(&more);
        }
    }
    Ok(Exit::Completed)
}
