//! Why something that the shell was asked for did not happen: a sentence that says what is wrong and what to do.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

/// What went wrong, in the words that a person reads.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0} `planloom-desktop --help` says what there is.")]
    Usage(String),
    #[error(transparent)]
    Folder(#[from] planloom_store::Error),
    #[error(transparent)]
    Open(#[from] planloom_engine::OpenError),
    #[error(transparent)]
    Server(#[from] planloom_server::Error),
    #[error("The window could not be opened: {0}. `planloom serve` runs the engine without it.")]
    Window(#[from] tauri::Error),
    #[error("This system does not let the program start its threads: {0}.")]
    Threads(std::io::Error),
    #[error("`{0}` is no path of the API. Everything in it begins with `/api/`.")]
    OutsideApi(String),
    #[error("`{0}` cannot be sent as a request. Check its method, path and headers.")]
    NoRequest(String),
    #[error("`{0}` answers with a stream of events. Watch it with `subscribe`.")]
    Stream(String),
    #[error("The answer to `{0}` broke off. Look whether it took effect before you send it again.")]
    BrokenOff(String),
    #[error("`{0}` is not opened from here: only links that begin with http://, https:// or mailto: are.")]
    Link(String),
    #[error("{} is not shown from here: only the data folder and the folders in it are.", .0.display())]
    Elsewhere(PathBuf),
    #[error("The system could not open {what}: {why}. Open it by hand.")]
    NotOpened { what: String, why: String },
    #[error("{} could not be read: {why}. Choose a file that this user may read.", path.display())]
    NotRead { path: PathBuf, why: String },
    #[error("{} has {bytes} bytes; a file of at most {limit_bytes} can be read here. Choose a smaller one.", path.display())]
    TooLarge { path: PathBuf, bytes: u64, limit_bytes: u64 },
    #[error("{} is not a text file: it is not UTF-8. Choose one with text in it, or save it as UTF-8 first.", path.display())]
    NotText { path: PathBuf },
    #[error("{} could not be written: {why}. Choose another place.", path.display())]
    NotWritten { path: PathBuf, why: String },
    #[error("{} exists already. Save under another name, or choose the file itself to replace it.", path.display())]
    Exists { path: PathBuf },
}

/// The page gets the sentence.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
