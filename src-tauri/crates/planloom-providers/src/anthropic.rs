//! The Messages API of Anthropic and of servers that speak it.
//!
//! Since version `2026-10-21` the key is sent as a bearer token and no sampling parameter is taken; older
//! versions take `x-api-key`, and a temperature of at most 1.

use crate::adjust::{self, Adjustments};
use crate::call::{Answer, Call, CallError, CallWarning, Model, Provider, TextSink};
use crate::config::AnthropicConfig;
use crate::endpoint::{Auth, Endpoint};
use crate::reading::Wire;
use crate::{Error, exchange, json_mode, listing};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

pub(crate) mod fold;

/// Known to hold an answer to its schema.
const OFFICIAL_HOST: &str = "api.anthropic.com";
/// The highest temperature that the API takes.
const TEMPERATURE: f64 = 1.0;

#[derive(Debug)]
pub(crate) struct Anthropic {
    endpoint: Endpoint,
    /// The version takes no sampling parameters, and JSON mode.
    since_2026: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    messages: [Message<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    stream: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct OutputConfig {
    format: Value,
}

impl Anthropic {
    pub(crate) fn new(config: AnthropicConfig) -> Result<Anthropic, Error> {
        let since_2026 = config.version.is_since_2026();
        let auth = if since_2026 { Auth::Bearer } else { Auth::XApiKey };
        let endpoint = Endpoint::new(&config.base_url, auth, config.api_key, config.stall)?
            .header("anthropic-version", config.version.as_str())?;
        Ok(Anthropic { endpoint, since_2026 })
    }

    /// Some configure the base URL with its `/v1`, although the official one has none.
    fn path(&self, last: &'static str) -> Vec<&'static str> {
        if self.endpoint.base_ends_with("v1") { vec![last] } else { vec!["v1", last] }
    }

    fn body(&self, call: &Call, adjustments: &Adjustments, warnings: &mut Vec<CallWarning>) -> Vec<u8> {
        let mut system = call.system.clone().filter(|system| !system.is_empty());
        let mut output_config = None;
        if let Some(schema) = &call.json_schema {
            match self.format(schema, adjustments) {
                Ok(format) => {
                    output_config = Some(OutputConfig { format });
                    // Servers that only speak this wire may pass over what they do not know, without a word.
                    if self.endpoint.host() != OFFICIAL_HOST {
                        system = Some(json_mode::system_with_schema(system.as_deref(), schema));
                    }
                }
                Err(because) => {
                    system = Some(json_mode::system_with_schema(system.as_deref(), schema));
                    warnings.push(CallWarning::JsonModeLeftOut { because });
                }
            }
        }
        let body = Body {
            model: &call.model_id,
            max_tokens: call.max_tokens,
            system: system.as_deref(),
            messages: [Message { role: "user", content: &call.prompt }],
            temperature: self.temperature(call, adjustments, warnings),
            output_config,
            stream: true,
        };
        // Texts, numbers and JSON always serialise.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    fn format(&self, schema: &Value, adjustments: &Adjustments) -> Result<Value, String> {
        if let Some(because) = &adjustments.no_json_mode {
            Err(because.clone())
        } else if self.since_2026 {
            json_mode::for_anthropic(schema)
        } else {
            Err("this version of the API has none".to_owned())
        }
    }

    fn temperature(&self, call: &Call, adjustments: &Adjustments, warnings: &mut Vec<CallWarning>) -> Option<f64> {
        let asked = call.temperature?;
        if self.since_2026 || adjustments.no_temperature {
            warnings.push(CallWarning::TemperatureLeftOut);
            None
        } else if asked > TEMPERATURE {
            warnings.push(CallWarning::TemperatureLowered { asked, sent: TEMPERATURE });
            Some(TEMPERATURE)
        } else {
            Some(asked)
        }
    }
}

impl Provider for Anthropic {
    fn call<'a>(&'a self, call: &'a Call, text: TextSink<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        async move {
            let body =
                |adjustments: &Adjustments, warnings: &mut Vec<CallWarning>| self.body(call, adjustments, warnings);
            let (response, warnings) = adjust::post(&self.endpoint, &self.path("messages"), call, body).await?;
            let mut answer = exchange::read_answer(&self.endpoint, Wire::Anthropic, response, call, text).await?;
            answer.warnings.splice(0..0, warnings);
            Ok(answer)
        }
        .boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, CallError>> {
        async move { listing::models(&self.endpoint, &self.path("models"), Some("limit=1000")).await }.boxed()
    }
}
