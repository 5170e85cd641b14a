//! What concerns the program itself: the window beside it, the listener's address, completions.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

use super::Context;
use crate::args::Cli;
use crate::error::Error;
use crate::exit::Exit;
use crate::out::Out;

/// `planloom` alone: the desktop app beside it, where it can show itself; else the help.
pub async fn desktop_or_help(out: &mut Out) -> Result<Exit, Error> {
    if let Some(desktop) = desktop() {
        let started = tokio::process::Command::new(&desktop).status().await;
        return match started {
            Ok(status) if status.success() => Ok(Exit::Completed),
            Ok(_) => Ok(Exit::Failed),
            Err(error) => Err(Error::Usage(format!("{} cannot be started: {error}.", desktop.display()))),
        };
    }
    let help = Cli::command().render_help();
    out.text(&if out.style.colour { help.ansi().to_string() } else { help.to_string() })?;
    Ok(Exit::Completed)
}

fn desktop() -> Option<PathBuf> {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let has_display = cfg!(any(windows, target_os = "macos")) || has("DISPLAY") || has("WAYLAND_DISPLAY");
    let name = format!("planloom-desktop{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok()?.parent()?.join(name);
    (has_display && beside.is_file()).then_some(beside)
}

/// `planloom completions`
pub fn completions(shell: Shell, command: &mut clap::Command, out: &mut Out) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "planloom", &mut script);
    out.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Completed)
}

/// `planloom api-info`
pub async fn api_info(context: &mut Context<'_>) -> Result<Exit, Error> {
    let info = planloom_server::api_info(&context.data).await?.ok_or(Error::NoListener)?;
    if context.is_json {
        context.out.json(&json!({"url": info.url, "key": info.key}))?;
    } else {
        let text = format!(
            "url  {}\nkey  {}\n\ncurl -H \"Authorization: Bearer {}\" {}/plans\n",
            info.url, info.key, info.key, info.url
        );
        context.out.text(&text)?;
    }
    Ok(Exit::Completed)
}
