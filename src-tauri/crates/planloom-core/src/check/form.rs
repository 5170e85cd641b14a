//! Reads a plan document: types, ranges, names of fields. Whether the parts fit together is not asked here.
//!
//! The plan that comes out stands for what could be read, with empty texts for what could not, so that the
//! checks behind this one can go on and all faults are told at once. It is only whole without an error.

use serde_json::Value;

use super::{Problem, Problems, element, hitl, quote};
use crate::fields::{Reader, wrong_type};
use crate::limits;
use crate::plan::{Defaults, Plan, Retry, Step};

/// What the server adds to a plan; accepted in a body, so that what was read can be sent back.
pub const SERVER_MADE: &[&str] =
    &["id", "version", "createdAt", "updatedAt", "archivedAt", "stats", "layout", "draftRevision", "taskId"];

/// Words that mean something in a template, in any case.
pub const RESERVED_STEP_IDS: [&str; 24] = [
    "input",
    "steps",
    "loop",
    "self",
    "super",
    "caller",
    "if",
    "elif",
    "else",
    "for",
    "in",
    "is",
    "not",
    "and",
    "or",
    "true",
    "false",
    "none",
    "set",
    "with",
    "range",
    "dict",
    "namespace",
    "debug",
];

/// The plan as far as it can be read; `None` when the document is no object.
pub(super) fn read(document: &Value, problems: &mut Problems) -> Option<Plan> {
    let mut reader = Reader::object(document, "", problems)?;
    reader.ignore(SERVER_MADE);
    let name = reader.text("name", 1..=limits::NAME_CHARS).unwrap_or_default().to_owned();
    let description = reader.optional_text("description", 0..=limits::DESCRIPTION_CHARS).map(str::to_owned);
    let items = match reader.value("steps") {
        Some(_) => reader.optional_array("steps", 1..=limits::STEPS).unwrap_or_default(),
        None => &[],
    };
    let steps = items.iter().enumerate().map(|(index, item)| step(item, index, reader.problems())).collect();
    let tags = tags(&mut reader);
    let input_schema = schema(&mut reader, "inputSchema");
    let defaults = reader.optional_object("defaults").map(defaults);
    let hitl = reader.optional_object("hitl").map(|reader| hitl::read(reader).over(None));
    reader.finish();
    Some(Plan { name, description, steps, tags, input_schema, defaults, hitl })
}

fn tags(reader: &mut Reader<'_, '_>) -> Vec<String> {
    let path = reader.path_of("tags");
    let tags = reader.optional_texts("tags", 0..=limits::TAGS, 1..=limits::TAG_CHARS).unwrap_or_default();
    for (index, tag) in tags.iter().enumerate().filter(|(_, tag)| tag.contains(',')) {
        let message = format!("The tag {} contains a comma, which separates tags in a search; remove it.", quote(tag));
        reader.report(Problem::invalid(element(&path, index), "pattern", message));
    }
    tags.into_iter().map(str::to_owned).collect()
}

fn schema(reader: &mut Reader<'_, '_>, name: &'static str) -> Option<Value> {
    let value = reader.optional_value(name)?;
    if !value.is_object() {
        let problem = wrong_type(&reader.path_of(name), "a JSON Schema, which is an object", value);
        reader.report(problem);
        return None;
    }
    Some(value.clone())
}

