//! The strict reading of a settings document: everything that is wrong, and where.
//!
//! Reads the whole document, never a patch; decides nothing about what the values are used for.

use super::base_url::default_url;
use super::document::{
    AliasSettings, CallKindSetting, DEFAULT_QUEUE, Document, FailureSettings, JsonModeSetting, ListenerSettings,
    MarkSettings, MaxTokensFieldSetting, ProviderKind, ProviderSettings, QueueSettings, SIMULATOR, SimulatorSettings,
    TextsSettings,
};
use super::price::{Price, PriceSettings};
use indexmap::IndexMap;
use planloom_core::check::{Problem, Problems, element, member, pointer_token, quote};
use planloom_core::failure::FailureCode;
use planloom_core::fields::{Reader, wrong_type};
use planloom_core::limits;
use planloom_providers::{AnthropicVersion, check_base_url};
use serde_json::Value;

/// Entries of one map.
const ENTRIES: usize = 1_000;
const URL_CHARS: usize = 2_000;
const MODEL_ID_CHARS: usize = 200;
const CONCURRENT: u32 = 10_000;
const TOKENS: u64 = 1_000_000_000;
const FAILURES: usize = 100;
const ORIGINS: usize = 50;
const KEEP_DAYS: u32 = 36_500;

const KINDS: [(&str, ProviderKind); 3] =
    [("anthropic", ProviderKind::Anthropic), ("openai", ProviderKind::Openai), ("simulator", ProviderKind::Simulator)];

/// Reads `value`, which was a document merged with a patch; nothing when there is an error among `problems`.
pub(super) fn document(value: &Value, problems: &mut Problems) -> Option<Document> {
    let mut reader = Reader::object(value, "", problems)?;
    let evaluator = reader.text("evaluator", 1..=MODEL_ID_CHARS).unwrap_or_default().to_owned();
    let simulate = reader.optional_bool("simulate").unwrap_or_default();
    let welcome = reader.optional_bool("welcome").unwrap_or(true);
    let document = Document {
        providers: entries(&mut reader, "providers", provider),
        aliases: entries(&mut reader, "aliases", alias),
        queues: entries(&mut reader, "queues", queue),
        evaluator,
        simulate,
        welcome,
        simulator: reader.optional_object("simulator").map(simulator).unwrap_or_default(),
        listener: reader.optional_object("listener").map(listener).unwrap_or_default(),
        texts: reader.optional_object("texts").map(texts).unwrap_or_default(),
    };
    reader.finish();
    if problems.has_errors() {
        return None;
    }
    relations(&document, problems);
    (!problems.has_errors()).then_some(document)
}

/// What has to fit together once every part is right by itself.
fn relations(document: &Document, problems: &mut Problems) {
    let simulator = document.providers.get(SIMULATOR).map(|provider| provider.kind);
    if simulator != Some(ProviderKind::Simulator) {
        let message = "The provider `simulator` cannot be removed or be of another kind; leave it as it is.";
        problems.push(Problem::invalid("providers.simulator", "required", message));
    }
    if !document.queues.contains_key(DEFAULT_QUEUE) {
        let message =
            "The queue `default` cannot be removed: steps that name no queue use it. Change its limit instead.";
        problems.push(Problem::invalid("queues.default", "required", message));
    }
    for (name, alias) in &document.aliases {
        if super::provider_of(document, &alias.provider).is_none() {
            let field = member(&member("aliases", name), "provider");
            problems.push(unknown_provider(document, field, &alias.provider));
        }
    }
    if let Err(error) = super::resolve(document, &document.evaluator) {
        problems.push(Problem::invalid("evaluator", "unknown", error.to_string()));
    }
}

fn unknown_provider(document: &Document, field: String, name: &str) -> Problem {
    let names: Vec<String> = document.providers.keys().map(|name| quote(name)).collect();
    let nearest = planloom_core::check::nearest(name, document.providers.keys().map(String::as_str));
    let hint = match nearest {
        Some(nearest) => format!("did you mean {}?", quote(nearest)),
        None => format!("the providers are {}.", names.join(", ")),
    };
    Problem::invalid(field, "unknown", format!("There is no provider {}; {hint}", quote(name)))
}

