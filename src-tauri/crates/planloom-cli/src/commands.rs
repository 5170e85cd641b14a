//! What each command does: requests to the API, and the answer as people or scripts read it.

mod approvals;
mod executions;
mod files;
mod plans;
mod run;
mod serve;
mod system;

use clap::CommandFactory;
use planloom_engine::DataDir;
use serde_json::Value;

use crate::args::{Cli, Command};
use crate::door::{Door, Purpose};
use crate::error::Error;
use crate::exit::Exit;
use crate::input::Sources;
use crate::out::Out;

/// What every command works with.
pub struct Context<'a> {
    pub data: DataDir,
    /// How this program is called for the same data folder: `planloom`, or with `--data`.
    pub planloom: String,
    pub out: &'a mut Out,
    pub sources: Sources,
    pub is_json: bool,
}

impl Context<'_> {
    /// The way to the API, for a command of this name.
    pub async fn door(&self, command: &str, purpose: Purpose) -> Result<Door, Error> {
        Door::open(&self.data, &format!("planloom {command}"), purpose).await
    }

    /// `data` for scripts, or the text that `render` makes of it.
    pub fn answer(
        &mut self,
        data: &Value,
        render: impl FnOnce(&Value, crate::render::Style) -> String,
    ) -> Result<(), Error> {
        if self.is_json {
            self.out.json(data)
        } else {
            let text = render(data, self.out.style);
            self.out.text(&text)
        }
    }
}

/// Does what the command line says.
pub async fn perform(cli: Cli, out: &mut Out) -> Result<Exit, Error> {
    let Some(command) = cli.command else { return system::desktop_or_help(out).await };
    let planloom = match &cli.data {
        None => "planloom".to_owned(),
        Some(folder) => format!("planloom --data {}", quoted(&folder.display().to_string())),
    };
    let is_json = command.is_json();
    if let Command::Completions(completions) = &command {
        return system::completions(completions.shell, &mut Cli::command(), out);
    }
    let data = DataDir::resolve(cli.data)?;
    let mut context = Context { data, planloom, out, sources: Sources::default(), is_json };
    let context = &mut context;
    match command {
        Command::Serve(serve) => serve::serve(context, serve).await,
        Command::Run(run) => run::run(context, *run).await,
        Command::Resume(resume) => run::resume(context, resume).await,
        Command::Validate(validate) => plans::validate(context, validate).await,
        Command::List(list) => plans::list(context, list).await,
        Command::Show(show) => executions::show(context, show).await,
        Command::Cancel(cancel) => executions::cancel(context, cancel).await,
        Command::Approvals(approvals) => approvals::list(context, approvals).await,
        Command::Approve(approve) => approvals::approve(context, approve).await,
        Command::Reject(reject) => approvals::reject(context, reject).await,
        Command::Export(export) => files::export(context, export).await,
        Command::Backup(backup) => files::backup(context, backup).await,
        Command::Restore(restore) => files::restore(context, restore).await,
        Command::ApiInfo(_) => system::api_info(context).await,
        Command::Completions(_) => Ok(Exit::Completed),
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/\\:._-+=@~".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// What kind of thing an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plan,
    Execution,
    Task,
}

impl Kind {
    fn of(id: &str) -> Result<Kind, Error> {
        let kinds = [("dt_plan_", Kind::Plan), ("dt_exec_", Kind::Execution), ("dt_task_", Kind::Task)];
        let found = kinds.iter().find(|(prefix, _)| id.starts_with(prefix));
        found.map(|(_, kind)| *kind).ok_or_else(|| {
            Error::Usage(format!(
                "`{id}` is not an id: those begin with dt_plan_, dt_exec_ or dt_task_. `planloom list` shows them."
            ))
        })
    }
}

/// `20 of 57 shown`, when there are more.
fn more(list: &Value, shown: usize) -> Option<String> {
    let pagination = &list["pagination"];
    let total = pagination["total"].as_u64()?;
    (pagination["hasMore"] == true).then(|| format!("{shown} of {total} shown; --limit and --offset show others."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        assert_eq!(quoted("/tmp/x-1.y"), "/tmp/x-1.y");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn ids_say_what_they_name() {
        assert_eq!(Kind::of("dt_exec_1").unwrap(), Kind::Execution);
        assert!(matches!(Kind::of("exec_1"), Err(Error::Usage(_))));
    }
}
