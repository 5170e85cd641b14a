//! The document behind `/settings`: its fields, and what they are before anybody has changed them.
//!
//! Holds no key. What the fields mean together with the environment is in `settings.rs`; `read.rs` makes one
//! of these from outside.

use super::price::{Price, PriceSettings};
use indexmap::IndexMap;
use planloom_core::failure::FailureCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The provider that needs no server.
pub const SIMULATOR: &str = "simulator";
/// The provider that `ollama:<name>` means, where no settings say otherwise.
pub const OLLAMA: &str = "ollama";
/// Where Ollama listens.
pub const OLLAMA_BASE_URL: &str = "http://127.0.0.1:11434/v1";
/// The queue of a step that names none.
pub const DEFAULT_QUEUE: &str = "default";
/// Steps of the queue `default` at a time.
pub(crate) const DEFAULT_QUEUE_LIMIT: u32 = 8;
/// The listener's port.
pub const PORT: u16 = 7317;

/// Everything that can be set, secrets aside.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Where model calls go, by name.
    #[schema(value_type = std::collections::BTreeMap<String, ProviderSettings>)]
    pub providers: IndexMap<String, ProviderSettings>,
    /// What a step's `model` means.
    #[schema(value_type = std::collections::BTreeMap<String, AliasSettings>)]
    pub aliases: IndexMap<String, AliasSettings>,
    /// What a step's `queue` means.
    #[schema(value_type = std::collections::BTreeMap<String, QueueSettings>)]
    pub queues: IndexMap<String, QueueSettings>,
    /// The model that scores answers where a plan names none.
    pub evaluator: String,
    /// Runs from the window may be simulated.
    pub simulate: bool,
    /// The panel of the first start has not been answered yet.
    pub welcome: bool,
    pub simulator: SimulatorSettings,
    pub listener: ListenerSettings,
    pub texts: TextsSettings,
}

/// The wire that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// The Messages API.
    Anthropic,
    /// Chat Completions, by whatever server.
    Openai,
    /// No wire: answers made from the prompt.
    Simulator,
}

/// One provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSettings {
    pub kind: ProviderKind,
    /// For `openai` with its `/v1`. Absent: the environment's, else the provider's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub base_url: Option<String>,
    /// Of kind `anthropic` only: the `anthropic-version`, 2026-10-21 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub version: Option<String>,
    /// Calls at a time for each model. Absent: 8, for a server of this machine or network 1, for the simulator any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<u32>,
    /// Of kind `openai` only. Absent: by the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_tokens_field: Option<MaxTokensFieldSetting>,
    /// Of kind `openai` only; `schema` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub json_mode: Option<JsonModeSetting>,
    /// Milliseconds of silence after the first byte that count as a stall; 60 000 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stall_ms: Option<u64>,
}

impl ProviderSettings {
    pub(crate) fn of_kind(kind: ProviderKind) -> ProviderSettings {
        ProviderSettings {
            kind,
            base_url: None,
            version: None,
            limit: None,
            max_tokens_field: None,
            json_mode: None,
            stall_ms: None,
        }
    }
}

/// The name under which Chat Completions takes the limit of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum MaxTokensFieldSetting {
    #[serde(rename = "max_tokens")]
    MaxTokens,
    #[serde(rename = "max_completion_tokens")]
    MaxCompletionTokens,
}

/// How a Chat Completions server is asked for JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JsonModeSetting {
    /// `response_format: json_schema`.
    Schema,
    /// `response_format: json_object`, and the schema in the system prompt.
    Object,
    /// The schema in the system prompt alone.
    Prompt,
}

/// What one alias stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AliasSettings {
    pub provider: String,
    /// The provider's own name of the model. Absent: the first one that a server of this machine or network lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub model_id: Option<String>,
    /// Absent: unknown, or nothing for a server of this machine or network.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prices: Option<PriceSettings>,
    /// Tokens of prompt and answer together.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub context_tokens: Option<u64>,
    /// Tokens of an answer where the step says nothing; 8 192 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_output_tokens: Option<u32>,
}

