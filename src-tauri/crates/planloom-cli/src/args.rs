//! The command line: what can be said, and the words of its help. It reads no file and asks nobody.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde_json::Number;

/// Everything that can be said.
#[derive(Debug, Parser)]
#[command(name = "planloom", version, about = "Runs plans of prompts, durably.", disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 completed, 1 failed or rejected, 2 usage, 3 waits for a person, 4 refused, 130 cancelled.\n\
Environment: PLANLOOM_DATA (data folder), PLANLOOM_LOG (log level), NO_COLOR."
)]
pub struct Cli {
    /// The data folder; PLANLOOM_DATA, or the platform's place for application data, when left out
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run executions and the local API without a window
    Serve(Serve),
    /// Run a plan
    Run(Box<Run>),
    /// Check a plan; nothing is stored
    Validate(Validate),
    /// List plans or executions, newest first
    List(List),
    /// Show a plan, an execution, one of its steps, or an approval
    Show(Show),
    /// Cancel an execution; what is finished stays
    Cancel(Cancel),
    /// Go on with an execution that failed, was cancelled, was left, or waits for its budget
    Resume(Resume),
    /// List what waits for a decision
    Approvals(Approvals),
    /// Approve an output, as it is or edited
    Approve(Approve),
    /// Reject an output, for good or for another attempt
    Reject(Reject),
    /// Write a plan or an execution as JSON
    Export(Export),
    /// Write a checked copy of the database to a file
    Backup(Backup),
    /// Put a backup in the place of the database; what it replaces is kept aside
    Restore(Restore),
    /// Print address and key of the local API
    ApiInfo(ApiInfo),
    /// Print a completion script
    Completions(Completions),
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The port on localhost; 0 for any free one, the settings' (7317) when left out
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Open the page in the browser
    #[arg(long)]
    pub open: bool,
    /// Put no example plan into a new database
    #[arg(long)]
    pub no_example: bool,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The plan's JSON file, `-` for standard input, or the id of a published plan
    #[arg(value_name = "PLAN")]
    pub plan: String,
    /// key=value, key=@file (text), key:=json, or @file.json (an object with all of them); repeatable
    #[arg(short, long, value_name = "INPUT")]
    pub input: Vec<String>,
    /// Stay until it has ended, also while it waits for a person, and show what is at work
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub json: Json,
    /// Answer every prompt by the offline simulator; no model is called
    #[arg(long)]
    pub simulate: bool,
    /// Say what would run and what it may cost; nothing is called
    #[arg(long)]
    pub dry_run: bool,
    /// The most that it may cost, in USD
    #[arg(long, value_name = "USD", value_parser = number)]
    pub max_cost: Option<Number>,
    /// The most time that it may take, waiting for people not counted
    #[arg(long, value_name = "MS")]
    pub timeout_ms: Option<u64>,
    #[command(flatten)]
    pub hitl: Hitl,
}

