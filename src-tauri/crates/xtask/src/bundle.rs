//! `cargo xtask bundle`: the package that people install, made by Tauri's own tool, and how large it is.

use crate::error::Error;
use crate::process::{run, run_quietly};
use crate::workspace::{find_program, root, target};
use crate::{system, tools, ui};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// The download should not be larger than this.
const GOAL_BYTES: u64 = 12 * 1024 * 1024;

/// Of the top level's Cargo.toml: slower to compile than `release`, and smaller.
const PROFILE: &str = "dist";

/// What is made on this system: Tauri's name of it, the ending of its file, and what the system must bring along.
struct Kind {
    name: &'static str,
    ending: &'static str,
    needs: &'static str,
}

const KIND: Kind = if cfg!(target_os = "macos") {
    Kind {
        name: "dmg",
        ending: "dmg",
        needs: "the command line tools of Xcode (`xcode-select --install`) and a signed-in desktop session, in which \
                Finder arranges the disk image. To run on other machines without a warning it has to be signed and \
                notarised with a certificate of Apple's: APPLE_SIGNING_IDENTITY, APPLE_ID, APPLE_PASSWORD and \
                APPLE_TEAM_ID tell Tauri's tool which.",
    }
} else if cfg!(windows) {
    Kind {
        name: "nsis",
        ending: "exe",
        needs: "the C++ build tools of Visual Studio, and WebView2, which Windows 10 and later have. Tauri's tool \
                fetches NSIS by itself. To run on other machines without a warning it has to be signed.",
    }
} else {
    Kind { name: "deb", ending: "deb", needs: "what `cargo xtask run` needs, and no more." }
};

pub fn run_bundle() -> Result<ExitCode, Error> {
    println!("A .{} is made here. It needs {}", KIND.ending, KIND.needs);
    system::prepare_for_window()?;
    let node = tools::node()?;
    ui::install(&node)?;
    println!("Building the screens and the window as a whole. This takes some ten minutes.");
    let mut command = Command::new(&node.program);
    command
        .arg(root().join("ui/node_modules/@tauri-apps/cli/tauri.js"))
        .args(["build", "--ci", "--bundles", KIND.name, "--features", "custom-protocol", "--", "--profile", PROFILE])
        .current_dir(root())
        // It starts npm to build the screens.
        .env("PATH", node.path());
    run(&mut command)?;
    let folder = target().join(PROFILE).join("bundle").join(KIND.name);
    let bundle = newest(&folder)?;
    pack_tightly(&bundle)?;
    let bytes = std::fs::metadata(&bundle).map_err(|cause| tools::file_error(&bundle, cause))?.len();
    println!("\n{}\n{}", bundle.display(), size(bytes));
    Ok(ExitCode::SUCCESS)
}

/// Tauri's tool packs a .deb with gzip. Debian's own knows a packing that takes a third off.
fn pack_tightly(bundle: &Path) -> Result<(), Error> {
    if KIND.ending != "deb" {
        return Ok(());
    }
    if find_program("dpkg-deb").is_none() {
        println!("Without dpkg-deb the package stays as it is; with it, it would be a third smaller.");
        return Ok(());
    }
    let unpacked = bundle.with_extension("unpacked");
    remove(&unpacked)?;
    run_quietly(Command::new("dpkg-deb").arg("--raw-extract").args([bundle, unpacked.as_path()]))?;
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "-Zxz", "--build"]).args([unpacked.as_path(), bundle]);
    run_quietly(&mut pack)?;
    remove(&unpacked)
}

fn remove(folder: &Path) -> Result<(), Error> {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(tools::file_error(folder, cause)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The one that was just made: an earlier version may lie beside it.
fn newest(folder: &Path) -> Result<PathBuf, Error> {
    let failed = |cause| tools::file_error(folder, cause);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().extension().is_some_and(|ending| ending == KIND.ending) {
            let changed = entry.metadata().and_then(|about| about.modified()).map_err(failed)?;
            found.push((changed, entry.path()));
        }
    }
    let newest = found.into_iter().max().map(|(_, path)| path);
    newest.ok_or_else(|| failed(std::io::Error::from(std::io::ErrorKind::NotFound)))
}

fn size(bytes: u64) -> String {
    let mebibytes =
        |bytes: u64| format!("{}.{} MiB", bytes / (1024 * 1024), bytes % (1024 * 1024) * 10 / (1024 * 1024));
    let verdict = if bytes <= GOAL_BYTES { "within" } else { "over" };
    format!("{}, {verdict} the goal of {}", mebibytes(bytes), mebibytes(GOAL_BYTES))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_beside_the_goal() {
        assert_eq!(size(3 * 1024 * 1024 + 512 * 1024), "3.5 MiB, within the goal of 12.0 MiB");
        assert_eq!(size(GOAL_BYTES + 1024 * 1024), "13.0 MiB, over the goal of 12.0 MiB");
    }
}