/// A map whose names are the user's.
fn entries<T>(
    parent: &mut Reader<'_, '_>,
    name: &'static str,
    read: fn(&str, &Value, Reader<'_, '_>) -> T,
) -> IndexMap<String, T> {
    let mut all = IndexMap::new();
    let (path, pointer) = (parent.path_of(name), parent.pointer_of(name));
    let Some(value) = parent.optional_value(name) else { return all };
    let Value::Object(object) = value else {
        parent.report(wrong_type(&path, "an object", value));
        return all;
    };
    if object.len() > ENTRIES {
        let message = format!("{} has {} entries; at most {ENTRIES} are allowed.", quote(&path), object.len());
        parent.report(Problem::invalid(path, "maxProperties", message));
        return all;
    }
    for (key, item) in object {
        let place = member(&path, key);
        if !is_name(key) {
            let message = format!(
                "{} is no name: begin with a letter or a digit, go on with letters, digits, `-`, `_` and `.`, 64 characters at most.",
                quote(key)
            );
            parent.report(Problem::invalid(place, "pattern", message));
            continue;
        }
        let at = format!("{pointer}/{}", pointer_token(key));
        if let Some(reader) = Reader::object_at(item, &place, &at, parent.problems()) {
            all.insert(key.clone(), read(key, item, reader));
        }
    }
    all
}

