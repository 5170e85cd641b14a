//! What a provider is configured by, and how it becomes one.
//!
//! Reads neither environment nor files: the engine brings settings and key together and hands them in.

use crate::anthropic::Anthropic;
use crate::call::Provider;
use crate::endpoint::{check_base_url, is_local};
use crate::openai::OpenAi;
use crate::secret::Secret;
use crate::simulator::{Simulator, SimulatorConfig};
use planloom_core::limits;
use std::sync::Arc;
use std::time::Duration;

/// Where Anthropic's own API is.
pub const ANTHROPIC_BASE_URL: &str = "https://api.anthropic.com";
/// Where OpenAI's own API is.
pub const OPENAI_BASE_URL: &str = "https://api.openai.com/v1";

/// A provider that could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("The base URL cannot be used: {reason}. Give one such as https://api.example.com/v1.")]
    BaseUrl { reason: String },
    #[error("The base URL begins with `{scheme}:`; it must begin with http: or https:.")]
    BaseUrlScheme { scheme: String },
    #[error("The base URL contains a user name or a password. Take it out and store the key as the provider's key.")]
    BaseUrlCredentials,
    #[error("The key contains characters that a header cannot carry. Copy it again.")]
    KeyCharacters,
    #[error("`{version}` is no version of Anthropic's API. Give a date such as 2026-10-21.")]
    Version { version: String },
    #[error("The HTTP client could not be set up: {reason}.")]
    Client { reason: String },
}

/// A version of Anthropic's API, which is a date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnthropicVersion(String);

impl AnthropicVersion {
    const SINCE_BEARER: &str = "2026-10-21";

    pub fn parse(version: &str) -> Result<AnthropicVersion, Error> {
        let is_date = version.len() == 10
            && version.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if is_date {
            Ok(AnthropicVersion(version.to_owned()))
        } else {
            Err(Error::Version { version: version.chars().take(40).collect() })
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Bearer key, no sampling parameters, JSON mode. Dates of one form compare as texts.
    pub fn is_since_2026(&self) -> bool {
        self.0.as_str() >= Self::SINCE_BEARER
    }
}

impl Default for AnthropicVersion {
    fn default() -> AnthropicVersion {
        AnthropicVersion(Self::SINCE_BEARER.to_owned())
    }
}

/// A Messages API.
#[derive(Clone, Debug)]
pub struct AnthropicConfig {
    pub base_url: String,
    pub version: AnthropicVersion,
    pub api_key: Option<Secret>,
    /// Silence after the first byte that counts as a stall.
    pub stall: Duration,
}

impl Default for AnthropicConfig {
    fn default() -> AnthropicConfig {
        AnthropicConfig {
            base_url: ANTHROPIC_BASE_URL.to_owned(),
            version: AnthropicVersion::default(),
            api_key: None,
            stall: Duration::from_millis(limits::STALL_MS),
        }
    }
}

/// The name under which Chat Completions takes `maxTokens`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MaxTokensField {
    /// `max_completion_tokens` at api.openai.com, `max_tokens` elsewhere.
    #[default]
    ByHost,
    MaxTokens,
    MaxCompletionTokens,
}

/// How a Chat Completions server is asked for JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JsonMode {
    /// `response_format: json_schema`.
    #[default]
    Schema,
    /// `response_format: json_object`, and the schema in the system prompt.
    Object,
    /// The schema in the system prompt alone.
    Prompt,
}

/// A Chat Completions API.
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// With its `/v1`.
    pub base_url: String,
    pub api_key: Option<Secret>,
    pub max_tokens_field: MaxTokensField,
    pub json_mode: JsonMode,
    /// Silence after the first byte that counts as a stall.
    pub stall: Duration,
}

impl Default for OpenAiConfig {
    fn default() -> OpenAiConfig {
        OpenAiConfig {
            base_url: OPENAI_BASE_URL.to_owned(),
            api_key: None,
            max_tokens_field: MaxTokensField::default(),
            json_mode: JsonMode::default(),
            stall: Duration::from_millis(limits::STALL_MS),
        }
    }
}

/// A provider's settings, its key among them.
#[derive(Clone, Debug)]
pub enum ProviderConfig {
    Anthropic(AnthropicConfig),
    OpenAi(OpenAiConfig),
    Simulator(SimulatorConfig),
}

impl ProviderConfig {
    /// Checks the settings and makes the provider; connects to nothing yet.
    pub fn build(self) -> Result<Arc<dyn Provider>, Error> {
        Ok(match self {
            ProviderConfig::Anthropic(config) => Arc::new(Anthropic::new(config)?),
            ProviderConfig::OpenAi(config) => Arc::new(OpenAi::new(config)?),
            ProviderConfig::Simulator(config) => Arc::new(Simulator::new(config)),
        })
    }

    /// Whether the model runs on this machine, which decides how many calls its lane takes at a time.
    pub fn is_local(&self) -> bool {
        match self {
            ProviderConfig::Anthropic(AnthropicConfig { base_url, .. })
            | ProviderConfig::OpenAi(OpenAiConfig { base_url, .. }) => {
                check_base_url(base_url).is_ok_and(|url| is_local(&url))
            }
            ProviderConfig::Simulator(_) => true,
        }
    }
}
