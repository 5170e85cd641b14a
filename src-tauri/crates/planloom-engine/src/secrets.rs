//! Providers' keys: in the operating system's keychain, or where there is none in a file that only its owner
//! can read; never in the database.
//!
//! A key is kept together with the base URL that it was entered for, and given out for no other one, so a
//! changed address voids it whatever else fails. The file `secrets.json` in the data folder also says which
//! keys the keychain holds: so nothing asks the keychain, which may ask the person, before a key is needed.
//!
//! Knows nothing of settings: names and addresses come in. Must not print a key, nor put one into an error.

mod file;
mod keychain;

use crate::settings::{Environment, environment, is_name};
use file::{Entry, File};
use keychain::Keychain;
use planloom_providers::Secret;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;

/// Longer ones are no keys, and the smallest keychain does not take them.
const KEY_CHARS: usize = 1_000;

/// A secret that could not be read or kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("`{name}` is no provider's name; use letters, digits, `-`, `_` and `.`.")]
    Name { name: String },
    #[error("The key is empty. Send the provider's key; to remove the one that is stored, delete it.")]
    Empty,
    #[error("The key has {chars} characters; at most {KEY_CHARS} are allowed. Check what was copied.")]
    TooLong { chars: usize },
    #[error("The key contains white space or characters that a header cannot carry. Copy it again.")]
    Characters,
    #[error(
        "{} is not the file of secrets that it should be (line {line}, column {column}). Nothing in it was changed: mend it, or move it away and enter the keys again.",
        path.display()
    )]
    Corrupt { path: PathBuf, line: usize, column: usize },
    #[error("{} could not be {action}: {reason}. Check the folder's permissions and the room on its disk.", path.display())]
    File { path: PathBuf, action: &'static str, reason: String },
    #[error(
        "The keychain did not answer within {seconds} s. Unlock it and try again, or start Planloom with PLANLOOM_KEYCHAIN=off to keep keys in a file."
    )]
    KeychainSilent { seconds: u64 },
    #[error(
        "The keychain refused: {reason}. Unlock it and try again, or enter the key again with PLANLOOM_KEYCHAIN=off to keep it in a file."
    )]
    Keychain { reason: String },
}

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    Keychain,
    /// `secrets.json` in the data folder.
    File,
    Environment,
}

/// Whether there is a key. There is no way to read one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Status {
    pub set: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<Source>,
}

impl Status {
    pub const UNSET: Status = Status { set: false, source: None };
}

impl From<Option<Source>> for Status {
    fn from(source: Option<Source>) -> Status {
        Status { set: source.is_some(), source }
    }
}

/// Where the next key will be kept, and why not in the keychain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// `keychain` or `file`.
    pub r#where: Source,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// Whose key, and for which address: what the engine knows of a provider.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The provider's name.
    pub name: &'a str,
    /// Where its calls go; empty for a provider that is nowhere.
    pub base_url: &'a str,
    /// The environment's variable whose key is for this address, if there is one.
    pub variable: Option<&'a str>,
}

/// The keys of one data folder.
#[derive(Debug)]
pub struct Secrets {
    environment: Environment,
    keychain: Keychain,
    /// Nobody is to be asked for anything.
    keychain_is_off: bool,
    /// Why the keychain is not used; found out when it is first needed.
    without_keychain: Mutex<Option<String>>,
    file: Mutex<File>,
    /// One change at a time, held across the keychain's answer.
    changing: tokio::sync::Mutex<()>,
}

impl Secrets {
    /// The keys kept for `data_folder`. A file that cannot be read is reported when it is needed, because
    /// everything but the stored keys works without it.
    pub fn open(data_folder: &Path, environment: &Environment) -> Secrets {
        let without_keychain = match environment.get(environment::KEYCHAIN) {
            None | Some("auto") => None,
            Some("off") => Some("PLANLOOM_KEYCHAIN is off.".to_owned()),
            Some(_) => Some("PLANLOOM_KEYCHAIN is neither `auto` nor `off`, so the keychain is left alone.".to_owned()),
        };
        Secrets {
            environment: environment.clone(),
            keychain: Keychain::of(data_folder),
            keychain_is_off: without_keychain.is_some(),
            without_keychain: Mutex::new(without_keychain),
            file: Mutex::new(File::open(data_folder)),
            changing: tokio::sync::Mutex::new(()),
        }
    }

    /// Keeps a key for `owner`; says where. The keychain is asked on a thread of its own; the file, which is
    /// small, is written and synced on the caller's.
    pub async fn set(&self, owner: Owner<'_>, secret: &Secret) -> Result<Source, Error> {
        check_name(owner.name)?;
        check_key(secret)?;
        let _changing = self.changing.lock().await;
        // A file that is broken must be known before the keychain is written.
        self.file().entries()?;
        let in_keychain = self.set_in_keychain(owner, secret).await?;
        let base_url = owner.base_url.to_owned();
        let entry = match in_keychain {
            true => Entry::Keychain { base_url },
            false => Entry::File { base_url, key: secret.clone() },
        };
        let source = entry.source();
        self.file().put(owner.name, Some(entry))?;
        Ok(source)
    }

