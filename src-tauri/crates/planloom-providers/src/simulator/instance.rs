//! A small JSON value that fits a schema.
//!
//! Covers `const`, `enum`, `default`, `type` (also as a list), `properties`, `required`, `items`,
//! `prefixItems`, `minItems`, lengths, ranges, `multipleOf`, the common `format`s, local `$ref`, and
//! `anyOf`, `oneOf`, `allOf`. Does not cover `pattern`, `not`, `if`, `uniqueItems`, `contains`,
//! `dependentRequired`, `minProperties`, nor references to other documents: what only they demand may be
//! missing, and the engine's own check of the answer then says so.

use serde_json::{Map, Number, Value, json};

/// Nesting that is followed; a schema that demands more of itself has no finite value.
const DEPTH: usize = 16;
/// Items and characters that are made at most.
const MOST: u64 = 10_000;

/// The value; `{}` where the schema says nothing.
pub fn instance(schema: &Value) -> Value {
    make(schema, schema, DEPTH)
}

fn make(schema: &Value, root: &Value, depth: usize) -> Value {
    let Value::Object(keys) = schema else { return json!({}) };
    if depth == 0 {
        return Value::Null;
    }
    if let Some(fixed) = keys.get("const").or_else(|| keys.get("enum")?.get(0)).or_else(|| keys.get("default")) {
        return fixed.clone();
    }
    if let Some(pointer) = keys.get("$ref").and_then(Value::as_str) {
        let target = pointer.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return target.map_or_else(|| json!({}), |target| make(target, root, depth - 1));
    }
    if let Some(merged) = merged(keys, root) {
        return make(&merged, root, depth - 1);
    }
    match kind(keys) {
        "string" => Value::String(string(keys)),
        "integer" | "number" => number(keys),
        "boolean" => Value::Bool(true),
        "null" => Value::Null,
        "array" => array(keys, root, depth),
        _ => object(keys, root, depth),
    }
}

fn kind(keys: &Map<String, Value>) -> &str {
    let named = match keys.get("type") {
        Some(Value::String(kind)) => Some(kind.as_str()),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        Some(_) | None => None,
    };
    let has = |any: &[&str]| any.iter().any(|key| keys.contains_key(*key));
    named.unwrap_or(match () {
        () if has(&["properties", "required"]) => "object",
        () if has(&["items", "prefixItems", "minItems"]) => "array",
        () if has(&["minLength", "maxLength", "format", "pattern"]) => "string",
        () if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) => "number",
        () => "object",
    })
}

/// The schema with one branch of `anyOf` or `oneOf`, and all of `allOf`, laid into it; `None` where it has
/// neither.
fn merged(keys: &Map<String, Value>, root: &Value) -> Option<Value> {
    let list = |key: &str| keys.get(key).and_then(Value::as_array);
    let all = list("allOf");
    let one = list("anyOf")
        .or(list("oneOf"))
        .and_then(|branches| branches.iter().find(|branch| !is_null(branch)).or(branches.first()));
    if all.is_none() && one.is_none() {
        return None;
    }
    let mut whole = keys.clone();
    for key in ["allOf", "anyOf", "oneOf"] {
        whole.shift_remove(key);
    }
    for part in all.into_iter().flatten().chain(one) {
        let part = part
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|pointer| root.pointer(pointer.strip_prefix('#')?))
            .unwrap_or(part);
        lay_into(&mut whole, part);
    }
    Some(Value::Object(whole))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

fn lay_into(whole: &mut Map<String, Value>, part: &Value) {
    for (key, value) in part.as_object().into_iter().flatten() {
        match (whole.get_mut(key), value) {
            (Some(Value::Object(own)), Value::Object(other)) => own.extend(other.clone()),
            (Some(Value::Array(own)), Value::Array(other)) if key != "type" => own.extend(other.iter().cloned()),
            _ => {
                whole.insert(key.clone(), value.clone());
            }
        }
    }
}

fn object(keys: &Map<String, Value>, root: &Value, depth: usize) -> Value {
    let properties = keys.get("properties").and_then(Value::as_object);
    let required = keys.get("required").and_then(Value::as_array);
    let mut value = Map::new();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let schema = properties.and_then(|properties| properties.get(name)).or(keys.get("additionalProperties"));
        value.insert(name.to_owned(), schema.map_or_else(|| json!({}), |schema| make(schema, root, depth - 1)));
    }
    Value::Object(value)
}

fn array(keys: &Map<String, Value>, root: &Value, depth: usize) -> Value {
    let count = keys.get("minItems").and_then(Value::as_u64).unwrap_or(0).min(MOST) as usize;
    let first = keys.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let other = keys.get("items");
    (0..count)
        .map(|index| first.get(index).or(other).map_or_else(|| json!({}), |schema| make(schema, root, depth - 1)))
        .collect()
}

fn string(keys: &Map<String, Value>) -> String {
    if let Some(text) = keys.get("format").and_then(Value::as_str).and_then(formatted) {
        return text.to_owned();
    }
    let bound = |key: &str| keys.get(key).and_then(Value::as_u64);
    let least = bound("minLength").unwrap_or(0).min(MOST) as usize;
    let most = bound("maxLength").unwrap_or(MOST).min(MOST) as usize;
    let mut text: String = super::SIMULATED.chars().take(most).collect();
    while text.len() < least {
        text.push('.');
    }
    text
}

fn formatted(format: &str) -> Option<&'static str> {
    Some(match format {
        "date-time" => "2026-01-01T00:00:00Z",
        "date" => "2026-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT1S",
        "email" => "simulated@example.test",
        "hostname" => "example.test",
        "uri" | "iri" => "https://example.test/",
        "uri-reference" => "/simulated",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        _ => return None,
    })
}

/// The smallest number from the lower bound, or from 0, that the other bounds allow.
fn number(keys: &Map<String, Value>) -> Value {
    let bound = |key: &str| keys.get(key).and_then(Value::as_f64);
    let step = match (bound("multipleOf"), kind(keys)) {
        (Some(step), _) if step > 0.0 => Some(step),
        (_, "integer") => Some(1.0),
        (_, _) => None,
    };
    let gap = step.unwrap_or(0.5);
    let least = match (bound("minimum"), bound("exclusiveMinimum")) {
        (Some(least), above) if above.is_none_or(|above| above < least) => least,
        (_, Some(above)) => above + gap / 2.0,
        (_, None) => 0.0f64
            .min(bound("maximum").unwrap_or(0.0))
            .min(bound("exclusiveMaximum").map_or(0.0, |below| below - gap / 2.0)),
    };
    let has_lower = bound("minimum").is_some() || bound("exclusiveMinimum").is_some();
    let value = match step {
        Some(step) if has_lower => (least / step).ceil() * step,
        Some(step) => (least / step).floor() * step,
        None => between(
            least,
            bound("maximum").or(bound("exclusiveMaximum")),
            bound("exclusiveMinimum").is_some(),
            bound("exclusiveMinimum"),
        ),
    };
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::Number(Number::from(value as i64))
    } else {
        Number::from_f64(value).map_or_else(|| json!(0), Value::Number)
    }
}

/// Between an excluded lower bound and an upper one lies their middle.
fn between(least: f64, most: Option<f64>, excluded: bool, above: Option<f64>) -> f64 {
    match (most, above) {
        (Some(most), Some(above)) if excluded && least >= most => (above + most) / 2.0,
        (_, _) => least,
    }
}
