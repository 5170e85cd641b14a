//! `planloom`: the engine, its API and its executions from a terminal, without a window.
//!
//! ```text
//! args       what can be said             input      files, standard input, --input
//! commands/  what is done, one each       door       the way to the API: private socket, or the router in process
//! watch      following one execution      render/    what people read
//! ```
//!
//! It decides nothing about plans and executions: every command is a request to the API.

mod args;
mod browser;
mod commands;
mod door;
mod error;
mod events;
mod exit;
mod input;
mod out;
mod path;
mod render;
mod signals;
mod watch;

use std::process::ExitCode;
use std::str::FromStr;

use clap::Parser;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Cli;
use crate::out::Out;

/// Threads that work on requests and model calls, whatever the machine has.
const WORKERS: usize = 2;
/// Bytes of a thread's stack.
const STACK_BYTES: usize = 1 << 20;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log();
    let is_json = cli.command.as_ref().is_some_and(args::Command::is_json);
    let mut out = Out::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            out.note(&format!("error: This system does not let the program start its threads: {error}."));
            return ExitCode::FAILURE;
        }
    };
    let exit = match runtime.block_on(commands::perform(cli, &mut out)) {
        Ok(exit) => exit,
        Err(error) => {
            if is_json {
                out.note(&format!("{:#}", error.envelope()));
            } else {
                out.note_text(&render::failure(&error, out.error_style));
            }
            error.exit()
        }
    };
    // A thread that still reads standard input must not hold the program.
    runtime.shutdown_background();
    exit.into()
}

/// What the program logs goes to standard error; `PLANLOOM_LOG` says how much (`debug`, `planloom_engine=trace,warn`).
fn log() {
    let wanted = std::env::var("PLANLOOM_LOG").unwrap_or_default();
    let filter = Targets::from_str(&wanted).ok().filter(|_| !wanted.trim().is_empty());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::WARN));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(layer).with(filter).init();
}
