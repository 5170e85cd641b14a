//! What the system itself must bring along, and how it is installed on Debian and Ubuntu.
//! Everything else comes from pinned packages (`tools.rs`); it must not touch those.

use crate::error::Error;
use crate::process;
use crate::tools;
use crate::workspace::find_program;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// One package, and how to see that what we need of it is there already.
#[derive(Clone, Copy)]
struct Package {
    name: &'static str,
    is_there: fn() -> bool,
}

/// To build the program.
const BUILD: &[Package] = &[Package { name: "build-essential", is_there: || find_program("cc").is_some() }];

/// To build the screens. Node.js is not here: the versions that the systems carry are too old, so it comes by Python
/// where it is missing.
const SCREENS: &[Package] =
    &[Package { name: "python3-venv", is_there: || tools::system_node().is_some() || python_is_there() }];

/// To build the window.
const WINDOW: &[Package] = &[
    Package { name: "pkg-config", is_there: || find_program("pkg-config").is_some() },
    Package { name: "libwebkit2gtk-4.1-dev", is_there: window_can_be_built },
];

/// To run every check: the window driven, a browser, the keychain, and Python for the real parts.
const TEST: &[Package] = &[
    Package { name: "webkit2gtk-driver", is_there: || find_program("WebKitWebDriver").is_some() },
    Package { name: "xvfb", is_there: || find_program("xvfb-run").is_some() && find_program("Xvfb").is_some() },
    Package { name: "xauth", is_there: || find_program("xauth").is_some() },
    Package { name: "dbus", is_there: || find_program("dbus-run-session").is_some() },
    Package { name: "gnome-keyring", is_there: || find_program("gnome-keyring-daemon").is_some() },
    Package { name: "chromium", is_there: || browser().is_some() },
    Package { name: "python3-venv", is_there: python_is_there },
];

/// Any of these shows the screens to the tests.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

/// The browser that shows the screens to the tests.
pub fn browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(|name| find_program(name))
}

fn python_is_there() -> bool {
    answers(Command::new("python3").args(["-c", "import ensurepip, venv"]))
}

/// Whether the GUI library is there that only the root package needs; elsewhere than on Linux it is part of the system.
pub fn window_can_be_built() -> bool {
    !cfg!(target_os = "linux") || answers(Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1"]))
}

pub fn prepare_for_build() -> Result<(), Error> {
    prepare(BUILD)
}

pub fn prepare_for_screens() -> Result<(), Error> {
    prepare(&[BUILD, SCREENS].concat())
}

pub fn prepare_for_window() -> Result<(), Error> {
    prepare(&[BUILD, SCREENS, WINDOW].concat())
}

pub fn prepare_for_test() -> Result<(), Error> {
    prepare(&[BUILD, WINDOW, TEST].concat())
}

/// Installs what is missing where we may; says the one line that does it where we may not.
/// On a system without apt the checks that need it say so themselves.
fn prepare(packages: &[Package]) -> Result<(), Error> {
    let names: Vec<&str> =
        packages.iter().filter(|package| !(package.is_there)()).map(|package| package.name).collect();
    if names.is_empty() {
        return Ok(());
    }
    if find_program("apt-get").is_none() {
        if cfg!(target_os = "linux") {
            println!("Not here: what Debian calls {}. Without apt-get it is yours to install.", names.join(", "));
        }
        return Ok(());
    }
    match right_to_install() {
        Some(prefix) => install(prefix, &names),
        None => Err(Error::PackagesMissing {
            install_line: format!(
                "sudo apt-get update && sudo apt-get install -y --no-install-recommends {}",
                names.join(" ")
            ),
        }),
    }
}

/// As root, or where CI=true and sudo asks no question. The answer is what to put before apt-get.
fn right_to_install() -> Option<&'static [&'static str]> {
    let is_root = process::run_quietly(Command::new("id").arg("-u")).is_ok_and(|answer| answer.trim() == "0");
    if is_root {
        return Some(&["env"]);
    }
    let is_ci = std::env::var("CI").is_ok_and(|value| value == "true" || value == "1");
    if is_ci && answers(Command::new("sudo").args(["-n", "true"])) {
        return Some(&["sudo", "-n", "env"]);
    }
    None
}

/// All at once; if that fails, one by one, so that a package which this release lacks does not
/// keep out the others. What is then still missing is said by the check that needs it.
fn install(prefix: &[&str], names: &[&str]) -> Result<(), Error> {
    println!("Installing {}.", names.join(", "));
    go_on_unless_interrupted(apt(prefix, &["update", "-qq"]))?;
    if apt(prefix, &[INSTALL, names].concat()).is_err() {
        for name in names {
            go_on_unless_interrupted(apt(prefix, &[INSTALL, &[name]].concat()))?;
        }
    }
    Ok(())
}

fn go_on_unless_interrupted(outcome: Result<(), Error>) -> Result<(), Error> {
    match outcome {
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            println!("{error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

const INSTALL: &[&str] = &["install", "-y", "-qq", "--no-install-recommends"];

fn apt(prefix: &[&str], arguments: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(prefix[0]);
    command.args(&prefix[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    process::run_quietly(&mut command).map(drop)
}

fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
