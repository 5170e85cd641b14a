//! Settings and secrets: read, changed, tried out.

use planloom_core::check::{Problem, ProblemCode};
use planloom_providers::Secret;
use serde_json::Value;

use super::Handle;
use crate::engine::SETTINGS;
use crate::registry::{self, ChangeError, LocalServer};
use crate::turn::Message;
use crate::{Error, clock};

impl Handle {
    /// Everything that the settings screen shows; of secrets only whether they are set.
    pub async fn settings(&self) -> Result<Value, Error> {
        to_value(&self.shared.registry.snapshot().public_settings())
    }

    /// How often settings were changed; it says when they are again, to whoever must do something about it.
    pub fn settings_changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.shared.registry.changes()
    }

    /// Changes settings by a JSON Merge Patch (RFC 7396).
    pub async fn patch_settings(&self, patch: Value) -> Result<Value, Error> {
        let store = |document: Value| {
            self.write(None, move |tx| {
                tx.put_setting(SETTINGS, &document.to_string(), clock::now_ms()).map_err(Error::from_store)
            })
        };
        let changed = self.shared.registry.change(&patch, store).await;
        let snapshot = changed.map_err(|error| match error {
            ChangeError::Problems(problems) => Error::Problems(problems),
            ChangeError::Store(error) => error,
        })?;
        self.send(Message::SettingsChanged)?;
        if patch.get("texts").is_some() {
            self.tidy().await?;
        }
        to_value(&snapshot.public_settings())
    }

    /// Keeps a provider's key; there is no way to read it back.
    pub async fn put_secret(&self, name: &str, value: String) -> Result<Value, Error> {
        let status = self.shared.registry.set_secret(name, &Secret::new(&value)).await;
        self.send(Message::SettingsChanged)?;
        to_value(&status.map_err(|error| secret_error(error, name))?)
    }

    /// Forgets a provider's stored key.
    pub async fn delete_secret(&self, name: &str) -> Result<Value, Error> {
        let status = self.shared.registry.delete_secret(name).await;
        to_value(&status.map_err(|error| secret_error(error, name))?)
    }

    /// Makes a real, small call to a provider and says what happened.
    pub async fn test_provider(&self, name: &str) -> Result<Value, Error> {
        let tested = self.shared.registry.snapshot().test_provider(name, None).await;
        to_value(&tested.map_err(|error| secret_error(error, name))?)
    }

    /// The model servers of this machine that answer now.
    pub async fn local_servers(&self) -> Vec<LocalServer> {
        self.shared.registry.snapshot().local_servers().await
    }

    /// Aliases with provider, prices and whether they can run now.
    pub async fn models(&self) -> Result<Value, Error> {
        to_value(&self.shared.registry.snapshot().models_view())
    }
}

fn to_value(view: &impl serde::Serialize) -> Result<Value, Error> {
    serde_json::to_value(view).map_err(|error| Error::Internal(error.to_string()))
}

fn secret_error(error: registry::Error, name: &str) -> Error {
    match error {
        registry::Error::UnknownProvider { .. } => Error::ProviderNotFound(name.to_owned()),
        registry::Error::TakesNoKey { .. } => {
            let message = format!("The provider `{name}` is the simulator and takes no key.");
            Error::Problems(vec![Problem::error(ProblemCode::ValidationError, "name", "key", message)])
        }
        other => Error::SecretNotKept(other.to_string()),
    }
}
