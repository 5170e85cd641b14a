//! The data folder: what is in it, and backups of the database.

use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chrono::Utc;
use planloom_core::check::{Problem, quote};
use planloom_store::DataDir;

use super::Handle;
use crate::Error;
use crate::reply::Receipt;
use crate::shared::Shared;
use crate::views::{BackupFile, BackupView, DataView, timestamp};

impl Handle {
    /// Where everything is kept, how much it is, and which backups there are.
    pub async fn data(&self) -> Result<DataView, Error> {
        self.off_thread(|shared| {
            let database = shared.store.read(|snapshot| snapshot.database_info()).map_err(Error::from_store)?;
            let folder = data_dir(&database.path);
            Ok(DataView {
                folder: folder.path().display().to_string(),
                database_bytes: database.bytes,
                backups: backups(&folder.backups()).map_err(|error| not_made(&folder.backups(), &error))?,
            })
        })
        .await
    }

    /// Writes a checked copy of the database, while everything runs, to a file that does not exist yet; without a path
    /// into the data folder's `backups`.
    pub async fn back_up(&self, path: Option<PathBuf>, receipt: Option<Receipt>) -> Result<BackupView, Error> {
        let made = self.off_thread(move |shared| back_up(shared, path)).await?;
        match receipt {
            None => Ok(made),
            Some(receipt) => self.write(Some(receipt), move |_| Ok(made)).await,
        }
    }
}

fn back_up(shared: &Shared, path: Option<PathBuf>) -> Result<BackupView, Error> {
    // Two at a time into the same file would write over each other's half-made copies.
    let _turn = shared.backing_up.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let is_chosen = path.is_some();
    let to = match path {
        Some(path) => fit_for_a_backup(path)?,
        None => {
            let database = shared.store.read(|snapshot| snapshot.database_info()).map_err(Error::from_store)?;
            let folder = data_dir(&database.path).create_backups();
            let folder = folder.map_err(|error| Error::BackupFailed(error.to_string()))?;
            folder.join(format!("planloom-{}.db", Utc::now().format("%Y%m%dT%H%M%S%3fZ")))
        }
    };
    shared.store.backup(&to).map_err(|error| failed(error, is_chosen))?;
    let bytes = std::fs::metadata(&to).map_err(|error| not_made(&to, &error))?.len();
    Ok(BackupView { path: to.display().to_string(), bytes })
}

/// The path, if a new file can be written there.
fn fit_for_a_backup(path: PathBuf) -> Result<PathBuf, Error> {
    let shown = quote(&path.display().to_string());
    let refused = |rule: &str, message: String| Err(Error::Problems(vec![Problem::invalid("path", rule, message)]));
    if !path.is_absolute() {
        return refused("absolute", format!("{shown} is not an absolute path; begin at the root of the file system."));
    }
    if path.file_name().is_none() || path.is_dir() {
        return refused("file", format!("{shown} is a folder; add a file's name, such as `planloom.db`."));
    }
    if !path.parent().is_some_and(Path::is_dir) {
        return refused("folder", format!("The folder of {shown} does not exist; make it, or choose another."));
    }
    // A link that leads nowhere would be replaced as well.
    if path.symlink_metadata().is_ok() {
        return refused("new", format!("{shown} exists already, and a backup replaces nothing; choose another name."));
    }
    Ok(path)
}

/// A place that was chosen and does not take the file is a fault of the request; it may be another disk than ours.
fn failed(error: planloom_store::Error, is_chosen: bool) -> Error {
    use planloom_store::Error as Store;
    let is_the_place = matches!(
        error,
        Store::Folder { .. }
            | Store::ReadOnly { .. }
            | Store::Full { .. }
            | Store::Exists { .. }
            | Store::Invalid { .. }
    );
    if is_chosen && is_the_place {
        let message = format!("The backup could not be written there: {error} Choose another place.");
        return Error::Problems(vec![Problem::invalid("path", "writable", message)]);
    }
    if error.is_unavailable() {
        Error::StoreUnavailable(error.to_string())
    } else {
        Error::BackupFailed(error.to_string())
    }
}

fn data_dir(database: &Path) -> DataDir {
    DataDir::at(database.parent().unwrap_or(database))
}

/// The backups in a folder, newest first; none where there is no folder.
fn backups(folder: &Path) -> io::Result<Vec<BackupFile>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let is_database = entry.path().extension().is_some_and(|extension| extension == "db");
        // Somebody may have removed it meanwhile.
        let Some(metadata) = entry.metadata().ok().filter(|metadata| is_database && metadata.is_file()) else {
            continue;
        };
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let at_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let file = entry.file_name().to_string_lossy().into_owned();
        found.push((at_ms, BackupFile { file, bytes: metadata.len(), created_at: timestamp(at_ms) }));
    }
    found.sort_by(|(a_ms, a), (b_ms, b)| b_ms.cmp(a_ms).then_with(|| b.file.cmp(&a.file)));
    Ok(found.into_iter().map(|(_, file)| file).collect())
}

fn not_made(path: &Path, error: &io::Error) -> Error {
    Error::BackupFailed(format!("{} cannot be read: {error}.", path.display()))
}
