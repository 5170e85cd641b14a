//! The operating system's keychain, asked from a thread of its own: it may wait for the person.
//!
//! Opens its connection for each question and keeps none, so an idle program holds no thread for it. Which
//! keys it holds is written elsewhere; here is only the asking.

use super::Error;
use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use planloom_providers::Secret;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const SERVICE: &str = "planloom";
/// Time in which a person can type the keychain's password.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Debug)]
pub(super) struct Keychain {
    /// Tells the keys of one data folder from those of another.
    data_folder: Arc<str>,
}

impl Keychain {
    pub(super) fn of(data_folder: &Path) -> Keychain {
        let data_folder = std::fs::canonicalize(data_folder).unwrap_or_else(|_| data_folder.to_owned());
        Keychain { data_folder: data_folder.to_string_lossy().into() }
    }

    pub(super) async fn set(&self, name: &str, base_url: &str, secret: &Secret) -> Result<(), Error> {
        let text = json!({"baseUrl": base_url, "key": secret.expose()}).to_string();
        self.ask(name, move |entry| entry.set_password(&text)).await
    }

    /// The key that was entered for `base_url`; `None` where there is none, or one for another address.
    pub(super) async fn get(&self, name: &str, base_url: &str) -> Result<Option<Secret>, Error> {
        let text = self
            .ask(name, |entry| match entry.get_password() {
                Ok(text) => Ok(Some(text)),
                Err(KeyringError::NoEntry) => Ok(None),
                Err(error) => Err(error),
            })
            .await?;
        let Some(text) = text else { return Ok(None) };
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let text_of = |field: &str| value.get(field).and_then(Value::as_str);
        Ok(text_of("key").filter(|_| text_of("baseUrl") == Some(base_url)).map(Secret::new))
    }

    pub(super) async fn delete(&self, name: &str) -> Result<(), Error> {
        self.ask(name, |entry| match entry.delete_credential() {
            Ok(()) | Err(KeyringError::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        name: &str,
        question: impl FnOnce(&Entry) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let user = format!("{name}@{}", self.data_folder);
        let (answer, answered) = tokio::sync::oneshot::channel();
        let asking = move || {
            let asked = store().and_then(|store| question(&Entry::new_in_store(&store, SERVICE, &user)?));
            // Nobody listens any more when the person took longer than our patience.
            let _ = answer.send(asked);
        };
        let thread = std::thread::Builder::new().name("keychain".to_owned()).spawn(asking);
        thread.map_err(|error| Error::Keychain { reason: error.to_string() })?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Err(_) => Err(Error::KeychainSilent { seconds: PATIENCE.as_secs() }),
            Ok(Err(_)) => Err(Error::Keychain { reason: "the question to it broke off".to_owned() }),
            Ok(Ok(Err(error))) => Err(Error::Keychain { reason: reason(&error) }),
            Ok(Ok(Ok(answer))) => Ok(answer),
        }
    }
}

/// The error in words, without the stored text that some of its variants carry.
fn reason(error: &KeyringError) -> String {
    match error {
        KeyringError::BadEncoding(_) | KeyringError::BadDataFormat(..) => "what it holds is not readable".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(KeyringError::NotSupportedByStore("no keychain is known for this system".to_owned()))
}
