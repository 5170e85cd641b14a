//! The private socket on Windows: a named pipe whose name is made from the data folder's path.
//!
//! A pipe of the default kind takes writes from its owner, administrators and the system only, and none from
//! another machine; without writing nobody can ask for anything.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use planloom_core::ids::hex;
use planloom_store::DataDir;
use sha2::{Digest, Sha256};
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions};
use tokio_util::task::TaskTracker;

use crate::connection::Door;
use crate::error::Error;

/// All instances of the pipe are busy for a moment.
const ERROR_PIPE_BUSY: i32 = 231;
/// How often a busy pipe is tried, and how long apart.
const TRIES: u32 = 50;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// The pipe goes with its last handle, so there is nothing to remove.
#[derive(Debug)]
pub(super) struct Place;

fn name(data: &DataDir) -> String {
    let path = data.path().to_string_lossy().to_lowercase();
    let hash = hex(&Sha256::digest(path.as_bytes()));
    format!(r"\\.\pipe\planloom-{}", &hash[..32])
}

/// The pipe, and the instance that waits for the next client.
#[derive(Debug)]
pub(super) struct Pipe {
    name: String,
    next: NamedPipeServer,
}

pub(super) fn listen(data: &DataDir) -> Result<(Pipe, Place), Error> {
    let name = name(data);
    // The first instance or none: a pipe that somebody else made under our name must not get our requests.
    let next = ServerOptions::new()
        .first_pipe_instance(true)
        .reject_remote_clients(true)
        .create(&name)
        .map_err(|source| Error::Socket { path: name.clone(), source })?;
    Ok((Pipe { name, next }, Place))
}

pub(super) async fn connect(data: &DataDir) -> Result<NamedPipeClient, Error> {
    let name = name(data);
    for _ in 0..TRIES {
        match ClientOptions::new().open(&name) {
            Ok(client) => return Ok(client),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::NobodyThere),
            Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY) => tokio::time::sleep(BETWEEN_TRIES).await,
            Err(source) => return Err(Error::Socket { path: name, source }),
        }
    }
    Err(Error::Socket { path: name, source: io::Error::from_raw_os_error(ERROR_PIPE_BUSY) })
}

pub(super) async fn take_connections(pipe: Pipe, door: Arc<Door>, connections: TaskTracker) {
    let Pipe { name, mut next } = pipe;
    let taking = async {
        loop {
            let connected = next.connect().await;
            let following = match ServerOptions::new().reject_remote_clients(true).create(&name) {
                Ok(following) => following,
                Err(error) => {
                    tracing::error!(%error, "the private socket takes no more connections");
                    return;
                }
            };
            let stream = std::mem::replace(&mut next, following);
            match connected {
                Ok(()) => drop(connections.spawn(Arc::clone(&door).serve(stream))),
                Err(error) => tracing::warn!(%error, "a connection to the private socket could not be taken"),
            }
        }
    };
    tokio::select! {
        () = taking => {}
        () = door.closing.cancelled() => {}
    }
}
