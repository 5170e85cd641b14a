//! `cargo xtask pictures`: every screen as it looks, taken by a browser of the real program. It must not know what is on
//! the screens; `tests/e2e/scenes.mjs` does.

use crate::error::Error;
use crate::process::run;
use crate::workspace::{binary, cargo, root};
use crate::{system, tools, ui};
use std::process::{Command, ExitCode};

/// Builds what is on the pictures, then takes them. Words choose some of them by their names.
pub fn take(words: &[String]) -> Result<ExitCode, Error> {
    let Some(browser) = system::browser() else {
        println!("The pictures are taken by Chromium, which is not installed.");
        return Ok(ExitCode::FAILURE);
    };
    let node = tools::node()?;
    ui::build(&node)?;
    run(cargo().args(["build", "--package", "planloom-cli"]))?;
    let mut command = Command::new(&node.program);
    command
        .arg(root().join("tests/e2e/pictures.mjs"))
        .args(words)
        .env("PLANLOOM", binary("debug", "planloom"))
        .env("CHROMIUM", browser);
    run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
