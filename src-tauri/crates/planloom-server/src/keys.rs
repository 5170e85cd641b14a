//! API keys: the main one, which lives in a private file of the data folder, and how keys are made and compared.
//! How sessions are made of it is in a module of its own.
//!
//! The keys beside the main one are rows in the database, of which only hashes are kept. A key is never logged.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use planloom_core::ids::hex;
use planloom_store::DataDir;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::session::{self, Codes, Session, Worth};

/// What every key begins with.
const PREFIX: &str = "dtk_local_";
/// Hexadecimal digits of the 32 random bytes.
const DIGITS: usize = 64;

/// The main key of one data folder, and the sessions made with it; shared by the listener and the settings.
#[derive(Clone)]
pub struct Keys {
    data: DataDir,
    main: Arc<RwLock<String>>,
    codes: Arc<Codes>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("data", &self.data).finish_non_exhaustive()
    }
}

impl Keys {
    /// Reads the main key; the first time, makes one. A file that holds no key gets a new one.
    pub fn open(data: &DataDir) -> Result<Keys, Error> {
        let main = match read_main_key(data)? {
            Some(key) => {
                keep_private(data, &key)?;
                key
            }
            None => {
                let key = fresh();
                write(data, &key)?;
                key
            }
        };
        Ok(Keys { data: data.clone(), main: Arc::new(RwLock::new(main)), codes: Arc::default() })
    }

    /// The main key.
    pub fn main(&self) -> String {
        self.main.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the main key is kept.
    pub fn path(&self) -> PathBuf {
        self.data.api_key()
    }

    /// Replaces the main key; the old one, its sessions and its codes are worth nothing from here on.
    pub fn renew(&self) -> Result<String, Error> {
        let mut main = self.main.write().unwrap_or_else(PoisonError::into_inner);
        let key = fresh();
        write(&self.data, &key)?;
        main.clone_from(&key);
        self.codes.forget();
        Ok(key)
    }

    /// A new one-time code, which a page exchanges for a session key within five minutes.
    pub fn make_code(&self) -> String {
        self.codes.make(Instant::now())
    }

    /// Takes a one-time code, which is worth nothing afterwards. False: there was none.
    pub(crate) fn take_code(&self, code: &str) -> bool {
        self.codes.take(code, Instant::now())
    }

    /// A new session key, with the rights of the main key.
    pub(crate) fn make_session(&self) -> Session {
        session::make(&self.main(), now_s())
    }

    /// What a session key is worth now.
    pub(crate) fn session_worth(&self, key: &str) -> Worth {
        session::check(&self.main(), key, now_s())
    }

    /// Whether this is the main key; takes the same time whatever the answer.
    pub(crate) fn is_main(&self, key: &str) -> bool {
        let main = self.main.read().unwrap_or_else(PoisonError::into_inner);
        main.as_bytes().ct_eq(key.as_bytes()).into()
    }
}

fn now_s() -> i64 {
    chrono::Utc::now().timestamp()
}

/// The main key of a data folder, if it has one already.
pub(crate) fn read_main_key(data: &DataDir) -> Result<Option<String>, Error> {
    let path = data.api_key();
    match fs::read_to_string(&path) {
        Ok(text) => {
            let key = text.trim();
            Ok(is_key(key).then(|| key.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        // Not text, so no key.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(source) => Err(Error::File { path, source }),
    }
}

fn write(data: &DataDir, key: &str) -> Result<(), Error> {
    Ok(data.write_private(&data.api_key(), format!("{key}\n").as_bytes())?)
}

/// Writes the file anew when others could read it.
#[cfg(unix)]
fn keep_private(data: &DataDir, key: &str) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    let path = data.api_key();
    let mode = fs::metadata(&path).map_err(|source| Error::File { path, source })?.permissions().mode();
    if mode & 0o077 == 0 { Ok(()) } else { write(data, key) }
}

#[cfg(not(unix))]
fn keep_private(_data: &DataDir, _key: &str) -> Result<(), Error> {
    Ok(())
}

/// A new key: 32 random bytes.
pub(crate) fn fresh() -> String {
    format!("{PREFIX}{}", hex(&rand::random::<[u8; 32]>()))
}

/// Whether a text has a key's form.
pub(crate) fn is_key(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// What the database knows a key by.
pub(crate) fn hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::at(folder.path().join("data"));
        data.create().unwrap();
        (folder, data)
    }

    #[test]
    fn the_main_key_is_made_once_and_renewed_on_demand() {
        let (_folder, data) = folder();
        let keys = Keys::open(&data).unwrap();
        let first = keys.main();
        assert!(is_key(&first), "32 random bytes behind the prefix");
        assert!(keys.is_main(&first));
        assert_eq!(Keys::open(&data).unwrap().main(), first);
        let second = keys.renew().unwrap();
        assert_ne!(second, first);
        assert!(!keys.is_main(&first) && keys.is_main(&second));
        assert!(!keys.is_main("") && !keys.is_main(&second[..second.len() - 1]));
        assert_eq!(Keys::open(&data).unwrap().main(), second);
    }

    #[test]
    fn a_file_without_a_key_gets_one() {
        let (_folder, data) = folder();
        for content in ["", "dtk_local_short\n", "\0\0\0"] {
            fs::write(data.api_key(), content).unwrap();
            assert!(is_key(&Keys::open(&data).unwrap().main()));
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_main_key() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, data) = folder();
        let mode = || fs::metadata(data.api_key()).unwrap().permissions().mode() & 0o777;
        Keys::open(&data).unwrap();
        assert_eq!(mode(), 0o600);
        fs::set_permissions(data.api_key(), fs::Permissions::from_mode(0o644)).unwrap();
        Keys::open(&data).unwrap();
        assert_eq!(mode(), 0o600);
    }

    #[test]
    fn a_key_does_not_show_in_debug_output() {
        let (_folder, data) = folder();
        let keys = Keys::open(&data).unwrap();
        assert!(!format!("{keys:?}").contains(&keys.main()));
    }
}