/// One queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueSettings {
    /// Steps at a time; any number when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub limit: Option<u32>,
}

/// How the simulator behaves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimulatorSettings {
    /// Milliseconds from a call to the end of its answer.
    pub delay_ms: u64,
    /// Length of the answers in prose; what the text comes to when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub output_tokens: Option<u32>,
    /// The first that applies to a call decides.
    pub failures: Vec<FailureSettings>,
    pub marks: MarkSettings,
    /// Obey `[[sim:…]]` in prompts.
    pub directives: bool,
}

/// A failure that the simulator plays.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailureSettings {
    pub code: FailureCode,
    /// The calls that fail.
    pub kind: CallKindSetting,
    /// Only the attempts up to this one; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub first_attempts: Option<u32>,
    /// The share of calls that fail, 0 to 1.
    pub rate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub retry_after_ms: Option<u64>,
}

/// What a call is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallKindSetting {
    #[default]
    Call,
    Repair,
    Score,
}

/// The marks of a simulated evaluation, each 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarkSettings {
    pub factual_consistency: f64,
    pub prompt_adherence: f64,
    pub completeness: f64,
    pub formatting: f64,
}

impl Default for MarkSettings {
    fn default() -> MarkSettings {
        MarkSettings { factual_consistency: 0.9, prompt_adherence: 0.9, completeness: 0.9, formatting: 0.9 }
    }
}

/// The API's door on localhost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListenerSettings {
    /// Listen while the window is open. `planloom serve` listens in any case.
    pub enabled: bool,
    /// 0: any free one.
    pub port: u16,
    /// Pages of other origins that may call, as `http://localhost:3000`.
    pub allowed_origins: Vec<String>,
}

impl Default for ListenerSettings {
    fn default() -> ListenerSettings {
        ListenerSettings { enabled: false, port: PORT, allowed_origins: Vec::new() }
    }
}

/// How long texts are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TextsSettings {
    /// Days after the end of an execution; for ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub keep_days: Option<u32>,
}

impl Default for Document {
    fn default() -> Document {
        let providers = [
            ("anthropic", ProviderKind::Anthropic),
            ("openai", ProviderKind::Openai),
            (SIMULATOR, ProviderKind::Simulator),
        ];
        let limit = Some(DEFAULT_QUEUE_LIMIT);
        Document {
            providers: providers.map(|(name, kind)| (name.to_owned(), ProviderSettings::of_kind(kind))).into(),
            aliases: bundled_aliases(),
            queues: IndexMap::from([(DEFAULT_QUEUE.to_owned(), QueueSettings { limit })]),
            evaluator: "haiku".to_owned(),
            simulate: false,
            welcome: true,
            simulator: SimulatorSettings::default(),
            listener: ListenerSettings::default(),
            texts: TextsSettings::default(),
        }
    }
}

/// Prices and context sizes as litellm 1.110.2 lists them in its `model_prices_and_context_window`, November 2026.
fn bundled_aliases() -> IndexMap<String, AliasSettings> {
    let claude = |alias: &str, millionths: [u64; 4]| {
        let [input, output, cache_read, cache_write] = millionths.map(Price::from_millionths);
        let prices = PriceSettings { input, output, cache_read: Some(cache_read), cache_write: Some(cache_write) };
        let settings = AliasSettings {
            provider: "anthropic".to_owned(),
            model_id: Some(format!("claude-{alias}-5-5")),
            prices: Some(prices),
            context_tokens: Some(1_000_000),
            max_output_tokens: None,
        };
        (alias.to_owned(), settings)
    };
    let local = AliasSettings {
        provider: "openai".to_owned(),
        model_id: None,
        prices: None,
        context_tokens: None,
        max_output_tokens: None,
    };
    IndexMap::from([
        claude("haiku", [100_000, 500_000, 10_000, 125_000]),
        claude("sonnet", [2_000_000, 10_000_000, 100_000, 2_500_000]),
        claude("opus", [4_000_000, 20_000_000, 200_000, 5_000_000]),
        ("local".to_owned(), local),
    ])
}
