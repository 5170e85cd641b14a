//! How a step's `outputSchema` reaches a model: in the provider's JSON mode as far as that takes the schema,
//! else as a sentence in the system prompt.
//!
//! Must not judge an answer: the engine checks every answer against the whole schema, so what is loosened
//! here for a provider is still enforced.

use serde_json::{Map, Value, json};

/// Nesting of a schema that is followed.
const DEPTH: usize = 32;

/// The system prompt that asks for JSON in words.
pub fn system_with_schema(system: Option<&str>, schema: &Value) -> String {
    let ask = format!(
        "Answer with one JSON document and nothing else, without a code fence. It must fit this JSON Schema: {schema}"
    );
    match system {
        Some(system) if !system.is_empty() => format!("{system}\n\n{ask}"),
        Some(_) | None => ask,
    }
}

/// A name that Chat Completions takes for a schema.
pub(crate) fn schema_name(name: &str) -> String {
    let taken = |character: char| {
        if character.is_ascii_alphanumeric() || matches!(character, '_' | '-') { character } else { '_' }
    };
    let name: String = name.chars().take(64).map(taken).collect();
    if name.is_empty() { "answer".to_owned() } else { name }
}

/// Whether a schema is within the subset that Chat Completions takes as `strict`: every object closed and
/// every property required. Others are sent without `strict`, which is best effort on the provider's side.
pub(crate) fn is_strict(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object") && strict_at(schema, DEPTH)
}

fn strict_at(schema: &Value, depth: usize) -> bool {
    const TAKEN: &[&str] = &[
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "const",
        "anyOf",
        "$ref",
        "$defs",
        "description",
        "title",
        "$schema",
    ];
    let Value::Object(schema) = schema else { return false };
    if depth == 0 || schema.keys().any(|key| !TAKEN.contains(&key.as_str())) {
        return false;
    }
    let closed = match schema.get("properties").and_then(Value::as_object) {
        Some(properties) => {
            let required = schema.get("required").and_then(Value::as_array);
            let is_required =
                |name: &String| required.is_some_and(|required| required.iter().any(|one| one.as_str() == Some(name)));
            schema.get("additionalProperties") == Some(&Value::Bool(false)) && properties.keys().all(is_required)
        }
        None => !names_type(schema, "object"),
    };
    closed && children(schema).all(|child| strict_at(child, depth - 1))
}

fn names_type(schema: &Map<String, Value>, name: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(kind)) => kind == name,
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind.as_str() == Some(name)),
        Some(_) | None => false,
    }
}

fn children(schema: &Map<String, Value>) -> impl Iterator<Item = &Value> {
    let values = |key: &str| schema.get(key).and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let list = |key: &str| schema.get(key).and_then(Value::as_array).into_iter().flatten();
    values("properties").chain(values("$defs")).chain(list("anyOf")).chain(schema.get("items"))
}

/// The schema in the form that `output_config.format` takes, or why it cannot be put so.
///
/// Objects are closed, and bounds that the API refuses (lengths, ranges, patterns) move into the description,
/// where the model still reads them.
pub(crate) fn for_anthropic(schema: &Value) -> Result<Value, String> {
    let adapted = adapt(schema, DEPTH)?;
    Ok(json!({ "type": "json_schema", "schema": adapted }))
}

fn adapt(schema: &Value, depth: usize) -> Result<Value, String> {
    let Value::Object(schema) = schema else { return Err("it contains a schema that is true or false".to_owned()) };
    if depth == 0 {
        return Err("it is nested too deeply".to_owned());
    }
    let literal = schema.contains_key("enum") || schema.contains_key("const");
    let combined = ["anyOf", "oneOf", "allOf"].iter().filter(|key| schema.contains_key(**key)).count();
    if combined > 1 || (combined == 1 && (schema.contains_key("properties") || schema.contains_key("items"))) {
        return Err("it combines alternatives with other keywords".to_owned());
    }
    let mut adapted = Map::new();
    let mut bounds = Vec::new();
    for (key, value) in schema {
        match key.as_str() {
            // A definition says it all; beside a value or alternatives, the type is theirs.
            _ if schema.contains_key("$ref") && !matches!(key.as_str(), "$ref" | "$defs" | "definitions") => {}
            "type" if literal || combined > 0 => {}
            "additionalProperties" | "$schema" | "$id" | "$comment" | "examples" => {}
            "type" | "required" | "title" | "description" => insert(&mut adapted, key, value.clone()),
            "enum" | "const" if is_simple(value) => insert(&mut adapted, key, value.clone()),
            "format" if FORMATS.iter().any(|format| value == format) => insert(&mut adapted, key, value.clone()),
            "minItems" if matches!(value.as_u64(), Some(0 | 1)) => insert(&mut adapted, key, value.clone()),
            "$ref" => insert(&mut adapted, key, local_reference(value)?),
            "items" => insert(&mut adapted, key, adapt(value, depth - 1)?),
            "properties" | "$defs" | "definitions" => insert(&mut adapted, key, adapt_map(key, value, depth)?),
            "anyOf" | "oneOf" => insert(&mut adapted, "anyOf", adapt_list(value, depth)?),
            "allOf" => insert(&mut adapted, key, adapt_list(value, depth)?),
            "enum" | "const" | "patternProperties" | "prefixItems" | "dependentSchemas" | "$dynamicRef" => {
                return Err(format!("the provider does not take its `{key}`"));
            }
            _ => bounds.push(format!("{key}: {value}")),
        }
    }
    close(schema, &mut adapted)?;
    if !bounds.is_empty() {
        let said = adapted.get("description").and_then(Value::as_str).unwrap_or_default();
        let text = format!("{said} ({})", bounds.join(", "));
        insert(&mut adapted, "description", Value::String(text.trim_start().to_owned()));
    }
    Ok(Value::Object(adapted))
}

