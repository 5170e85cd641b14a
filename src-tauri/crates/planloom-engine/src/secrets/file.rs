//! `secrets.json`: which keys there are, and those that no keychain holds.
//!
//! Readable by its owner alone from the moment it exists, and replaced as a whole or not at all. A file that
//! does not read is left exactly as it is.

use super::{Error, Source};
use planloom_providers::Secret;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

const NAME: &str = "secrets.json";
const BEING_WRITTEN: &str = "secrets.json.tmp";
const VERSION: u64 = 1;

/// One provider's key. Its `Debug` does not show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// The keychain holds it.
    Keychain {
        base_url: String,
    },
    File {
        base_url: String,
        key: Secret,
    },
}

impl Entry {
    pub(super) fn source(&self) -> Source {
        match self {
            Entry::Keychain { .. } => Source::Keychain,
            Entry::File { .. } => Source::File,
        }
    }

    /// What the key was entered for.
    pub(super) fn base_url(&self) -> &str {
        match self {
            Entry::Keychain { base_url } | Entry::File { base_url, .. } => base_url,
        }
    }
}

pub(super) type Entries = BTreeMap<String, Entry>;

#[derive(Debug)]
pub(super) struct File {
    folder: PathBuf,
    entries: Result<Entries, Error>,
}

impl File {
    pub(super) fn open(folder: &Path) -> File {
        File { folder: folder.to_owned(), entries: read(&folder.join(NAME)) }
    }

    /// Reads again what could not be read: it may have been mended.
    pub(super) fn entries(&mut self) -> Result<&Entries, Error> {
        if self.entries.is_err() {
            self.entries = read(&self.folder.join(NAME));
        }
        self.entries.as_ref().map_err(Clone::clone)
    }

    /// Sets or removes one entry. What is in memory changes after what is on disk.
    pub(super) fn put(&mut self, name: &str, entry: Option<Entry>) -> Result<(), Error> {
        let mut entries = self.entries()?.clone();
        match entry {
            Some(entry) => entries.insert(name.to_owned(), entry),
            None => entries.remove(name),
        };
        let path = self.folder.join(NAME);
        let written = replace(&self.folder, text(&entries).as_bytes());
        written.map_err(|error| Error::File { path, action: "written", reason: error.to_string() })?;
        self.entries = Ok(entries);
        Ok(())
    }
}

fn read(path: &Path) -> Result<Entries, Error> {
    let failed = |error: io::Error| Error::File { path: path.to_owned(), action: "read", reason: error.to_string() };
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Entries::new()),
        Err(error) => return Err(failed(error)),
    };
    close_to_others(path).map_err(failed)?;
    let corrupt = |line, column| Error::Corrupt { path: path.to_owned(), line, column };
    // The parser's own words could quote what it read.
    let value = planloom_core::json::parse(&bytes).map_err(|error| corrupt(error.line, error.column))?;
    parse(&value).ok_or_else(|| corrupt(1, 1))
}

fn parse(value: &Value) -> Option<Entries> {
    if value.get("version")?.as_u64()? != VERSION {
        return None;
    }
    let entry = |(name, entry): (&String, &Value)| {
        let base_url = entry.get("baseUrl")?.as_str()?.to_owned();
        let entry = match (entry.get("where")?.as_str()?, entry.get("key")) {
            ("keychain", None) => Entry::Keychain { base_url },
            ("file", Some(Value::String(key))) => Entry::File { base_url, key: Secret::new(key) },
            _ => return None,
        };
        Some((name.clone(), entry))
    };
    value.get("keys")?.as_object()?.iter().map(entry).collect()
}

fn text(entries: &Entries) -> String {
    let entry = |(name, entry): (&String, &Entry)| {
        let value = match entry {
            Entry::Keychain { base_url } => json!({"where": "keychain", "baseUrl": base_url}),
            Entry::File { base_url, key } => json!({"where": "file", "baseUrl": base_url, "key": key.expose()}),
        };
        (name.clone(), value)
    };
    let keys: Map<String, Value> = entries.iter().map(entry).collect();
    format!("{:#}\n", json!({"version": VERSION, "keys": keys}))
}

/// The whole new file under another name, on disk, then in the old one's place.
fn replace(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    let (path, being_written) = (folder.join(NAME), folder.join(BEING_WRITTEN));
    // What a crash left behind; a new file, because an old one keeps its permissions.
    match fs::remove_file(&being_written) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let written = write_new(&being_written, bytes).and_then(|()| fs::rename(&being_written, &path));
    if written.is_err() {
        // What is left holds keys, and the error that matters is the first one.
        let _ = fs::remove_file(&being_written);
    }
    written?;
    sync_folder(folder)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be synced; the rename is journalled by the file system.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A file that was copied here may have come with other permissions.
#[cfg(unix)]
fn close_to_others(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = fs::metadata(path)?.permissions();
    if permissions.mode() & 0o077 == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Elsewhere the data folder is the user's own by its place.
#[cfg(not(unix))]
fn close_to_others(_path: &Path) -> io::Result<()> {
    Ok(())
}
