//! The test of a provider from the settings screen: one real call, and what happened.

use super::snapshot::{Snapshot, Unready};
use super::{Error, unknown_provider};
use planloom_core::failure::FailureCode;
use planloom_providers::{CallError, Tested};
use serde::Serialize;
use utoipa::ToSchema;

/// A local server may load its model first.
const PATIENCE_MS: u64 = 60_000;

/// What a test call did.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderTest {
    pub provider: String,
    /// The provider was reached, took the key and ran the model.
    pub ok: bool,
    /// A sentence that says what happened and what to do.
    pub message: String,
    /// The provider's own name of the model; absent where it did not come to a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub latency_ms: Option<u64>,
    /// Of the failure, where there was a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<FailureCode>,
    /// The provider's HTTP status of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<u16>,
}

impl ProviderTest {
    fn refused(provider: &str, message: String) -> ProviderTest {
        let provider = provider.to_owned();
        ProviderTest { provider, ok: false, message, model: None, latency_ms: None, code: None, status: None }
    }

    fn failed(provider: &str, error: CallError) -> ProviderTest {
        let (code, status) = (Some(error.code), error.status);
        ProviderTest { code, status, ..ProviderTest::refused(provider, error.message) }
    }

    fn of(provider: &str, tested: Tested) -> ProviderTest {
        let provider = provider.to_owned();
        ProviderTest {
            provider,
            ok: tested.ok,
            message: tested.message,
            model: Some(tested.model_id),
            latency_ms: Some(tested.duration_ms),
            code: tested.error.as_ref().map(|error| error.code),
            status: tested.error.and_then(|error| error.status),
        }
    }
}

impl Snapshot {
    /// Makes one small real call to `model_id`, or to the first alias's model of this provider, or to the
    /// first one that it lists.
    pub async fn test_provider(&self, name: &str, model_id: Option<&str>) -> Result<ProviderTest, Error> {
        if self.settings().provider(name).is_none() {
            return Err(unknown_provider(self.settings(), name));
        }
        let client = match self.provider(name).await {
            Ok(client) => client,
            Err(fault) => return Ok(ProviderTest::refused(name, fault.message)),
        };
        let model_id = match model_id.map(str::to_owned).or_else(|| self.model_of(name)) {
            Some(model_id) => model_id,
            None => match self.listed(name).await {
                Ok(model_id) => model_id.to_string(),
                Err(Unready::Listing(error)) => return Ok(ProviderTest::failed(name, error)),
                Err(Unready::Model(error)) => return Ok(ProviderTest::refused(name, error.to_string())),
                Err(Unready::Provider(fault)) => return Ok(ProviderTest::refused(name, fault.message)),
            },
        };
        Ok(ProviderTest::of(name, planloom_providers::test(&*client, &model_id, PATIENCE_MS).await))
    }

    fn model_of(&self, provider: &str) -> Option<String> {
        let mut aliases = self.settings().document().aliases.values();
        aliases.find_map(|alias| alias.model_id.clone().filter(|_| alias.provider == provider))
    }
}
