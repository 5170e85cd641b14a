//! Holds the directions between our crates: a crate knows only crates of lower layers, the core
//! does no IO, and only the root package knows the GUI. What is not listed here is not allowed.

use crate::closing::Verdict;
use crate::error::Error;
use crate::process::run_quietly;
use crate::workspace::{DESKTOP, cargo};

/// Our crates and what each may depend on. `planloom-tests` links everything but the window;
/// xtask knows none of ours, or it could not be built before them.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("planloom-core", &[]),
    ("planloom-store", &["planloom-core"]),
    ("planloom-providers", &["planloom-core"]),
    ("planloom-engine", &["planloom-core", "planloom-store", "planloom-providers"]),
    ("planloom-server", BELOW_THE_SERVER),
    ("planloom-cli", UP_TO_THE_SERVER),
    (DESKTOP, UP_TO_THE_SERVER),
    (
        "planloom-tests",
        &[
            "planloom-core",
            "planloom-store",
            "planloom-providers",
            "planloom-engine",
            "planloom-server",
            "planloom-cli",
        ],
    ),
    ("xtask", &[]),
];

const BELOW_THE_SERVER: &[&str] = &["planloom-core", "planloom-store", "planloom-providers", "planloom-engine"];

const UP_TO_THE_SERVER: &[&str] =
    &["planloom-core", "planloom-store", "planloom-providers", "planloom-engine", "planloom-server"];

/// What does IO, tells the time of its own accord, or waits. The core may not reach one of them
/// by any path.
const NOT_IN_THE_CORE: &[&str] = &[
    "tokio",
    "async-std",
    "smol",
    "mio",
    "rusqlite",
    "libsqlite3-sys",
    "reqwest",
    "hyper",
    "axum",
    "rustls",
    "socket2",
    "tracing-subscriber",
    "tauri",
];

/// What needs a GUI library.
const ONLY_IN_THE_WINDOW: &[&str] = &["tauri", "tauri-build", "wry", "tao", "gtk", "webkit2gtk"];

pub fn check() -> Result<Verdict, Error> {
    let mut faults = undeclared_members(&members()?);
    for (name, allowed) in MAY_DEPEND_ON {
        let direct = dependencies(name, &["--depth", "1", "--edges", "normal,build"])?;
        faults.extend(
            direct
                .iter()
                .filter(|other| is_ours(other) && other != name && !allowed.contains(&other.as_str()))
                .map(|other| format!("{name} depends on {other}")),
        );
        if *name != DESKTOP {
            let every = dependencies(name, &["--edges", "normal,build,dev", "--target", "all"])?;
            faults.extend(reaches(name, &every, ONLY_IN_THE_WINDOW));
        }
    }
    let core = dependencies("planloom-core", &["--edges", "normal,build", "--target", "all"])?;
    faults.extend(reaches("planloom-core", &core, NOT_IN_THE_CORE));
    if faults.is_empty() {
        println!("{} crates, all directions hold.", MAY_DEPEND_ON.len());
        return Ok(Verdict::Passed);
    }
    Ok(Verdict::Failed(format!(
        "these directions are not allowed (directions.rs lists those that are):\n  {}",
        faults.join("\n  ")
    )))
}

fn is_ours(name: &str) -> bool {
    MAY_DEPEND_ON.iter().any(|(ours, _)| *ours == name)
}

/// A new member has to be given its place here before it may depend on anything.
fn undeclared_members(members: &[String]) -> Vec<String> {
    members
        .iter()
        .filter(|member| !is_ours(member))
        .map(|member| format!("{member} has no place in the list"))
        .collect()
}

fn reaches(name: &str, dependencies: &[String], forbidden: &[&str]) -> Vec<String> {
    dependencies
        .iter()
        .filter(|dependency| forbidden.contains(&dependency.as_str()))
        .map(|dependency| format!("{name} reaches {dependency} (`cargo tree -p {name} -i {dependency}`)"))
        .collect()
}

fn members() -> Result<Vec<String>, Error> {
    package_names(&["tree", "--workspace", "--depth", "0"])
}

fn dependencies(name: &str, options: &[&str]) -> Result<Vec<String>, Error> {
    package_names(&[&["tree", "--package", name], options].concat())
}

fn package_names(arguments: &[&str]) -> Result<Vec<String>, Error> {
    let mut command = cargo();
    command.args(arguments).args(["--prefix", "none", "--format", "{p}"]);
    let tree = run_quietly(&mut command)?;
    let mut names: Vec<String> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}