/// Names of providers, aliases and queues: no colon, which parts a provider from a model id.
pub(crate) fn is_name(name: &str) -> bool {
    const LONGEST: usize = 64;
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn provider(name: &str, item: &Value, mut reader: Reader<'_, '_>) -> ProviderSettings {
    if reader.null_or("kind").value().is_none() {
        let path = reader.path_of("kind");
        let message = format!("{} is missing; it must be one of `anthropic`, `openai`, `simulator`.", quote(&path));
        reader.report(Problem::invalid(path, "required", message));
    }
    let kind = reader.optional_choice("kind", &KINDS);
    let settings = ProviderSettings {
        base_url: base_url(&mut reader),
        version: version(&mut reader),
        limit: reader.optional_u32("limit", 1..=CONCURRENT),
        max_tokens_field: reader.optional_choice(
            "maxTokensField",
            &[
                ("max_tokens", MaxTokensFieldSetting::MaxTokens),
                ("max_completion_tokens", MaxTokensFieldSetting::MaxCompletionTokens),
            ],
        ),
        json_mode: reader.optional_choice(
            "jsonMode",
            &[
                ("schema", JsonModeSetting::Schema),
                ("object", JsonModeSetting::Object),
                ("prompt", JsonModeSetting::Prompt),
            ],
        ),
        stall_ms: reader.optional_u64("stallMs", 1..=limits::DURATION_MS),
        ..ProviderSettings::of_kind(kind.unwrap_or(ProviderKind::Simulator))
    };
    if let Some(kind) = kind {
        check_kind(name, kind, &settings, &mut reader);
    }
    refuse_keys(name, item, &mut reader);
    reader.finish();
    settings
}

/// A key in the document would end up in the database.
fn refuse_keys(name: &str, item: &Value, reader: &mut Reader<'_, '_>) {
    const KEYS: &[&str] = &["apiKey", "key", "secret", "token"];
    reader.ignore(KEYS);
    for field in KEYS {
        if item.get(field).is_some() {
            let path = reader.path_of(field);
            let message =
                format!("Keys are not kept in settings. Send it to PUT /api/settings/secrets/{name} instead.");
            reader.report(Problem::invalid(path, "secret", message));
        }
    }
}

/// Fields that mean nothing to a provider of this kind, and those that it needs.
fn check_kind(name: &str, kind: ProviderKind, settings: &ProviderSettings, reader: &mut Reader<'_, '_>) {
    let (anthropic, openai, simulator) = match kind {
        ProviderKind::Anthropic => (true, false, false),
        ProviderKind::Openai => (false, true, false),
        ProviderKind::Simulator => (false, false, true),
    };
    for (field, given, fits) in [
        ("baseUrl", settings.base_url.is_some(), !simulator),
        ("version", settings.version.is_some(), anthropic),
        ("maxTokensField", settings.max_tokens_field.is_some(), openai),
        ("jsonMode", settings.json_mode.is_some(), openai),
        ("stallMs", settings.stall_ms.is_some(), !simulator),
    ] {
        if given && !fits {
            let path = reader.path_of(field);
            let message = format!("{} means nothing to a provider of this kind; remove it.", quote(&path));
            reader.report(Problem::invalid(path, "kind", message));
        }
    }
    let has_url = reader.null_or("baseUrl").value().is_some() || default_url(name, kind).is_some();
    if openai && !has_url {
        let path = reader.path_of("baseUrl");
        let message = format!(
            "{} is missing; give the server's address with its `/v1`, such as http://127.0.0.1:8080/v1.",
            quote(&path)
        );
        reader.report(Problem::invalid(path, "required", message));
    }
    if name == SIMULATOR && !simulator {
        let path = reader.path_of("kind");
        reader.report(Problem::invalid(path, "kind", "The provider `simulator` must be of the kind `simulator`."));
    }
}

fn base_url(reader: &mut Reader<'_, '_>) -> Option<String> {
    let url = reader.optional_text("baseUrl", 1..=URL_CHARS)?;
    match check_base_url(url) {
        Ok(_) => Some(url.trim().to_owned()),
        Err(error) => {
            let path = reader.path_of("baseUrl");
            reader.report(Problem::invalid(path, "url", error.to_string()));
            None
        }
    }
}

fn version(reader: &mut Reader<'_, '_>) -> Option<String> {
    let version = reader.optional_text("version", 1..=URL_CHARS)?;
    match AnthropicVersion::parse(version) {
        Ok(version) => Some(version.as_str().to_owned()),
        Err(error) => {
            let path = reader.path_of("version");
            reader.report(Problem::invalid(path, "date", error.to_string()));
            None
        }
    }
}

fn alias(_name: &str, _item: &Value, mut reader: Reader<'_, '_>) -> AliasSettings {
    let settings = AliasSettings {
        provider: reader.text("provider", 1..=limits::STEP_ID_CHARS).unwrap_or_default().to_owned(),
        model_id: reader.optional_text("modelId", 1..=MODEL_ID_CHARS).map(str::to_owned),
        prices: reader.optional_object("prices").and_then(prices),
        context_tokens: reader.optional_u64("contextTokens", 1..=TOKENS),
        max_output_tokens: reader.optional_u32("maxOutputTokens", 1..=limits::STEP_TOKENS),
    };
    reader.finish();
    settings
}

fn prices(mut reader: Reader<'_, '_>) -> Option<PriceSettings> {
    let required = |reader: &mut Reader<'_, '_>, name| reader.value(name).and_then(|value| price(reader, name, value));
    let optional =
        |reader: &mut Reader<'_, '_>, name| reader.optional_value(name).and_then(|value| price(reader, name, value));
    let (input, output) = (required(&mut reader, "input"), required(&mut reader, "output"));
    let (cache_read, cache_write) = (optional(&mut reader, "cacheRead"), optional(&mut reader, "cacheWrite"));
    reader.finish();
    Some(PriceSettings { input: input?, output: output?, cache_read, cache_write })
}

fn price(reader: &mut Reader<'_, '_>, name: &str, value: &Value) -> Option<Price> {
    let path = reader.path_of(name);
    let Value::Number(number) = value else {
        reader.report(wrong_type(&path, "a number", value));
        return None;
    };
    match Price::read(number) {
        Ok(price) => Some(price),
        Err(fault) => {
            reader.report(Problem::invalid(path.clone(), "price", format!("{} {fault}.", quote(&path))));
            None
        }
    }
}

fn queue(_name: &str, _item: &Value, mut reader: Reader<'_, '_>) -> QueueSettings {
    let settings = QueueSettings { limit: reader.optional_u32("limit", 1..=CONCURRENT) };
    reader.finish();
    settings
}

fn simulator(mut reader: Reader<'_, '_>) -> SimulatorSettings {
    let delay_ms = reader.optional_u64("delayMs", 0..=limits::DURATION_MS).unwrap_or_default();
    let output_tokens = reader.optional_u32("outputTokens", 1..=limits::STEP_TOKENS);
    let directives = reader.optional_bool("directives").unwrap_or_default();
    let marks = reader.optional_object("marks").map(marks).unwrap_or_default();
    let items = reader.optional_array("failures", 0..=FAILURES).unwrap_or_default();
    let (path, pointer) = (reader.path_of("failures"), reader.pointer_of("failures"));
    let mut failures = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("{pointer}/{index}");
        let read = Reader::object_at(item, &element(&path, index), &at, reader.problems()).and_then(failure);
        failures.extend(read);
    }
    reader.finish();
    SimulatorSettings { delay_ms, output_tokens, failures, marks, directives }
}

