//! The screens: installs what they need, builds the two bundles (the window's and the browser's), and checks types,
//! lints and unit tests. It must not know what is on them.

use crate::closing::{Closing, Verdict};
use crate::error::Error;
use crate::process::{run, run_quietly};
use crate::suite;
use crate::test::count;
use crate::tools::{self, Node};
use crate::workspace::{self, binary, root};
use std::path::PathBuf;
use std::process::Command;

/// The generated half of the client. It is checked in, so that nobody needs the server to read it.
const CLIENT_TYPES: &str = "ui/src/api/schema.d.ts";

fn folder() -> PathBuf {
    root().join("ui")
}

/// Installs the packages of the lock file and builds both bundles.
pub fn build(node: &Node) -> Result<(), Error> {
    install(node)?;
    run(node.npm(&folder()).args(["run", "--silent", "build"]))
}

/// Once for each state of the lock file.
pub fn install(node: &Node) -> Result<(), Error> {
    let wanted = workspace::read("ui/package.json")? + &workspace::read("ui/package-lock.json")?;
    tools::install_once(&folder().join("node_modules"), ".installed-by-xtask", &wanted, || {
        run_quietly(node.npm(&folder()).args(["ci", "--ignore-scripts"])).map(drop)
    })
}

/// The checks of the screens. Says whether the bundles are there for what stands on them.
pub fn check(closing: &mut Closing, node: Option<&Node>) -> Result<bool, Error> {
    let Some(node) = node else {
        closing.skipped("ui", "Node.js could not be had");
        return Ok(false);
    };
    let is_built = closing.check("ui: build", || {
        build(node)?;
        Ok(Verdict::Passed)
    })?;
    if !is_built {
        return Ok(false);
    }
    closing.check("ui: types and lints", || {
        run(node.npm(&folder()).args(["run", "--silent", "check"]))?;
        Ok(Verdict::Passed)
    })?;
    closing.check("ui: the client knows the API as it is", || client_types_are_current(node))?;
    count(closing, "ui: unit tests", || {
        let mut command = node.npm(&folder());
        command.args(["test", "--silent"]).env("NO_COLOR", "1");
        suite::run_vitest(&mut command)
    })?;
    Ok(true)
}

/// The screens in a browser, against the program that was just built. It counts as the unit tests do, and says so
/// itself when there is no browser.
pub fn run_sessions(closing: &mut Closing, node: &Node) -> Result<(), Error> {
    count(closing, "ui: sessions", || {
        let mut command = Command::new(&node.program);
        command
            .arg(root().join("tests/e2e/run.mjs"))
            .current_dir(root())
            .env("PATH", node.path())
            .env("PLANLOOM", binary("debug", "planloom"))
            .env("NO_COLOR", "1");
        suite::run_vitest(&mut command)
    })
}

/// Makes the types again from openapi.json; what stood there is put back if it was something else.
fn client_types_are_current(node: &Node) -> Result<Verdict, Error> {
    let path = root().join(CLIENT_TYPES);
    let before = tools::read(&path)?;
    run_quietly(node.npm(&folder()).args(["run", "--silent", "types"]))?;
    if tools::read(&path)? == before {
        return Ok(Verdict::Passed);
    }
    tools::write(&path, &before)?;
    Ok(Verdict::Failed(format!("{CLIENT_TYPES} is older than openapi.json; `npm run types` in ui/ makes it anew")))
}