fn insert(adapted: &mut Map<String, Value>, key: &str, value: Value) {
    adapted.insert(key.to_owned(), value);
}

/// A value, or a list of values, without structure.
fn is_simple(value: &Value) -> bool {
    let flat = |value: &Value| !value.is_object() && !value.is_array();
    flat(value) || value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(flat))
}

const FORMATS: &[&str] = &["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// Closes an object, and refuses what would become another schema by it.
fn close(schema: &Map<String, Value>, adapted: &mut Map<String, Value>) -> Result<(), String> {
    if schema.contains_key("$ref") {
        return Ok(());
    }
    let has_properties =
        schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty());
    if names_type(schema, "object") || has_properties {
        if !has_properties {
            return Err("it contains an object without named properties".to_owned());
        }
        insert(adapted, "additionalProperties", Value::Bool(false));
    }
    if names_type(schema, "array") && !schema.contains_key("items") {
        return Err("it contains an array without `items`".to_owned());
    }
    let says_something =
        ["type", "enum", "const", "$ref", "anyOf", "allOf"].iter().any(|key| adapted.contains_key(*key));
    if says_something { Ok(()) } else { Err("it contains a schema without a type".to_owned()) }
}

fn local_reference(value: &Value) -> Result<Value, String> {
    match value.as_str() {
        // `#` alone is the schema itself, which would be endless; so are definitions that name each other, and
        // those the provider refuses by itself, after which the schema is said in words.
        Some(pointer) if pointer.starts_with("#/$defs/") || pointer.starts_with("#/definitions/") => Ok(value.clone()),
        Some(_) | None => Err("it refers to something outside `$defs`".to_owned()),
    }
}

fn adapt_map(key: &str, value: &Value, depth: usize) -> Result<Value, String> {
    let Value::Object(map) = value else { return Err(format!("`{key}` is no object")) };
    map.iter()
        .map(|(name, schema)| Ok((name.clone(), adapt(schema, depth - 1)?)))
        .collect::<Result<Map<_, _>, String>>()
        .map(Value::Object)
}

fn adapt_list(value: &Value, depth: usize) -> Result<Value, String> {
    let Value::Array(list) = value else { return Err("a list of schemas is no list".to_owned()) };
    list.iter().map(|schema| adapt(schema, depth - 1)).collect::<Result<Vec<_>, String>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_move_into_the_description_and_objects_are_closed() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "score": {"type": "number", "minimum": 0, "maximum": 1, "description": "How sure"},
                "tags": {"type": "array", "items": {"type": "string", "maxLength": 5}, "minItems": 2},
                "when": {"oneOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                "risk": {"type": "string", "enum": ["low", "high"], "default": "low"},
                "clause": {"$ref": "#/$defs/clause", "description": "The clause"}
            },
            "required": ["score"],
            "$defs": {"clause": {"type": "string"}}
        });
        assert_eq!(
            for_anthropic(&schema).unwrap()["schema"],
            json!({
                "type": "object",
                "properties": {
                    "score": {"type": "number", "description": "How sure (minimum: 0, maximum: 1)"},
                    "tags": {"type": "array", "items": {"type": "string", "description": "(maxLength: 5)"}, "description": "(minItems: 2)"},
                    "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                    "risk": {"enum": ["low", "high"], "description": "(default: \"low\")"},
                    "clause": {"$ref": "#/$defs/clause"}
                },
                "required": ["score"],
                "$defs": {"clause": {"type": "string"}},
                "additionalProperties": false
            })
        );
    }

    #[test]
    fn what_would_change_its_meaning_is_said_in_words() {
        for schema in [
            json!({"type": "object"}),
            json!({"type": "object", "additionalProperties": {"type": "number"}}),
            json!({"type": "array"}),
            json!({}),
            json!(true),
            json!({"$ref": "#"}),
            json!({"$ref": "https://example.test/schema.json"}),
            json!({"enum": [{"a": 1}]}),
            json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "string"}}),
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "anyOf": [{"required": ["a"]}]}),
            json!({"type": "object", "patternProperties": {"^x": {"type": "string"}}}),
        ] {
            assert!(for_anthropic(&schema).is_err(), "{schema}");
        }
    }

    #[test]
    fn strict_needs_closed_objects_with_every_property_required() {
        let closed = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
        assert!(is_strict(&closed));
        for (path, value) in [
            ("/required", json!([])),
            ("/additionalProperties", json!(true)),
            ("/properties/a", json!({"type": "object"})),
        ] {
            let mut other = closed.clone();
            *other.pointer_mut(path).unwrap() = value;
            assert!(!is_strict(&other), "{other}");
        }
        assert!(!is_strict(&json!({"type": "string"})));
    }

    #[test]
    fn names_and_words() {
        assert_eq!(schema_name("analyze-risk"), "analyze-risk");
        assert_eq!(schema_name("a b.ü"), "a_b__");
        assert_eq!(schema_name(""), "answer");
        let said = system_with_schema(Some("Be brief."), &json!({"type": "number"}));
        assert!(
            said.starts_with("Be brief.\n\nAnswer with one JSON document") && said.ends_with(r#"{"type":"number"}"#)
        );
    }
}
