//! Chat Completions, of OpenAI and of every compatible server.
//!
//! The base URL carries its own `/v1`.

use crate::adjust::{self, Adjustments};
use crate::call::{Answer, Call, CallError, CallWarning, Model, Provider, TextSink};
use crate::config::{JsonMode, MaxTokensField, OpenAiConfig};
use crate::endpoint::{Auth, Endpoint};
use crate::reading::Wire;
use crate::{Error, exchange, json_mode, listing};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

pub(crate) mod fold;

#[derive(Debug)]
pub(crate) struct OpenAi {
    endpoint: Endpoint,
    max_completion_tokens: bool,
    json_mode: JsonMode,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: &'a str,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
struct ResponseFormat<'a> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<NamedSchema<'a>>,
}

#[derive(Serialize)]
struct NamedSchema<'a> {
    name: String,
    strict: bool,
    schema: &'a Value,
}

impl OpenAi {
    pub(crate) fn new(config: OpenAiConfig) -> Result<OpenAi, Error> {
        let endpoint = Endpoint::new(&config.base_url, Auth::Bearer, config.api_key, config.stall)?;
        let max_completion_tokens = match config.max_tokens_field {
            MaxTokensField::MaxTokens => false,
            MaxTokensField::MaxCompletionTokens => true,
            MaxTokensField::ByHost => endpoint.host() == "api.openai.com",
        };
        Ok(OpenAi { endpoint, max_completion_tokens, json_mode: config.json_mode })
    }

    fn body(&self, call: &Call, adjustments: &Adjustments, warnings: &mut Vec<CallWarning>) -> Vec<u8> {
        let mut system = call.system.clone().filter(|system| !system.is_empty());
        let mut response_format = None;
        if let Some(schema) = &call.json_schema {
            let (format, because) = self.response_format(call, schema, adjustments);
            response_format = format;
            if let Some(because) = because {
                system = Some(json_mode::system_with_schema(system.as_deref(), schema));
                warnings.push(CallWarning::JsonModeLeftOut { because });
            }
        }
        let temperature = call.temperature.filter(|_| !adjustments.no_temperature);
        if temperature.is_none() && call.temperature.is_some() {
            warnings.push(CallWarning::TemperatureLeftOut);
        }
        let system = system.as_deref().map(|content| Message { role: "system", content });
        let user = Message { role: "user", content: &call.prompt };
        let completion = self.max_completion_tokens != adjustments.other_max_tokens_field;
        let body = Body {
            model: &call.model_id,
            messages: system.into_iter().chain([user]).collect(),
            max_tokens: (!completion).then_some(call.max_tokens),
            max_completion_tokens: completion.then_some(call.max_tokens),
            temperature,
            response_format,
            stream: true,
            stream_options: (!adjustments.no_stream_options).then_some(StreamOptions { include_usage: true }),
        };
        // Texts, numbers and JSON always serialise.
        serde_json::to_vec(&body).unwrap_or_default()
    }

    /// The format to ask for, and why the schema has to be said in words, where it has to.
    fn response_format<'a>(
        &self,
        call: &Call,
        schema: &'a Value,
        adjustments: &Adjustments,
    ) -> (Option<ResponseFormat<'a>>, Option<String>) {
        if let Some(because) = &adjustments.no_json_mode {
            return (None, Some(because.clone()));
        }
        let by_settings = || Some("the provider's settings say so".to_owned());
        match self.json_mode {
            JsonMode::Schema => {
                let strict = json_mode::is_strict(schema);
                let json_schema = NamedSchema { name: json_mode::schema_name(&call.json_schema_name), strict, schema };
                (Some(ResponseFormat { r#type: "json_schema", json_schema: Some(json_schema) }), None)
            }
            JsonMode::Object => (Some(ResponseFormat { r#type: "json_object", json_schema: None }), by_settings()),
            JsonMode::Prompt => (None, by_settings()),
        }
    }
}

impl Provider for OpenAi {
    fn call<'a>(&'a self, call: &'a Call, text: TextSink<'a>) -> BoxFuture<'a, Result<Answer, CallError>> {
        async move {
            let body =
                |adjustments: &Adjustments, warnings: &mut Vec<CallWarning>| self.body(call, adjustments, warnings);
            let (response, warnings) = adjust::post(&self.endpoint, &["chat", "completions"], call, body).await?;
            let mut answer = exchange::read_answer(&self.endpoint, Wire::OpenAi, response, call, text).await?;
            answer.warnings.splice(0..0, warnings);
            Ok(answer)
        }
        .boxed()
    }

    fn models(&self) -> BoxFuture<'_, Result<Vec<Model>, CallError>> {
        async move { listing::models(&self.endpoint, &["models"], None).await }.boxed()
    }
}
