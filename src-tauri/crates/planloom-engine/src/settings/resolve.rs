//! What a step's `model` means: an alias, `<provider>:<model id>` or `ollama:<name>`.

use super::Settings;
use super::document::{AliasSettings, Document, OLLAMA, ProviderKind, ProviderSettings, SIMULATOR};
use planloom_core::check::{nearest, quote};
use planloom_core::execution::Model;
use planloom_core::limits;
use planloom_core::usage::Prices;
use planloom_providers::AnthropicVersion;
use std::borrow::Cow;

/// A model, ready to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// As it is recorded with an attempt.
    pub model: Model,
    pub provider_kind: ProviderKind,
    /// Tokens of an answer where the step says nothing.
    pub max_output_tokens: u32,
    /// Tokens of prompt and answer together, where known.
    pub context_tokens: Option<u64>,
    /// The provider takes no `temperature`.
    pub refuses_temperature: bool,
    /// Calls of this model at a time; `None` for any number.
    pub lane_limit: Option<u32>,
}

impl Resolved {
    /// The same model with the simulator in its place: costs nothing and waits for nobody.
    pub fn simulated(mut self) -> Resolved {
        self.model.provider = SIMULATOR.into();
        self.model.prices = Some(Prices::FREE);
        if self.model.model_id.is_empty() {
            self.model.model_id = self.model.alias.clone();
        }
        Resolved { provider_kind: ProviderKind::Simulator, refuses_temperature: false, lane_limit: None, ..self }
    }
}

/// A `model` that means nothing: `INVALID_MODEL`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    #[error("There is no model {}; {hint}", quote(model))]
    UnknownModel { model: String, hint: String },
    #[error("There is no provider {} for the model {}; {hint}", quote(provider), quote(model))]
    UnknownProvider { model: String, provider: String, hint: String },
}

/// What a name was found to stand for.
pub(crate) struct Meant<'d> {
    provider: &'d str,
    model_id: &'d str,
    alias: Option<&'d AliasSettings>,
}

/// The provider of this name. `ollama` needs no setting up.
pub(crate) fn provider_of<'d>(document: &'d Document, name: &str) -> Option<Cow<'d, ProviderSettings>> {
    match document.providers.get(name) {
        Some(provider) => Some(Cow::Borrowed(provider)),
        None => (name == OLLAMA).then(|| Cow::Owned(ProviderSettings::of_kind(ProviderKind::Openai))),
    }
}

pub(crate) fn resolve<'d>(document: &'d Document, model: &'d str) -> Result<Meant<'d>, ResolveError> {
    if let Some(alias) = document.aliases.get(model) {
        let model_id = alias.model_id.as_deref().unwrap_or_default();
        return Ok(Meant { provider: &alias.provider, model_id, alias: Some(alias) });
    }
    let Some((provider, model_id)) =
        model.split_once(':').filter(|(name, id)| !name.is_empty() && !id.trim().is_empty())
    else {
        return Err(ResolveError::UnknownModel { model: model.to_owned(), hint: hint(model, document.aliases.keys()) });
    };
    if provider_of(document, provider).is_none() {
        let hint = hint(provider, document.providers.keys());
        return Err(ResolveError::UnknownProvider { model: model.to_owned(), provider: provider.to_owned(), hint });
    }
    // The facts of a model hold under whatever name it is called by.
    let same = |alias: &&AliasSettings| alias.provider == provider && alias.model_id.as_deref() == Some(model_id);
    Ok(Meant { provider, model_id, alias: document.aliases.values().find(same) })
}

fn hint<'n>(word: &str, names: impl Iterator<Item = &'n String> + Clone) -> String {
    const LISTED: usize = 20;
    match nearest(word, names.clone().map(String::as_str)) {
        Some(nearest) => format!("did you mean {}?", quote(nearest)),
        None => {
            let listed: Vec<String> = names.take(LISTED).map(|name| quote(name)).collect();
            format!("use one of {}, or `<provider>:<model id>`, or add it to the settings.", listed.join(", "))
        }
    }
}

impl Meant<'_> {
    pub(super) fn resolved(&self, name: &str, settings: &Settings) -> Resolved {
        let provider = settings.provider(self.provider);
        let kind = provider.as_ref().map_or(ProviderKind::Simulator, |provider| provider.kind);
        let nearby = settings.base_url(self.provider).is_some_and(|base_url| base_url.is_nearby());
        let prices = match (kind, self.alias.and_then(|alias| alias.prices)) {
            (ProviderKind::Simulator, _) => Some(Prices::FREE),
            // A price that somebody gave holds, whatever stands at the address: it may be a proxy.
            (ProviderKind::Anthropic | ProviderKind::Openai, Some(prices)) => Some(prices.prices()),
            (ProviderKind::Anthropic | ProviderKind::Openai, None) => nearby.then_some(Prices::FREE),
        };
        let version = provider.as_ref().and_then(|provider| provider.version.as_deref());
        let version = version.and_then(|version| AnthropicVersion::parse(version).ok()).unwrap_or_default();
        Resolved {
            model: Model { alias: name.into(), provider: self.provider.into(), model_id: self.model_id.into(), prices },
            provider_kind: kind,
            max_output_tokens: self
                .alias
                .and_then(|alias| alias.max_output_tokens)
                .unwrap_or(limits::MAX_OUTPUT_TOKENS),
            context_tokens: self.alias.and_then(|alias| alias.context_tokens),
            refuses_temperature: kind == ProviderKind::Anthropic && version.is_since_2026(),
            lane_limit: settings.lane_limit(self.provider),
        }
    }
}
