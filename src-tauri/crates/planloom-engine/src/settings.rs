//! Settings: one strict document, laid over what is bundled, beside what the environment says.
//!
//! Owns what every alias, provider and queue means. Holds no key and calls nobody: keys are in `secrets.rs`,
//! the clients made of both in `registry.rs`. What is stored is the difference from the bundled document, so
//! that a newer version's models and prices reach everybody who has not changed them.
//!
//! ```text
//! document.rs    the fields and their defaults      read.rs      strict reading, all problems
//! merge.rs       JSON Merge Patch                   price.rs     exact prices
//! base_url.rs    settings, environment or default   public.rs    what GET /settings shows
//! environment.rs the process's variables as a value
//! ```

pub(crate) mod base_url;
mod document;
pub(crate) mod environment;
mod merge;
mod price;
mod public;
mod read;
mod resolve;

pub use base_url::{BaseUrl, Origin};
pub use document::{
    AliasSettings, CallKindSetting, DEFAULT_QUEUE, Document, FailureSettings, JsonModeSetting, ListenerSettings,
    MarkSettings, MaxTokensFieldSetting, OLLAMA, OLLAMA_BASE_URL, PORT, ProviderKind, ProviderSettings, QueueSettings,
    SIMULATOR, SimulatorSettings, TextsSettings,
};
pub use environment::Environment;
pub use price::{Price, PriceSettings};
pub use public::{EffectiveProvider, PublicProvider, PublicSettings};
pub use resolve::{ResolveError, Resolved};

pub(crate) use read::is_name;
pub(crate) use resolve::{provider_of, resolve};

use planloom_core::check::{Known, Problem, Problems};
use serde_json::Value;
use std::borrow::Cow;

/// The settings that hold: a checked document, and the environment's word where it says nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    document: Document,
    environment: Environment,
}

/// Settings after a patch, and what has to follow.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub settings: Settings,
    /// Providers whose base URL changed or that are gone: their stored keys must be deleted.
    pub voided_secrets: Vec<String>,
}

impl Settings {
    /// What holds before anybody has changed anything.
    pub fn bundled(environment: Environment) -> Settings {
        Settings { document: Document::default(), environment }
    }

    /// From what [`Settings::stored`] gave.
    pub fn load(stored: Option<&Value>, environment: Environment) -> Result<Settings, Vec<Problem>> {
        let mut whole = value_of(&Document::default());
        if let Some(stored) = stored {
            merge::merge(&mut whole, stored);
        }
        Settings::read(&whole, environment)
    }

    fn read(whole: &Value, environment: Environment) -> Result<Settings, Vec<Problem>> {
        let mut problems = Problems::default();
        match read::document(whole, &mut problems) {
            Some(document) => Ok(Settings { document, environment }),
            None => Err(problems.into_sorted()),
        }
    }

    /// What to store: the difference from the bundled document, as a merge patch. Contains no secret.
    pub fn stored(&self) -> Value {
        let bundled = value_of(&Document::default());
        merge::difference(&bundled, &value_of(&self.document)).unwrap_or_else(|| Value::Object(serde_json::Map::new()))
    }

    /// Applies a JSON Merge Patch (RFC 7396) to the document; `null` removes. What GET shows besides the
    /// document is accepted and ignored, so that GET → edit → PATCH works.
    pub fn patch(&self, patch: &Value) -> Result<Change, Vec<Problem>> {
        if !patch.is_object() {
            return Err(vec![planloom_core::fields::wrong_type("", "an object", patch)]);
        }
        let mut whole = value_of(&self.document);
        merge::merge(&mut whole, &public::without_read_only(patch));
        let settings = Settings::read(&whole, self.environment.clone())?;
        let voided_secrets = self.voided_by(&settings);
        Ok(Change { settings, voided_secrets })
    }

    fn voided_by(&self, new: &Settings) -> Vec<String> {
        let url = |settings: &Settings, name: &str| settings.base_url(name).map(|base_url| base_url.url);
        self.provider_names().filter(|name| url(self, name) != url(new, name)).map(str::to_owned).collect()
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The provider of this name; `ollama` is there without being set up.
    pub fn provider(&self, name: &str) -> Option<Cow<'_, ProviderSettings>> {
        provider_of(&self.document, name)
    }

    /// Names of all providers, `ollama` among them.
    pub fn provider_names(&self) -> impl Iterator<Item = &str> {
        let implied = (!self.document.providers.contains_key(OLLAMA)).then_some(OLLAMA);
        self.document.providers.keys().map(String::as_str).chain(implied)
    }

    /// Where a provider is; `None` for the simulator and for names that are no provider's.
    pub fn base_url(&self, provider: &str) -> Option<BaseUrl> {
        BaseUrl::of(provider, &*self.provider(provider)?, &self.environment)
    }

    /// Calls of one model of this provider at a time; `None` for any number.
    pub fn lane_limit(&self, provider: &str) -> Option<u32> {
        const REMOTE: u32 = 8;
        const NEARBY: u32 = 1;
        let settings = self.provider(provider)?;
        let by_kind = || match settings.kind {
            ProviderKind::Simulator => None,
            ProviderKind::Anthropic | ProviderKind::Openai => {
                let nearby = self.base_url(provider).is_some_and(|base_url| base_url.is_nearby());
                Some(if nearby { NEARBY } else { REMOTE })
            }
        };
        settings.limit.or_else(by_kind)
    }

    /// The queue's limit, `Some(None)` for any number of steps; `None` for a name that is no queue's.
    pub fn queue_limit(&self, queue: &str) -> Option<Option<u32>> {
        self.document.queues.get(queue).map(|queue| queue.limit)
    }

    /// What a step's `model` means now. The model id is empty where an alias leaves it to the server:
    /// `Snapshot::meaning` knows more.
    pub fn resolve(&self, model: &str) -> Result<Resolved, ResolveError> {
        let meant = resolve(&self.document, model)?;
        Ok(meant.resolved(model, self))
    }

    /// Lends the names that a plan may use to a check.
    pub fn with_known<R>(&self, check: impl FnOnce(&Known<'_>) -> R) -> R {
        let aliases: Vec<&str> = self.document.aliases.keys().map(String::as_str).collect();
        let queues: Vec<&str> = self.document.queues.keys().map(String::as_str).collect();
        check(&Known {
            aliases: &aliases,
            queues: &queues,
            is_other_model: &|model| resolve(&self.document, model).is_ok(),
            is_other_queue: &|_| false,
            refuses_temperature: &|model| self.resolve(model).is_ok_and(|resolved| resolved.refuses_temperature),
        })
    }
}

/// A document as JSON; its members are plain values, which serialise.
fn value_of(document: &Document) -> Value {
    serde_json::to_value(document).unwrap_or_default()
}