    /// Whether the keychain took it. One that is not there does not stand in the way; one that is there and
    /// does not answer does, because it may still take the key when the person unlocks it.
    async fn set_in_keychain(&self, owner: Owner<'_>, secret: &Secret) -> Result<bool, Error> {
        if self.reason().is_some() {
            return Ok(false);
        }
        match self.keychain.set(owner.name, owner.base_url, secret).await {
            Ok(()) => Ok(true),
            Err(Error::Keychain { reason }) => {
                tracing::warn!(reason, "the keychain cannot be used, the key is kept in the file");
                *lock(&self.without_keychain) = Some(format!("The keychain cannot be used: {reason}."));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets the stored key; whether there was one. One from the environment stays.
    pub async fn delete(&self, name: &str) -> Result<bool, Error> {
        check_name(name)?;
        let _changing = self.changing.lock().await;
        let entry = self.file().entries()?.get(name).map(Entry::source);
        match entry {
            None => return Ok(false),
            Some(Source::Keychain) if self.keychain_is_off => {
                return Err(Error::Keychain { reason: self.reason().unwrap_or_default() });
            }
            Some(Source::Keychain) => self.keychain.delete(name).await?,
            Some(Source::File | Source::Environment) => {}
        }
        self.file().put(name, None)?;
        Ok(true)
    }

    /// The key of `owner`: the stored one if it was entered for this address, else the environment's. May
    /// wait for the person to unlock the keychain.
    pub async fn get(&self, owner: Owner<'_>) -> Result<Option<Secret>, Error> {
        check_name(owner.name)?;
        let from_environment = owner.variable.and_then(|variable| self.environment.get(variable)).map(Secret::new);
        let entry = match self.file().entries() {
            Ok(entries) => entries.get(owner.name).cloned(),
            Err(error) if from_environment.is_none() => return Err(error),
            Err(_) => None,
        };
        match entry {
            Some(Entry::File { base_url, key }) if base_url == owner.base_url => Ok(Some(key)),
            Some(Entry::Keychain { base_url }) if base_url == owner.base_url && !self.keychain_is_off => {
                let stored = self.keychain.get(owner.name, owner.base_url).await?;
                Ok(stored.or(from_environment))
            }
            Some(Entry::File { .. } | Entry::Keychain { .. }) | None => Ok(from_environment),
        }
    }

    /// Whether there is a key for `owner`, without asking the keychain.
    pub fn status(&self, owner: Owner<'_>) -> Status {
        let stored = match self.file().entries() {
            Ok(entries) => {
                entries.get(owner.name).filter(|entry| entry.base_url() == owner.base_url).map(Entry::source)
            }
            Err(_) => None,
        };
        let stored = stored.filter(|source| *source != Source::Keychain || !self.keychain_is_off);
        let from_environment =
            || owner.variable.and_then(|variable| self.environment.get(variable)).map(|_| Source::Environment);
        stored.or_else(from_environment).into()
    }

    /// A key is stored for `name`, but for another address than `base_url`.
    pub fn is_void(&self, name: &str, base_url: &str) -> bool {
        self.file().entries().is_ok_and(|entries| entries.get(name).is_some_and(|entry| entry.base_url() != base_url))
    }

    /// Where the next key will be kept.
    pub fn place(&self) -> Place {
        let broken = self.file().entries().err().map(|error| error.to_string());
        match (broken, self.reason()) {
            (Some(reason), _) | (None, Some(reason)) => Place { r#where: Source::File, reason: Some(reason) },
            (None, None) => Place { r#where: Source::Keychain, reason: None },
        }
    }

    /// What stands in the way of the stored keys, if something does.
    pub fn fault(&self) -> Option<Error> {
        self.file().entries().err()
    }

    fn reason(&self) -> Option<String> {
        lock(&self.without_keychain).clone()
    }

    fn file(&self) -> MutexGuard<'_, File> {
        lock(&self.file)
    }
}

/// What a panic left behind is still whole: every change is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check_name(name: &str) -> Result<(), Error> {
    if is_name(name) { Ok(()) } else { Err(Error::Name { name: name.chars().take(80).collect() }) }
}

fn check_key(secret: &Secret) -> Result<(), Error> {
    let key = secret.expose();
    if key.is_empty() {
        return Err(Error::Empty);
    }
    let chars = key.chars().count();
    if chars > KEY_CHARS {
        return Err(Error::TooLong { chars });
    }
    if key.chars().all(|c| c.is_ascii_graphic()) { Ok(()) } else { Err(Error::Characters) }
}
