//! What GET /settings shows: the document, what holds in fact, and of secrets that they are set.
//!
//! No type here has a place for a key.

use super::base_url::Origin;
use super::document::{
    AliasSettings, ListenerSettings, ProviderKind, ProviderSettings, QueueSettings, SimulatorSettings, TextsSettings,
};
use super::{Document, Settings};
use crate::secrets::{Place, Status};
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Settings as they are shown. A PATCH takes the same shape; `secret`, `effective` and `secrets` are ignored in it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicSettings {
    #[schema(value_type = std::collections::BTreeMap<String, PublicProvider>)]
    pub providers: IndexMap<String, PublicProvider>,
    #[schema(value_type = std::collections::BTreeMap<String, AliasSettings>)]
    pub aliases: IndexMap<String, AliasSettings>,
    #[schema(value_type = std::collections::BTreeMap<String, QueueSettings>)]
    pub queues: IndexMap<String, QueueSettings>,
    pub evaluator: String,
    pub simulate: bool,
    /// The panel of the first start has not been answered yet.
    pub welcome: bool,
    pub simulator: SimulatorSettings,
    pub listener: ListenerSettings,
    pub texts: TextsSettings,
    /// Where keys are kept.
    pub secrets: Place,
}

/// One provider: what is set, whether it has a key, and what holds in fact.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicProvider {
    pub kind: ProviderKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub base_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_tokens_field: Option<super::MaxTokensFieldSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub json_mode: Option<super::JsonModeSetting>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stall_ms: Option<u64>,
    pub secret: Status,
    pub effective: EffectiveProvider,
}

/// What holds when settings, environment and defaults are taken together.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveProvider {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub base_url: Option<String>,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub base_url_origin: Option<Origin>,
    /// Calls at a time for each model; `null` for any number.
    #[schema(required)]
    pub limit: Option<u32>,
    /// Calls can be made.
    pub configured: bool,
    /// Why not, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why_not: Option<String>,
}

impl Settings {
    /// As GET /settings shows it. `state` tells of a provider's name its key's status and why it cannot be
    /// called, if so.
    pub(crate) fn to_public(&self, secrets: Place, state: impl Fn(&str) -> (Status, Option<String>)) -> PublicSettings {
        let Document { providers, aliases, queues, evaluator, simulate, welcome, simulator, listener, texts } =
            self.document();
        let shown = |(name, provider): (&String, &ProviderSettings)| {
            let (secret, why_not) = state(name);
            (name.clone(), self.public_provider(name, provider, secret, why_not))
        };
        PublicSettings {
            providers: providers.iter().map(shown).collect(),
            aliases: aliases.clone(),
            queues: queues.clone(),
            evaluator: evaluator.clone(),
            simulate: *simulate,
            welcome: *welcome,
            simulator: simulator.clone(),
            listener: listener.clone(),
            texts: *texts,
            secrets,
        }
    }

    fn public_provider(
        &self,
        name: &str,
        provider: &ProviderSettings,
        secret: Status,
        why_not: Option<String>,
    ) -> PublicProvider {
        let base_url = self.base_url(name);
        PublicProvider {
            kind: provider.kind,
            base_url: provider.base_url.clone(),
            version: provider.version.clone(),
            limit: provider.limit,
            max_tokens_field: provider.max_tokens_field,
            json_mode: provider.json_mode,
            stall_ms: provider.stall_ms,
            secret,
            effective: EffectiveProvider {
                base_url_origin: base_url.as_ref().map(|base_url| base_url.origin),
                base_url: base_url.map(|base_url| without_query(&base_url.url)),
                limit: self.lane_limit(name),
                configured: why_not.is_none(),
                why_not,
            },
        }
    }
}

/// An address from the environment may carry a key in its query, or as a password where it is no good.
fn without_query(url: &str) -> String {
    match planloom_providers::check_base_url(url) {
        Ok(_) => url.split('?').next().unwrap_or_default().to_owned(),
        Err(_) => "(not a base URL)".to_owned(),
    }
}

/// A patch without what GET shows besides the document.
pub(super) fn without_read_only(patch: &Value) -> Value {
    let mut patch = patch.clone();
    let Value::Object(members) = &mut patch else { return patch };
    members.shift_remove("secrets");
    let providers = members.get_mut("providers").and_then(Value::as_object_mut);
    for provider in providers.into_iter().flat_map(|providers| providers.values_mut()) {
        let Value::Object(provider) = provider else { continue };
        provider.shift_remove("effective");
        // Anything else under this name may be meant as a key, which is refused with the way to store it.
        if provider.get("secret").is_some_and(is_status) {
            provider.shift_remove("secret");
        }
    }
    patch
}

fn is_status(secret: &Value) -> bool {
    let Value::Object(members) = secret else { return false };
    members.contains_key("set") && members.keys().all(|name| matches!(name.as_str(), "set" | "source"))
}