fn marks(mut reader: Reader<'_, '_>) -> MarkSettings {
    let usual = MarkSettings::default();
    let mut mark = |name, usual| reader.optional_f64(name, 0.0..=1.0).unwrap_or(usual);
    let marks = MarkSettings {
        factual_consistency: mark("factualConsistency", usual.factual_consistency),
        prompt_adherence: mark("promptAdherence", usual.prompt_adherence),
        completeness: mark("completeness", usual.completeness),
        formatting: mark("formatting", usual.formatting),
    };
    reader.finish();
    marks
}

/// The failures that a provider's call can have.
const CODES: [(&str, FailureCode); 13] = [
    ("PROVIDER_AUTH", FailureCode::ProviderAuth),
    ("PROVIDER_RATE_LIMITED", FailureCode::ProviderRateLimited),
    ("PROVIDER_OVERLOADED", FailureCode::ProviderOverloaded),
    ("PROVIDER_ERROR", FailureCode::ProviderError),
    ("PROVIDER_UNREACHABLE", FailureCode::ProviderUnreachable),
    ("PROVIDER_PROTOCOL", FailureCode::ProviderProtocol),
    ("QUOTA_EXHAUSTED", FailureCode::QuotaExhausted),
    ("CONTEXT_TOO_LONG", FailureCode::ContextTooLong),
    ("TIMEOUT", FailureCode::Timeout),
    ("STALLED", FailureCode::Stalled),
    ("EMPTY_OUTPUT", FailureCode::EmptyOutput),
    ("OUTPUT_TOO_LARGE", FailureCode::OutputTooLarge),
    ("MODEL_REFUSED", FailureCode::ModelRefused),
];

fn failure(mut reader: Reader<'_, '_>) -> Option<FailureSettings> {
    let code = reader.value("code").and_then(|_| reader.optional_choice("code", &CODES));
    let kinds =
        [("call", CallKindSetting::Call), ("repair", CallKindSetting::Repair), ("score", CallKindSetting::Score)];
    let kind = reader.optional_choice("kind", &kinds).unwrap_or_default();
    let first_attempts = reader.optional_u32("firstAttempts", 1..=limits::ATTEMPTS);
    let rate = reader.optional_f64("rate", 0.0..=1.0).unwrap_or(1.0);
    let status = reader.optional_u32("status", 100..=599).and_then(|status| u16::try_from(status).ok());
    let retry_after_ms = reader.optional_u64("retryAfterMs", 0..=limits::DURATION_MS);
    reader.finish();
    Some(FailureSettings { code: code?, kind, first_attempts, rate, status, retry_after_ms })
}

fn listener(mut reader: Reader<'_, '_>) -> ListenerSettings {
    let usual = ListenerSettings::default();
    let enabled = reader.optional_bool("enabled").unwrap_or(usual.enabled);
    let port = reader.optional_u32("port", 0..=u32::from(u16::MAX)).and_then(|port| u16::try_from(port).ok());
    let origins = reader.optional_texts("allowedOrigins", 0..=ORIGINS, 1..=URL_CHARS).unwrap_or_default();
    let mut allowed_origins = Vec::with_capacity(origins.len());
    for (index, origin) in origins.into_iter().enumerate() {
        // An element that was no text has been reported and reads as empty.
        if is_origin(origin) || origin.is_empty() {
            allowed_origins.push(origin.to_owned());
            continue;
        }
        let path = element(&reader.path_of("allowedOrigins"), index);
        let message = format!(
            "{} is {}, which is no origin; give scheme, host and port alone, such as http://localhost:3000.",
            quote(&path),
            quote(origin)
        );
        reader.report(Problem::invalid(path, "origin", message));
    }
    reader.finish();
    ListenerSettings { enabled, port: port.unwrap_or(usual.port), allowed_origins }
}

/// As a browser writes it, or it would never be equal to what one sends.
fn is_origin(text: &str) -> bool {
    check_base_url(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
}

fn texts(mut reader: Reader<'_, '_>) -> TextsSettings {
    let settings = TextsSettings { keep_days: reader.optional_u32("keepDays", 1..=KEEP_DAYS) };
    reader.finish();
    settings
}
