//! The data folder: where it is, what its files are called, and that nobody else can read them.
//!
//! It owns names and permissions; it opens no database.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

pub(crate) const DATABASE: &str = "planloom.db";

/// The folder that holds everything of one Planloom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// The folder that was asked for, else `PLANLOOM_DATA`, else the platform's place for an application's data.
    pub fn resolve(asked: Option<PathBuf>) -> Result<DataDir> {
        let from_env = || env::var_os("PLANLOOM_DATA").filter(|value| !value.is_empty()).map(PathBuf::from);
        asked.or_else(from_env).or_else(platform_folder).map(DataDir::at).ok_or_else(|| Error::Invalid {
            detail: "No home folder is known, so there is no place for the data. Name a folder with --data or PLANLOOM_DATA.".into(),
        })
    }

    /// The platform's place for an application's data, if it has one.
    pub fn of_platform() -> Option<DataDir> {
        platform_folder().map(DataDir::at)
    }

    /// This very folder, relative paths taken from the working directory. Nothing is created yet.
    pub fn at(path: impl Into<PathBuf>) -> DataDir {
        let path = path.into();
        DataDir { path: std::path::absolute(&path).unwrap_or(path) }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database. Never open this file other than through the store while the store is open: closing it again
    /// would drop SQLite's locks on it.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Says who owns the folder; its content is for people, the lock on it is what counts.
    pub fn lock(&self) -> PathBuf {
        self.path.join("planloom.lock")
    }

    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }

    /// Makes the folder of backups if need be, for its owner alone.
    pub fn create_backups(&self) -> Result<PathBuf> {
        let folder = self.backups();
        create_private_folder(&folder)?;
        Ok(folder)
    }

    /// The main API key.
    pub fn api_key(&self) -> PathBuf {
        self.path.join("api-key")
    }

    /// The private socket.
    pub fn socket(&self) -> PathBuf {
        self.path.join("planloom.sock")
    }

    /// Makes the folder if need be, and lets only its owner in.
    pub fn create(&self) -> Result<()> {
        create_private_folder(&self.path)
    }

    /// Writes one of our small files (a key, a port) so that only the owner can read it, whole or not at all.
    pub fn write_private(&self, path: &Path, content: &[u8]) -> Result<()> {
        write_private(path, content).map_err(|source| Error::folder(path, source))
    }
}

fn platform_folder() -> Option<PathBuf> {
    let var = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || var("HOME");
    if cfg!(windows) {
        var("LOCALAPPDATA").or_else(|| var("APPDATA")).map(|base| base.join("Planloom"))
    } else if cfg!(target_os = "macos") {
        home().map(|base| base.join("Library/Application Support/Planloom"))
    } else {
        var("XDG_DATA_HOME").or_else(|| home().map(|base| base.join(".local/share"))).map(|base| base.join("planloom"))
    }
}

/// Creates a folder for its owner alone, or takes the others out of an existing one.
pub(crate) fn create_private_folder(path: &Path) -> Result<()> {
    let failed = |source| Error::folder(path, source);
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed)?;
    tighten(path)
}

/// A folder that everybody shares (`/tmp`) must not be closed to the others by accident.
#[cfg(unix)]
fn tighten(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let failed = |source| Error::folder(path, source);
    let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & 0o1000 != 0 || path.parent().is_none() {
        return Err(Error::Invalid {
            detail: format!("{} is shared with other users. Choose a folder of its own inside it.", path.display()),
        });
    }
    if mode & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn tighten(_path: &Path) -> Result<()> {
    Ok(())
}

/// Opens a file for reading and writing that only its owner can read, whatever the umask says.
pub(crate) fn open_private(path: &Path, options: &mut fs::OpenOptions) -> io::Result<fs::File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    make_private(path)?;
    Ok(file)
}

/// Takes everybody but the owner out of an existing file.
#[cfg(unix)]
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o777 != 0o600 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn make_private(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use io::Write;
    let beside = with_suffix(path, ".new");
    let mut file = open_private(&beside, fs::OpenOptions::new().write(true).create(true).truncate(true))?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    sync_folder_of(path)
}

/// A rename is on disk only when its folder is.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => fs::File::open(folder)?.sync_all(),
        Some(_) | None => Ok(()),
    }
}

/// `planloom.db` and `-wal` make `planloom.db-wal`.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
