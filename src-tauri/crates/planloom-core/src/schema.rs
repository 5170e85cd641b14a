//! JSON Schemas of inputs and answers: JSON Schema 2020-12, compiled once, nothing fetched, bounded work.
//!
//! What a mismatch means (a wrong request, a failed task) is for the caller to say.

mod bounds;
mod defaults;

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::{Location, LocationSegment};
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use crate::check::{element, member, quote};
use crate::json;

/// A compiled schema. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Schema {
    inner: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    document: Value,
    validator: Validator,
    /// Without references each part of the schema meets each part of the value at most once.
    has_references: bool,
}

/// What is wrong, in a schema or in a value held against one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The place, below the path that the caller gave.
    pub path: String,
    /// The schema's keyword, as `type` or `required`.
    pub rule: String,
    /// A sentence.
    pub message: String,
}

/// An answer that fits its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The model's text, without the code fence where there was one.
    pub text: String,
    pub value: Value,
}

/// Issues of one value that are told; more help nobody.
const ISSUES: usize = 50;
/// Steps that a pattern with look-around may go back.
const BACKTRACKS: usize = 100_000;
/// Bytes of a compiled pattern.
const PATTERN_BYTES: usize = 1 << 20;
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

impl Schema {
    /// Compiles a schema that stands at `path`, or says everything that is wrong with it.
    pub fn compile(document: &Value, path: &str) -> Result<Schema, Vec<Issue>> {
        if let Some(other) = document.get("$schema").filter(|draft| draft.as_str().is_none_or(|uri| !is_draft(uri))) {
            let shown = quote(&other.as_str().map_or_else(|| other.to_string(), str::to_owned));
            let field = member(path, "$schema");
            let message = format!("{} is {shown}; only {DRAFT} is read. Change it or leave it out.", quote(&field));
            return Err(vec![Issue { path: field, rule: "$schema".to_owned(), message }]);
        }
        let faults: Vec<Issue> = jsonschema::draft202012::meta::validator()
            .iter_errors(document)
            .take(ISSUES)
            .map(|error| issue(&error, path, "The schema is wrong: "))
            .collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let has_references = bounds::check(document, path)?;
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(
                PatternOptions::fancy_regex()
                    .backtrack_limit(BACKTRACKS)
                    .size_limit(PATTERN_BYTES)
                    .dfa_size_limit(PATTERN_BYTES),
            )
            .build(document)
            .map_err(|error| vec![issue(&error, path, "The schema cannot be used: ")])?;
        Ok(Schema { inner: Arc::new(Compiled { document: document.clone(), validator, has_references }) })
    }

    /// The schema as its author wrote it.
    pub fn document(&self) -> &Value {
        &self.inner.document
    }

    /// What of `value`, which stands at `path`, does not fit; empty when all does.
    pub fn issues(&self, value: &Value, path: &str) -> Vec<Issue> {
        if self.inner.has_references && !bounds::affordable(&self.inner.document, value) {
            let message = format!("{} takes too long to be held against its schema; simplify the schema.", quote(path));
            return vec![Issue { path: path.to_owned(), rule: "$ref".to_owned(), message }];
        }
        self.inner.validator.iter_errors(value).take(ISSUES).map(|error| issue(&error, path, "")).collect()
    }

    /// `value` with the schema's `default`s where it says nothing.
    pub fn with_defaults(&self, value: &Value) -> Value {
        defaults::apply(&self.inner.document, value)
    }

    /// Reads a model's answer, which must be one JSON document that fits (a code fence around it is taken off).
    /// The error says what is wrong, in words for the model that is asked to repair it.
    pub fn read_answer(&self, text: &str) -> Result<Answer, String> {
        let bare = json::without_fence(text);
        let value = json::parse(bare.as_bytes()).map_err(|error| {
            format!("{error} The whole answer must be one JSON document, without any words around it.")
        })?;
        let issues = self.issues(&value, "answer");
        if issues.is_empty() {
            let text = if bare == text.trim() { text } else { bare };
            return Ok(Answer { text: text.to_owned(), value });
        }
        let lines: Vec<String> = issues.iter().map(|issue| format!("- {}", issue.message)).collect();
        Err(format!("The answer is JSON but does not fit the schema:\n{}", lines.join("\n")))
    }
}

fn is_draft(uri: &str) -> bool {
    uri.trim_end_matches('#') == DRAFT
}

/// An error of the validator without the value in it, which may be long and may be private.
fn issue(error: &ValidationError<'_>, path: &str, lead: &str) -> Issue {
    let mut place = join(path, error.instance_path());
    let words = match error.kind() {
        ValidationErrorKind::Required { property } => {
            place = member(&place, property.as_str().unwrap_or_default());
            "it is required and missing".to_owned()
        }
        ValidationErrorKind::Referencing(_) => {
            "it refers to something outside the schema, and nothing is fetched; put it under `$defs`".to_owned()
        }
        _ => error.masked_with("it").to_string(),
    };
    let words: String = match words.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    };
    let message = format!("{lead}{}: {}.", quote(&place), words.trim_end_matches('.'));
    Issue { path: place, rule: error.kind().keyword().to_owned(), message }
}

fn join(path: &str, location: &Location) -> String {
    location.segments().fold(path.to_owned(), |path, segment| match segment {
        LocationSegment::Property(name) => member(&path, &name),
        LocationSegment::Index(index) => element(&path, index),
    })
}
