//! What can be called now: settings, keys and the clients made of both, as one value that is swapped whole.
//!
//! A snapshot never changes, so whoever holds one sees settings and clients that belong together. A client is
//! made at its first call, because its TLS roots weigh more than everything else that an idle engine holds,
//! and lives on through snapshots for as long as nothing that it was made of has changed.
//!
//! Stores nothing itself, and decides nothing about attempts.

mod local;
mod probe;
mod snapshot;
mod views;

pub use local::LocalServer;
pub use probe::ProviderTest;
pub use snapshot::{NotConfigured, Snapshot, Unready};
pub use views::ModelView;

use crate::secrets::{self, Secrets, Source, Status};
use crate::settings::{Environment, ProviderKind, Settings};
use planloom_core::check::{Problem, nearest, quote};
use planloom_providers::Secret;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

/// A secret that could not be set or deleted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `PROVIDER_NOT_FOUND`.
    #[error("There is no provider {}; {hint}", quote(name))]
    UnknownProvider { name: String, hint: String },
    /// `VALIDATION_ERROR`.
    #[error("The provider {} calls nobody and takes no key.", quote(name))]
    TakesNoKey { name: String },
    #[error(transparent)]
    Secrets(#[from] secrets::Error),
}

/// A patch that was not taken; settings are as they were.
#[derive(Debug)]
pub enum ChangeError<E> {
    /// Everything that is wrong with it.
    Problems(Vec<Problem>),
    /// It could not be stored.
    Store(E),
}

/// The settings in force and what can be called by them.
#[derive(Debug)]
pub struct Registry {
    secrets: Arc<Secrets>,
    current: RwLock<Arc<Snapshot>>,
    /// How often each provider's key was changed, so that its client is made anew. Held through a change, so
    /// that of two at a time the second builds on the first.
    changing: tokio::sync::Mutex<HashMap<String, u64>>,
    /// How often settings or keys were changed.
    changes: tokio::sync::watch::Sender<u64>,
}

impl Registry {
    /// From the stored settings (as [`Settings::stored`] gave them) and the keys of `data_folder`. Asks
    /// neither the keychain nor a provider.
    pub fn open(
        stored: Option<&Value>,
        data_folder: &Path,
        environment: Environment,
    ) -> Result<Registry, Vec<Problem>> {
        let secrets = Arc::new(Secrets::open(data_folder, &environment));
        let settings = Settings::load(stored, environment)?;
        let keys_changed = HashMap::new();
        let snapshot = Snapshot::new(settings, secrets.clone(), &keys_changed, None);
        Ok(Registry {
            secrets,
            current: RwLock::new(Arc::new(snapshot)),
            changing: tokio::sync::Mutex::new(keys_changed),
            changes: tokio::sync::watch::Sender::new(0),
        })
    }

    /// How often what holds was changed, and says when it is again.
    pub fn changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// What holds now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn swap(&self, settings: Settings, keys_changed: &HashMap<String, u64>) -> Arc<Snapshot> {
        let old = self.snapshot();
        let new = Arc::new(Snapshot::new(settings, self.secrets.clone(), keys_changed, Some(&old)));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = new.clone();
        self.changes.send_modify(|changes| *changes += 1);
        new
    }

    /// Applies a JSON Merge Patch: checks it, has it stored by `store`, and only then lets it hold. Keys of
    /// providers whose base URL changed are deleted.
    pub async fn change<E, F, S>(&self, patch: &Value, store: F) -> Result<Arc<Snapshot>, ChangeError<E>>
    where
        F: FnOnce(Value) -> S,
        S: Future<Output = Result<(), E>>,
    {
        let mut keys_changed = self.changing.lock().await;
        let change = self.snapshot().settings().patch(patch).map_err(ChangeError::Problems)?;
        store(change.settings.stored()).await.map_err(ChangeError::Store)?;
        for name in &change.voided_secrets {
            // The key is bound to the old address and is not given out for the new one, deleted or not.
            match self.secrets.delete(name).await {
                Ok(true) => *keys_changed.entry(name.clone()).or_default() += 1,
                Ok(false) => {}
                Err(error) => tracing::warn!(provider = name, %error, "a voided key is still stored"),
            }
        }
        Ok(self.swap(change.settings, &keys_changed))
    }

    /// Keeps a provider's key.
    pub async fn set_secret(&self, name: &str, secret: &Secret) -> Result<Status, Error> {
        let mut keys_changed = self.changing.lock().await;
        let snapshot = self.snapshot();
        let settings = snapshot.settings();
        let kind = settings.provider(name).ok_or_else(|| unknown_provider(settings, name))?.kind;
        if kind == ProviderKind::Simulator {
            return Err(Error::TakesNoKey { name: name.to_owned() });
        }
        let owner = snapshot.owner(name).ok_or_else(|| unknown_provider(settings, name))?;
        let source: Source = self.secrets.set(owner, secret).await?;
        *keys_changed.entry(name.to_owned()).or_default() += 1;
        self.swap(settings.clone(), &keys_changed);
        Ok(Some(source).into())
    }

    /// Forgets a provider's stored key; what is left may be one from the environment.
    pub async fn delete_secret(&self, name: &str) -> Result<Status, Error> {
        let mut keys_changed = self.changing.lock().await;
        let snapshot = self.snapshot();
        let settings = snapshot.settings();
        if settings.provider(name).is_none() {
            return Err(unknown_provider(settings, name));
        }
        if self.secrets.delete(name).await? {
            *keys_changed.entry(name.to_owned()).or_default() += 1;
        }
        Ok(self.swap(settings.clone(), &keys_changed).secret_status(name))
    }
}

pub(crate) fn unknown_provider(settings: &Settings, name: &str) -> Error {
    let hint = match nearest(name, settings.provider_names()) {
        Some(nearest) => format!("did you mean {}?", quote(nearest)),
        None => {
            let names: Vec<String> = settings.provider_names().map(quote).collect();
            format!("the providers are {}.", names.join(", "))
        }
    };
    Error::UnknownProvider { name: name.chars().take(80).collect(), hint }
}
