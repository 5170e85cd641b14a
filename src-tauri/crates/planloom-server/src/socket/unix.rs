//! The private socket on Unix: `planloom.sock` in the data folder, or, where that path is longer than the system
//! allows, a socket in a private folder of its own, whose place `planloom.sock.path` tells.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use planloom_core::ids::hex;
use planloom_store::DataDir;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::task::TaskTracker;

use crate::connection::Door;
use crate::error::Error;

/// Bytes of a path that every Unix takes for a socket.
const PATH_BYTES: usize = 100;
/// After a connection could not be taken (too many open files), so that the loop does not spin.
const AFTER_A_FAULT: Duration = Duration::from_millis(100);

/// Where the socket is; removed when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    socket: PathBuf,
    /// The folder made for it, and the file that tells of it.
    elsewhere: Option<(PathBuf, PathBuf)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        forget(&self.socket);
        if let Some((folder, note)) = &self.elsewhere {
            forget(note);
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What stays behind is replaced at the next start, so a failure is no fault.
fn forget(path: &Path) {
    let _ = fs::remove_file(path);
}

pub(super) fn listen(data: &DataDir) -> Result<(UnixListener, Place), Error> {
    let place = place(data)?;
    let failed = |source| Error::Socket { path: place.socket.display().to_string(), source };
    match fs::remove_file(&place.socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        Ok(()) | Err(_) => {}
    }
    // The folder lets nobody else in, so nobody gets between these two lines.
    let listener = UnixListener::bind(&place.socket).map_err(failed)?;
    fs::set_permissions(&place.socket, fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok((listener, place))
}

fn note(data: &DataDir) -> PathBuf {
    data.path().join("planloom.sock.path")
}

fn place(data: &DataDir) -> Result<Place, Error> {
    let (socket, note) = (data.socket(), note(data));
    remove_old(&note);
    if socket.as_os_str().len() <= PATH_BYTES {
        return Ok(Place { socket, elsewhere: None });
    }
    let folder = short_folder().join(format!("planloom-{}", hex(&rand::random::<[u8; 8]>())));
    let failed = |source| Error::Socket { path: folder.display().to_string(), source };
    fs::DirBuilder::new().mode(0o700).create(&folder).map_err(failed)?;
    let socket = folder.join("planloom.sock");
    data.write_private(&note, socket.as_os_str().as_bytes())?;
    Ok(Place { socket, elsewhere: Some((folder, note)) })
}

/// The session's own folder, else the one for temporary files; `/tmp` when even those are too long.
fn short_folder() -> PathBuf {
    /// What is added to the folder, and some.
    const ADDED_BYTES: usize = 48;
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|value| !value.is_empty()).map(PathBuf::from);
    let short = |folder: &PathBuf| folder.is_dir() && folder.as_os_str().len() + ADDED_BYTES <= PATH_BYTES;
    let folders = [runtime, Some(std::env::temp_dir())];
    folders.into_iter().flatten().find(short).unwrap_or_else(|| PathBuf::from("/tmp"))
}

/// Removes the folder of a process that ended without doing so.
fn remove_old(note: &Path) {
    let Some(socket) = read_note(note) else { return };
    forget(note);
    let folder = socket
        .parent()
        .filter(|folder| folder.file_name().is_some_and(|name| name.as_bytes().starts_with(b"planloom-")));
    if let Some(folder) = folder {
        forget(&socket);
        let _ = fs::remove_dir(folder);
    }
}

fn read_note(note: &Path) -> Option<PathBuf> {
    let bytes = fs::read(note).ok()?;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(&bytes)))
}

pub(super) async fn connect(data: &DataDir) -> Result<UnixStream, Error> {
    let path = read_note(&note(data)).unwrap_or_else(|| data.socket());
    // A path that is too long for a socket can have none, whatever the error says.
    if path.as_os_str().len() > PATH_BYTES {
        return Err(Error::NobodyThere);
    }
    UnixStream::connect(&path).await.map_err(|source| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory => Error::NobodyThere,
        // It went away while it was asked.
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => Error::NobodyThere,
        _ => Error::Socket { path: path.display().to_string(), source },
    })
}

pub(super) async fn take_connections(listener: UnixListener, door: Arc<Door>, connections: TaskTracker) {
    let taking = async {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(connections.spawn(Arc::clone(&door).serve(stream))),
                Err(error) => {
                    tracing::warn!(%error, "a connection to the private socket could not be taken");
                    tokio::time::sleep(AFTER_A_FAULT).await;
                }
            }
        }
    };
    tokio::select! {
        () = taking => {}
        () = door.closing.cancelled() => {}
    }
}
