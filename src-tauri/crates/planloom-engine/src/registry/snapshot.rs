//! One state of settings and keys, and the clients that belong to it.

use crate::secrets::{Owner, Secrets, Status};
use crate::settings::base_url::{key_variable, variables};
use crate::settings::{
    BaseUrl, CallKindSetting, JsonModeSetting, MaxTokensFieldSetting, Origin, ProviderKind, ProviderSettings,
    PublicSettings, ResolveError, Resolved, Settings, SimulatorSettings,
};
use planloom_core::check::quote;
use planloom_core::failure::FailureCode;
use planloom_core::limits;
use planloom_providers::{
    AnthropicConfig, AnthropicVersion, CallError, CallKind, JsonMode, Marks, MaxTokensField, OpenAiConfig, Provider,
    ProviderConfig, Secret, SimulatedFailure, SimulatorConfig, check_base_url,
};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// How long a server may take to list its models.
const LISTING: Duration = Duration::from_secs(10);

/// A provider that cannot be called: 409 `PROVIDER_NOT_CONFIGURED`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotConfigured {
    pub provider: String,
    /// What is missing and what to do.
    pub message: String,
}

/// A model that cannot be called.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unready {
    /// The name means nothing: `INVALID_MODEL`.
    #[error(transparent)]
    Model(#[from] ResolveError),
    /// `PROVIDER_NOT_CONFIGURED`.
    #[error(transparent)]
    Provider(#[from] NotConfigured),
    /// The server that was to name its model failed; as retryable as it says.
    #[error(transparent)]
    Listing(CallError),
}

/// Settings, the state of the keys, and the clients.
#[derive(Debug)]
pub struct Snapshot {
    settings: Settings,
    secrets: Arc<Secrets>,
    slots: HashMap<String, Arc<Slot>>,
}

/// What a client is made of; as long as it is equal, the client is the same.
#[derive(Clone, Debug, PartialEq)]
struct Spec {
    provider: ProviderSettings,
    base_url: Option<BaseUrl>,
    variable: Option<&'static str>,
    simulator: Option<SimulatorSettings>,
    secret: Status,
    key_changed: u64,
}

/// One provider's place.
#[derive(Debug)]
struct Slot {
    spec: Spec,
    fault: Option<NotConfigured>,
    client: OnceCell<Arc<dyn Provider>>,
    /// The first model of its last list, for aliases that leave the model to the server.
    listed: Mutex<Option<Arc<str>>>,
}

impl Snapshot {
    pub(super) fn new(
        settings: Settings,
        secrets: Arc<Secrets>,
        keys_changed: &HashMap<String, u64>,
        before: Option<&Snapshot>,
    ) -> Snapshot {
        let mut slots = HashMap::new();
        for name in settings.provider_names() {
            let Some(spec) = Spec::of(name, &settings, &secrets, keys_changed.get(name).copied().unwrap_or(0)) else {
                continue;
            };
            let fault = spec.fault(name, &settings, &secrets);
            let kept = before.and_then(|before| before.slots.get(name));
            let kept = kept.filter(|slot| slot.spec == spec && slot.fault == fault).cloned();
            slots.insert(name.to_owned(), kept.unwrap_or_else(|| Arc::new(Slot::new(spec, fault))));
        }
        Snapshot { settings, secrets, slots }
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Why a provider cannot be called, without asking anybody.
    pub fn configured(&self, provider: &str) -> Result<(), NotConfigured> {
        let slot = self.slot(provider)?;
        slot.fault.clone().map_or(Ok(()), Err)
    }

    pub fn is_configured(&self, provider: &str) -> bool {
        self.configured(provider).is_ok()
    }

    /// The provider's client, made at the first call. That one may wait for the person to unlock the keychain.
    pub async fn provider(&self, provider: &str) -> Result<Arc<dyn Provider>, NotConfigured> {
        let slot = self.slot(provider)?;
        if let Some(fault) = &slot.fault {
            return Err(fault.clone());
        }
        slot.client.get_or_try_init(|| self.build(provider, &slot.spec)).await.cloned()
    }

    /// What a step's `model` means, without asking anybody and whether or not it can be called. Where an alias
    /// leaves the model to the server, it is the one that was listed last, and empty before the first list.
    pub fn meaning(&self, model: &str) -> Result<Resolved, ResolveError> {
        let mut resolved = self.settings.resolve(model)?;
        if resolved.model.model_id.is_empty() {
            let listed = self.slots.get(&*resolved.model.provider).and_then(|slot| slot.last_listed());
            resolved.model.model_id = listed.unwrap_or_else(|| "".into());
        }
        Ok(resolved)
    }

    /// The same, if it can be called: the check before a run.
    pub fn ready(&self, model: &str) -> Result<Resolved, Unready> {
        let resolved = self.meaning(model)?;
        self.configured(&resolved.model.provider)?;
        if resolved.model.model_id.is_empty() && !self.lists_its_model(&resolved) {
            return Err(without_model_id(&resolved).into());
        }
        Ok(resolved)
    }

    /// The same with its model id in any case: a nearby server that chooses the model is asked for it.
    pub async fn resolve(&self, model: &str) -> Result<Resolved, Unready> {
        let mut resolved = self.ready(model)?;
        if self.settings.resolve(model)?.model.model_id.is_empty() {
            resolved.model.model_id = self.listed(&resolved.model.provider).await?;
        }
        Ok(resolved)
    }

    fn lists_its_model(&self, resolved: &Resolved) -> bool {
        match resolved.provider_kind {
            ProviderKind::Simulator => true,
            // Elsewhere the first of hundreds of models is nobody's choice, and may be dear.
            ProviderKind::Anthropic | ProviderKind::Openai => {
                self.settings.base_url(&resolved.model.provider).is_some_and(|base_url| base_url.is_nearby())
            }
        }
    }

    /// The first model that a provider lists.
    pub(super) async fn listed(&self, provider: &str) -> Result<Arc<str>, Unready> {
        let slot = self.slot(provider)?;
        if slot.spec.provider.kind == ProviderKind::Simulator {
            return Ok("simulated".into());
        }
        let client = self.provider(provider).await?;
        let listing = tokio::time::timeout(LISTING, client.models()).await;
        let listing = listing.unwrap_or_else(|_| {
            let seconds = LISTING.as_secs();
            let message = format!("The provider {} did not list its models within {seconds} s.", quote(provider));
            Err(CallError::new(FailureCode::Timeout, message))
        });
        let Some(first) = listing.map_err(Unready::Listing)?.into_iter().next() else {
            let message = format!(
                "The server of {} lists no model. Load one in it, or give the alias a `modelId`.",
                quote(provider)
            );
            return Err(Unready::Listing(CallError::new(FailureCode::ProviderError, message)));
        };
        let id: Arc<str> = first.id.into();
        *slot.listed.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.clone());
        Ok(id)
    }

    fn slot(&self, provider: &str) -> Result<&Arc<Slot>, NotConfigured> {
        self.slots.get(provider).ok_or_else(|| {
            let message = super::unknown_provider(&self.settings, provider).to_string();
            NotConfigured { provider: provider.to_owned(), message }
        })
    }

    async fn build(&self, name: &str, spec: &Spec) -> Result<Arc<dyn Provider>, NotConfigured> {
        let failed = |message: String| NotConfigured { provider: name.to_owned(), message };
        let key = match spec.provider.kind {
            ProviderKind::Simulator => None,
            ProviderKind::Anthropic | ProviderKind::Openai => {
                let key = self.secrets.get(spec.owner(name)).await;
                key.map_err(|error| failed(format!("The key of {} could not be read. {error}", quote(name))))?
            }
        };
        if key.is_none() && spec.secret.set {
            return Err(failed(format!(
                "The keychain no longer holds the key of {}. {}",
                quote(name),
                enter_key(name)
            )));
        }
        spec.config(key)
            .and_then(ProviderConfig::build)
            .map_err(|error| failed(format!("The provider {}: {error}", quote(name))))
    }

    /// What a provider's key belongs to.
    pub(super) fn owner<'a>(&'a self, name: &'a str) -> Option<Owner<'a>> {
        self.slots.get(name).map(|slot| slot.spec.owner(name))
    }

    /// Whether a provider has a key.
    pub fn secret_status(&self, provider: &str) -> Status {
        self.slots.get(provider).map_or(Status::UNSET, |slot| slot.spec.secret)
    }

    /// As GET /settings shows it.
    pub fn public_settings(&self) -> PublicSettings {
        let state = |name: &str| (self.secret_status(name), self.configured(name).err().map(|fault| fault.message));
        self.settings.to_public(self.secrets.place(), state)
    }
}

impl Slot {
    fn new(spec: Spec, fault: Option<NotConfigured>) -> Slot {
        Slot { spec, fault, client: OnceCell::new(), listed: Mutex::new(None) }
    }

    fn last_listed(&self) -> Option<Arc<str>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Spec {
    fn of(name: &str, settings: &Settings, secrets: &Secrets, key_changed: u64) -> Option<Spec> {
        let provider = settings.provider(name)?.into_owned();
        let simulator = (provider.kind == ProviderKind::Simulator).then(|| settings.document().simulator.clone());
        let variable = key_variable(name, &provider, settings.environment());
        let base_url = settings.base_url(name);
        let mut spec = Spec { provider, base_url, variable, simulator, secret: Status::UNSET, key_changed };
        spec.secret = secrets.status(spec.owner(name));
        Some(spec)
    }

    fn owner<'a>(&'a self, name: &'a str) -> Owner<'a> {
        let base_url = self.base_url.as_ref().map(|base_url| base_url.url.as_str()).unwrap_or_default();
        Owner { name, base_url, variable: self.variable }
    }

    /// Why it cannot be called, as far as that is known without a call.
    fn fault(&self, name: &str, settings: &Settings, secrets: &Secrets) -> Option<NotConfigured> {
        if self.provider.kind == ProviderKind::Simulator {
            return None;
        }
        let named = quote(name);
        let message = match &self.base_url {
            None => Some(format!("The provider {named} has no base URL. Give it one in settings.")),
            Some(base_url) => match check_base_url(&base_url.url) {
                Err(error) => Some(self.wrong_address(name, base_url, &error.to_string())),
                Ok(_) if self.secret.set || base_url.is_nearby() => None,
                Ok(_) => Some(self.without_key(name, base_url, settings, secrets)),
            },
        };
        message.map(|message| NotConfigured { provider: name.to_owned(), message })
    }

    fn wrong_address(&self, name: &str, base_url: &BaseUrl, error: &str) -> String {
        match (base_url.origin, variables(name, self.provider.kind)) {
            (Origin::Environment, Some(variables)) => format!("{}: {error}", variables.base_url),
            (Origin::Environment | Origin::Settings | Origin::Default, _) => {
                format!("The provider {}: {error}", quote(name))
            }
        }
    }

    fn without_key(&self, name: &str, base_url: &BaseUrl, settings: &Settings, secrets: &Secrets) -> String {
        let named = quote(name);
        if let Some(fault) = secrets.fault() {
            return format!("The stored key of {named} cannot be read. {fault}");
        }
        if secrets.is_void(name, &base_url.url) {
            return format!(
                "The stored key of {named} was entered for another base URL and is not sent to this one. {}",
                enter_key(name)
            );
        }
        match (variables(name, self.provider.kind), self.variable) {
            (Some(variables), None) if settings.environment().get(variables.api_key).is_some() => format!(
                "The provider {named} has a base URL of its own in settings, to which the key in {} is not sent. {}",
                variables.api_key,
                enter_key(name)
            ),
            (Some(variables), _) => {
                format!(
                    "The provider {named} has no key. {}, or start Planloom with {} set.",
                    enter_key(name).trim_end_matches('.'),
                    variables.api_key
                )
            }
            (None, _) => format!("The provider {named} has no key. {}", enter_key(name)),
        }
    }

    fn config(&self, api_key: Option<Secret>) -> Result<ProviderConfig, planloom_providers::Error> {
        let base_url = self.base_url.as_ref().map(|base_url| base_url.url.clone()).unwrap_or_default();
        let stall = Duration::from_millis(self.provider.stall_ms.unwrap_or(limits::STALL_MS));
        Ok(match self.provider.kind {
            ProviderKind::Anthropic => {
                let version =
                    self.provider.version.as_deref().map(AnthropicVersion::parse).transpose()?.unwrap_or_default();
                ProviderConfig::Anthropic(AnthropicConfig { base_url, version, api_key, stall })
            }
            ProviderKind::Openai => ProviderConfig::OpenAi(OpenAiConfig {
                base_url,
                api_key,
                max_tokens_field: match self.provider.max_tokens_field {
                    None => MaxTokensField::ByHost,
                    Some(MaxTokensFieldSetting::MaxTokens) => MaxTokensField::MaxTokens,
                    Some(MaxTokensFieldSetting::MaxCompletionTokens) => MaxTokensField::MaxCompletionTokens,
                },
                json_mode: match self.provider.json_mode {
                    None | Some(JsonModeSetting::Schema) => JsonMode::Schema,
                    Some(JsonModeSetting::Object) => JsonMode::Object,
                    Some(JsonModeSetting::Prompt) => JsonMode::Prompt,
                },
                stall,
            }),
            ProviderKind::Simulator => {
                ProviderConfig::Simulator(simulator_config(self.simulator.clone().unwrap_or_default()))
            }
        })
    }
}

fn simulator_config(settings: SimulatorSettings) -> SimulatorConfig {
    let failure = |failure: crate::settings::FailureSettings| SimulatedFailure {
        code: failure.code,
        kind: match failure.kind {
            CallKindSetting::Call => CallKind::Call,
            CallKindSetting::Repair => CallKind::Repair,
            CallKindSetting::Score => CallKind::Score,
        },
        first_attempts: failure.first_attempts,
        rate: failure.rate,
        status: failure.status,
        retry_after_ms: failure.retry_after_ms,
    };
    let marks = settings.marks;
    SimulatorConfig {
        delay_ms: settings.delay_ms,
        output_tokens: settings.output_tokens,
        failures: settings.failures.into_iter().map(failure).collect(),
        marks: Marks {
            factual_consistency: marks.factual_consistency,
            prompt_adherence: marks.prompt_adherence,
            completeness: marks.completeness,
            formatting: marks.formatting,
        },
        directives: settings.directives,
    }
}

fn enter_key(name: &str) -> String {
    format!("Enter it in settings (PUT /api/settings/secrets/{name}).")
}

fn without_model_id(resolved: &Resolved) -> NotConfigured {
    let (alias, provider) = (quote(&resolved.model.alias), quote(&resolved.model.provider));
    let message = format!(
        "The alias {alias} names no model, which only a server of this machine or network may choose. Give the alias a `modelId` in settings, or give the provider {provider} the base URL of such a server."
    );
    NotConfigured { provider: resolved.model.provider.to_string(), message }
}
