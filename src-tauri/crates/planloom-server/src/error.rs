//! Why a door could not be opened.

use std::io;
use std::path::PathBuf;

/// Why the listener, the private socket or the key file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "Port {0} is taken by another program. Choose another one with --port or in the settings; 0 means any free one."
    )]
    PortTaken(u16),
    #[error("No connections can be taken on port {port} of this machine: {source}.")]
    Listen { port: u16, source: io::Error },
    #[error("{}: {source}. Check that the file and its folder belong to this user.", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("The private socket {path} cannot be used: {source}.")]
    Socket { path: String, source: io::Error },
    #[error("No Planloom is at work on this data folder. Start `planloom serve` or the window first.")]
    NobodyThere,
    #[error("The program that works on this data folder broke the connection off: {0}.")]
    BrokenOff(hyper::Error),
    #[error(transparent)]
    Folder(#[from] planloom_store::Error),
}
