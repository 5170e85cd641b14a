//! One process per data folder: the lock, and the line that says who holds it.
//!
//! The operating system's lock is the truth and dies with its process; the text is for people.

use std::{
    fs::{self, File, TryLockError},
    io::Write,
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::{
    error::{Error, Holder, Result},
    folder::{self, DataDir},
};

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct FolderLock {
    path: PathBuf,
    held: File,
}

impl Drop for FolderLock {
    /// Nobody holds the folder any more, so nobody's name may stay in the file.
    fn drop(&mut self) {
        if let Err(error) = fs::write(&self.path, []) {
            tracing::debug!(%error, "the lock file still names this process");
        }
        // Closing would not do: a child that is just being started holds the file open until it becomes its program.
        if let Err(error) = self.held.unlock() {
            tracing::debug!(%error, "the lock is given up only by closing its file");
        }
    }
}

impl FolderLock {
    /// Takes the folder, or says who has it.
    pub(crate) fn take(dir: &DataDir, what: &str) -> Result<FolderLock> {
        let path = held_path(dir);
        let failed = |source| Error::folder(&path, source);
        let held =
            folder::open_private(&path, fs::OpenOptions::new().read(true).write(true).create(true).truncate(false))
                .map_err(failed)?;
        match held.try_lock() {
            Ok(()) => {
                sign(dir, what);
                Ok(FolderLock { path: dir.lock(), held })
            }
            Err(TryLockError::WouldBlock) => Err(Error::Locked { holder: holder(dir) }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// On Windows a locked file cannot be read by others, so there the lock is on a file of its own.
fn held_path(dir: &DataDir) -> PathBuf {
    if cfg!(windows) { folder::with_suffix(&dir.lock(), ".held") } else { dir.lock() }
}

/// A full disk must not keep the program from starting, so a line that cannot be written is only logged.
fn sign(dir: &DataDir, what: &str) {
    let since = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let line = json!({ "pid": std::process::id(), "what": what, "since": since });
    let written = folder::open_private(&dir.lock(), fs::OpenOptions::new().write(true).create(true).truncate(true))
        .and_then(|mut file| writeln!(file, "{line}"));
    if let Err(error) = written {
        tracing::warn!(%error, "the lock file does not say who holds it");
    }
}

/// Who holds the folder, as far as the lock file says.
fn holder(dir: &DataDir) -> Holder {
    let line = fs::read_to_string(dir.lock()).unwrap_or_default();
    let value: Value = serde_json::from_str(&line).unwrap_or(Value::Null);
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Holder {
        pid: value.get("pid").and_then(Value::as_u64).and_then(|pid| u32::try_from(pid).ok()),
        what: text("what"),
        since: text("since"),
    }
}
