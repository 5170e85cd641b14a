//! Where a script finds the API: the listener's address, noted in a private file of the data folder while it
//! listens, and the main key beside it.

use std::fs;
use std::io;
use std::path::PathBuf;

use planloom_store::DataDir;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::keys::read_main_key;
use crate::socket::LocalClient;

/// What a script needs to call the API.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ApiInfo {
    pub url: String,
    pub key: String,
}

#[derive(Serialize, Deserialize)]
struct Note {
    url: String,
    pid: u32,
}

/// What the owner of the folder writes into its lock.
#[derive(Deserialize)]
struct Lock {
    pid: u32,
}

fn path(data: &DataDir) -> PathBuf {
    data.path().join("listener.json")
}

/// Notes where the listener is.
pub(crate) fn write(data: &DataDir, url: &str) -> Result<(), Error> {
    let note = serde_json::json!(Note { url: url.to_owned(), pid: std::process::id() }).to_string();
    Ok(data.write_private(&path(data), note.as_bytes())?)
}

/// Takes the note back. One that a dead process left behind is not believed.
pub(crate) fn forget(data: &DataDir) {
    if let Err(error) = fs::remove_file(path(data)) {
        tracing::debug!(%error, "the listener's note is gone already");
    }
}

/// Address and key of the listener of this data folder; `None` when nothing listens.
///
/// The key is for nobody else, and a port may by now belong to another program: so the note counts only if the
/// process that wrote it owns the folder, and is at work.
pub async fn api_info(data: &DataDir) -> Result<Option<ApiInfo>, Error> {
    let Some(Note { url, pid }) = read(path(data))? else { return Ok(None) };
    match LocalClient::connect(data).await {
        Ok(_) => {}
        Err(Error::NobodyThere) => return Ok(None),
        Err(error) => return Err(error),
    }
    let owner = read::<Lock>(data.lock())?;
    if owner.is_none_or(|owner| owner.pid != pid) {
        return Ok(None);
    }
    Ok(read_main_key(data)?.map(|key| ApiInfo { url, key }))
}

/// A small JSON file; `None` when it is not there or says something else.
fn read<T: DeserializeOwned>(path: PathBuf) -> Result<Option<T>, Error> {
    match fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::File { path, source }),
    }
}
