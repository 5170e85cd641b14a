//! Where things are: the top level of the repository, the target folder, and our crates.

use crate::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Tauri app: the one package that needs GUI libraries to compile.
pub const DESKTOP: &str = "planloom-desktop";

/// The top level of the repository. Cargo says at run time where the manifest is, so a
/// repository that was moved after the build is still found.
pub fn root() -> PathBuf {
    let own =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.ancestors().nth(3).map(Path::to_path_buf).unwrap_or(own)
}

/// The target folder that cargo really uses, whatever set it: we were built into it.
pub fn target() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|own| own.ancestors().nth(2).map(Path::to_path_buf))
        .unwrap_or_else(|| root().join("target"))
}

/// A binary of ours, as cargo names it.
pub fn binary(profile_folder: &str, name: &str) -> PathBuf {
    target().join(profile_folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Cargo at the top level of the repository.
pub fn cargo() -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(root());
    // Set for us by `cargo run`; a nested cargo must not take them for its own.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Reads a file of the repository.
pub fn read(path_in_repository: &str) -> Result<String, Error> {
    std::fs::read_to_string(root().join(path_in_repository))
        .map_err(|cause| Error::File { path: path_in_repository.into(), cause })
}

/// Where a program is, if PATH leads to it.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
        .find(|candidate| candidate.is_file())
}