fn step(item: &Value, index: usize, problems: &mut Problems) -> Step {
    let path = element("steps", index);
    let mut step = empty_step();
    let Some(mut reader) = Reader::object_at(item, &path, &format!("/steps/{index}"), problems) else { return step };
    step.id = step_id(&mut reader);
    reader.set_step(&step.id);
    step.prompt = match reader.value("prompt") {
        Some(_) => source(&mut reader, "prompt", 1).unwrap_or_default(),
        None => String::new(),
    };
    step.system = source(&mut reader, "system", 0);
    step.model = reader.optional_text("model", 1..=usize::MAX).map(str::to_owned);
    step.queue = reader.optional_text("queue", 1..=usize::MAX).map(str::to_owned);
    let depends_on = reader.optional_texts("dependsOn", 0..=usize::MAX, 0..=usize::MAX).unwrap_or_default();
    step.depends_on = depends_on.into_iter().map(str::to_owned).collect();
    step.condition = source(&mut reader, "condition", 1);
    step.timeout_ms = reader.optional_u64("timeoutMs", 1..=limits::DURATION_MS);
    step.retry = reader.optional_object("retry").map(retry);
    step.requires_approval = reader.optional_bool("requiresApproval");
    step.max_tokens = reader.optional_u32("maxTokens", 1..=limits::STEP_TOKENS);
    step.temperature = reader.optional_f64("temperature", 0.0..=2.0);
    step.output_schema = schema(&mut reader, "outputSchema");
    reader.finish();
    step
}

fn empty_step() -> Step {
    Step {
        id: String::new(),
        prompt: String::new(),
        system: None,
        model: None,
        queue: None,
        depends_on: Vec::new(),
        condition: None,
        timeout_ms: None,
        retry: None,
        requires_approval: None,
        max_tokens: None,
        temperature: None,
        output_schema: None,
    }
}

/// The id as it is written, even where it is not allowed, so that references to it are not faults as well.
fn step_id(reader: &mut Reader<'_, '_>) -> String {
    let Some(id) = reader.string("id") else { return String::new() };
    let path = reader.path_of("id");
    if !is_step_id(id) {
        let message = format!(
            "{} is no step id; write a letter, then letters, digits, `_` and `-`, at most {} in all and without `-` at the end.",
            quote(id),
            limits::STEP_ID_CHARS
        );
        reader.report(Problem::invalid(path, "pattern", message));
    } else if RESERVED_STEP_IDS.iter().any(|word| word.eq_ignore_ascii_case(id)) {
        let message =
            format!("{} is a word of the template language and cannot be a step id; choose another.", quote(id));
        reader.report(Problem::invalid(path, "reserved", message));
    }
    id.to_owned()
}

/// Whether a text has the form of a step id; reserved words have it too.
pub fn is_step_id(text: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.len() <= limits::STEP_ID_CHARS
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(name)
        && !text.ends_with('-')
}

/// A template or a condition. One that is too long is reported and reads as absent: nothing may parse it.
fn source(reader: &mut Reader<'_, '_>, name: &'static str, least: usize) -> Option<String> {
    let text = reader.optional_text(name, least..=usize::MAX)?;
    if text.len() > limits::TEMPLATE_SOURCE_BYTES {
        let path = reader.path_of(name);
        let message = format!(
            "{} has {} bytes; at most {} are allowed. Put long texts into the input and refer to them.",
            quote(&path),
            text.len(),
            limits::TEMPLATE_SOURCE_BYTES
        );
        reader.report(Problem::invalid(path, "maxLength", message));
        return None;
    }
    Some(text.to_owned())
}

fn retry(mut reader: Reader<'_, '_>) -> Retry {
    let retry = Retry {
        max_attempts: reader.optional_u32("maxAttempts", 1..=limits::ATTEMPTS),
        backoff_ms: reader.optional_u64("backoffMs", 0..=limits::DURATION_MS),
    };
    reader.finish();
    retry
}

fn defaults(mut reader: Reader<'_, '_>) -> Defaults {
    let defaults = Defaults {
        model: reader.optional_text("model", 1..=usize::MAX).map(str::to_owned),
        queue: reader.optional_text("queue", 1..=usize::MAX).map(str::to_owned),
        timeout_ms: reader.optional_u64("timeoutMs", 1..=limits::DURATION_MS),
        max_tokens: reader.optional_u32("maxTokens", 1..=limits::STEP_TOKENS),
        temperature: reader.optional_f64("temperature", 0.0..=2.0),
        retry: reader.optional_object("retry").map(retry),
    };
    reader.finish();
    defaults
}