/// When a person is asked.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Review")]
pub struct Hitl {
    /// A step whose output a person must approve; repeatable
    #[arg(long, value_name = "STEP")]
    pub require_approval: Vec<String>,
    /// Have outputs scored, and ask a person below this score (0 to 1)
    #[arg(long, value_name = "SCORE", value_parser = number)]
    pub confidence_threshold: Option<Number>,
    /// How long a review may take
    #[arg(long, value_name = "MS")]
    pub review_timeout_ms: Option<u64>,
    /// What happens when a review took too long
    #[arg(long, value_name = "WHAT")]
    pub on_timeout: Option<OnTimeout>,
    /// The model alias that scores
    #[arg(long, value_name = "ALIAS")]
    pub evaluator: Option<String>,
    /// The share of passing outputs that a person sees all the same (0 to 1)
    #[arg(long, value_name = "SHARE", value_parser = number)]
    pub spot_check_rate: Option<Number>,
    /// How reviewers hear of it; repeatable
    #[arg(long, value_name = "CHANNEL")]
    pub notify: Vec<Channel>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    Hold,
    Reject,
    Approve,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Channel {
    Dashboard,
    Email,
    Webhook,
}

#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Json {
    /// Answer with one JSON document; failures as the API's envelope, on standard error
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Validate {
    /// The plan's JSON file, or `-` for standard input
    pub file: String,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listed {
    Plans,
    Executions,
}

#[derive(Debug, Args)]
pub struct List {
    #[arg(value_enum, default_value_t = Listed::Plans, hide_default_value = true)]
    pub what: Listed,
    /// A part of a name or an id
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// Plans with all of these tags
    #[arg(long, value_name = "A,B")]
    pub tags: Option<String>,
    /// Archived plans
    #[arg(long)]
    pub archived: bool,
    /// Executions of this plan
    #[arg(long, value_name = "PLAN_ID")]
    pub plan: Option<String>,
    /// Executions with this status
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct Page {
    /// How many, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// How many to leave out at the beginning
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: u64,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The id of a plan, an execution or a task
    pub id: String,
    /// A step of the execution: its prompt, its attempts, its output
    pub step: Option<String>,
    /// Only the step's output, as it is
    #[arg(long, requires = "step", conflicts_with = "json")]
    pub output: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Cancel {
    pub id: String,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Resume {
    pub id: String,
    /// Raise the budget to this, in USD
    #[arg(long, value_name = "USD", value_parser = number)]
    pub max_cost: Option<Number>,
    /// Stay until it has ended, also while it waits for a person, and show what is at work
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Approvals {
    /// Of steps in this queue
    #[arg(long, value_name = "QUEUE")]
    pub queue: Option<String>,
    /// Of plans with all of these tags
    #[arg(long, value_name = "A,B")]
    pub tags: Option<String>,
    /// Assigned to this reviewer
    #[arg(long, value_name = "ID")]
    pub reviewer: Option<String>,
    #[command(flatten)]
    pub page: Page,
    #[command(flatten)]
    pub json: Json,
}

/// Which approval, and who decides.
#[derive(Debug, Args)]
pub struct Decided {
    /// The id of a task, or of an execution
    #[arg(value_name = "TASK|EXECUTION")]
    pub id: String,
    /// The execution's step; may be left out when only one waits
    pub step: Option<String>,
    /// The hash of the output that was read, so that nothing else is decided on; the present output's when left out
    #[arg(long, value_name = "HASH")]
    pub output_hash: Option<String>,
    /// Who decides
    #[arg(long, value_name = "ID")]
    pub reviewer: Option<String>,
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Approve {
    #[command(flatten)]
    pub decided: Decided,
    #[arg(long)]
    pub comment: Option<String>,
    /// A file whose text takes the place of the model's; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub edit: Option<String>,
}

#[derive(Debug, Args)]
pub struct Reject {
    #[command(flatten)]
    pub decided: Decided,
    /// What is wrong with it
    #[arg(long)]
    pub reason: String,
    /// Try again, with the reason before the model's eyes
    #[arg(long)]
    pub retry: bool,
    /// The prompt of the new attempt, or @file
    #[arg(long, value_name = "TEXT", requires = "retry")]
    pub retry_prompt: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Json,
}

#[derive(Debug, Args)]
pub struct Export {
    /// The id of a plan or an execution
    pub id: String,
    #[arg(long, value_enum, default_value_t = Format::Json)]
    pub format: Format,
    /// The file to write; standard output when left out
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Backup {
    /// A file that does not exist yet
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct Restore {
    pub file: PathBuf,
}

#[derive(Debug, Args)]
pub struct ApiInfo {
    #[command(flatten)]
    pub json: Json,
}

#[derive(Debug, Args)]
pub struct Completions {
    pub shell: Shell,
}

impl Command {
    /// Whether the answer is for a script.
    pub fn is_json(&self) -> bool {
        match self {
            Command::Run(run) => run.json.json,
            Command::Validate(validate) => validate.json.json,
            Command::List(list) => list.json.json,
            Command::Show(show) => show.json.json,
            Command::Cancel(cancel) => cancel.json.json,
            Command::Resume(resume) => resume.json.json,
            Command::Approvals(approvals) => approvals.json.json,
            Command::Approve(approve) => approve.decided.json.json,
            Command::Reject(reject) => reject.decided.json.json,
            Command::ApiInfo(info) => info.json.json,
            Command::Serve(_)
            | Command::Export(_)
            | Command::Backup(_)
            | Command::Restore(_)
            | Command::Completions(_) => false,
        }
    }
}

/// A number as JSON has it, with the digits that were given.
fn number(text: &str) -> Result<Number, String> {
    text.parse::<Number>().map_err(|_| "it must be a number, as 0.85".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Command, String> {
        let words = std::iter::once("planloom").chain(line.split_whitespace());
        Cli::try_parse_from(words).map(|cli| cli.command.expect("a command")).map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn nothing_is_something_too() {
        assert!(Cli::try_parse_from(["planloom"]).unwrap().command.is_none());
    }

    #[test]
    fn every_command_of_the_contract_is_understood() {
        for line in [
            "serve --port 0 --data /x",
            "serve --open --no-example",
            "run plan.json --input contract=@file.txt --watch --json",
            "run - --simulate --max-cost 0.5 --timeout-ms 300000 --require-approval analyze --confidence-threshold 0.85",
            "run dt_plan_x --on-timeout reject --review-timeout-ms 5 --evaluator haiku --spot-check-rate 0.05 --notify email",
            "validate plan.json",
            "list",
            "list plans --tags legal,contract",
            "list executions --status running --json",
            "show dt_exec_x",
            "show dt_exec_x analyze --output",
            "cancel dt_exec_x",
            "resume dt_exec_x --max-cost 2",
            "approvals",
            "approve dt_task_x --comment fine --edit new.txt",
            "approve dt_exec_x analyze",
            "reject dt_task_x --reason wrong --retry --retry-prompt again",
            "export dt_plan_x --format json",
            "backup b.db",
            "restore b.db",
            "api-info --json",
            "completions bash",
            "--data /x list",
        ] {
            parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "run",
            "reject dt_task_x",
            "reject dt_task_x --reason r --retry-prompt p",
            "list nothing",
            "list --limit 0",
            "list --limit 101",
            "serve --port 65536",
            "run p.json --max-cost NaN",
            "run p.json --on-timeout never",
            "show dt_exec_x --output",
            "completions cobol",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        let Command::Resume(resume) = parse("resume x --max-cost 0.10").unwrap() else { panic!("resume") };
        assert_eq!(resume.max_cost.unwrap().to_string(), "0.10");
    }
}
