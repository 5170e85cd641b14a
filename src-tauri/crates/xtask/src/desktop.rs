//! The root package, apart from all others because only it needs GUI libraries: lints, its tests,
//! the build with its page embedded, and the real window driven under a display of its own.

use crate::closing::{Closing, Verdict};
use crate::error::Error;
use crate::parts::{create_log, log_path};
use crate::process::{Running, run};
use crate::suite;
use crate::test::count;
use crate::tools::Node;
use crate::workspace::{DESKTOP, binary, cargo, find_program, root};
use crate::{system, tools};
use std::process::{Command, Stdio};

/// One set of features for all of it: changing them compiles Tauri again.
const SELECTION: &[&str] = &["--package", DESKTOP, "--features", "custom-protocol"];

pub fn check(closing: &mut Closing, node: Option<&Node>) -> Result<(), Error> {
    if !system::window_can_be_built() {
        closing.skipped("desktop window", "the library webkit2gtk-4.1 is not installed");
        return Ok(());
    }
    let Some(node) = node else {
        closing.skipped("desktop window", "its page was not built");
        return Ok(());
    };
    closing.check("desktop: lints", || {
        let mut command = cargo();
        command.arg("clippy").args(SELECTION).args(["--all-targets", "--", "-D", "warnings"]);
        run(&mut command)?;
        Ok(Verdict::Passed)
    })?;
    count(closing, "desktop: tests", || suite::run(SELECTION, &[], &[]))?;
    let is_built = closing.check("desktop: build", || {
        run(cargo().arg("build").args(SELECTION))?;
        Ok(Verdict::Passed)
    })?;
    if is_built {
        let name = "desktop: the window and its doors";
        closing.check(name, || drive_window(node))?;
    }
    Ok(())
}

/// Starts the built program under a display that nobody sees, and asks the page what it shows.
/// The driver's own words go to a file: something that WebKit starts outlives it and would keep a pipe open.
fn drive_window(node: &Node) -> Result<Verdict, Error> {
    for name in ["WebKitWebDriver", "xvfb-run", "dbus-run-session"] {
        if find_program(name).is_none() {
            return Ok(Verdict::Skipped(format!("{name} is not installed")));
        }
    }
    let path = log_path("window");
    let log = create_log(&path)?;
    let errors = log.try_clone().map_err(|cause| tools::file_error(&path, cause))?;
    let mut command = Command::new("xvfb-run");
    command
        .args(["-a", "-s", "-screen 0 1280x900x24", "dbus-run-session", "--"])
        .arg(&node.program)
        .arg(root().join("tests/e2e/window.mjs"))
        .arg(binary("debug", DESKTOP))
        .arg(binary("debug", "planloom"))
        .env("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1")
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    let status = Running::start(&mut command)?.wait()?;
    for line in tools::read(&path)?.lines().filter(|line| line.starts_with("window: ")) {
        println!("{line}");
    }
    if status.success() {
        Ok(Verdict::Passed)
    } else {
        Ok(Verdict::Failed(format!("it ended with {status}; see {}", path.display())))
    }
}
