//! What GET /models shows.

use super::snapshot::Snapshot;
use crate::settings::{PriceSettings, ProviderKind};
use planloom_core::limits;
use serde::Serialize;
use utoipa::ToSchema;

/// One alias, and whether it can run now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    pub alias: String,
    pub provider: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub provider_kind: Option<ProviderKind>,
    /// `null`: the first one that the server lists.
    #[schema(required)]
    pub model_id: Option<String>,
    /// US dollars per million tokens; `null`: unknown.
    #[schema(required)]
    pub prices: Option<PriceSettings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub context_tokens: Option<u64>,
    pub max_output_tokens: u32,
    /// The provider takes no `temperature`.
    pub refuses_temperature: bool,
    pub can_run: bool,
    /// Why not, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why_not: Option<String>,
}

impl Snapshot {
    /// All aliases, in the order of settings.
    pub fn models_view(&self) -> Vec<ModelView> {
        let aliases = &self.settings().document().aliases;
        aliases
            .iter()
            .map(|(name, alias)| {
                let resolved = self.settings().resolve(name).ok();
                let why_not = self.ready(name).err().map(|unready| unready.to_string());
                ModelView {
                    alias: name.clone(),
                    provider: alias.provider.clone(),
                    provider_kind: resolved.as_ref().map(|resolved| resolved.provider_kind),
                    model_id: alias.model_id.clone(),
                    prices: resolved.as_ref().and_then(|resolved| resolved.model.prices).map(PriceSettings::of),
                    context_tokens: alias.context_tokens,
                    max_output_tokens: alias.max_output_tokens.unwrap_or(limits::MAX_OUTPUT_TOKENS),
                    refuses_temperature: resolved.is_some_and(|resolved| resolved.refuses_temperature),
                    can_run: why_not.is_none(),
                    why_not,
                }
            })
            .collect()
    }
}
