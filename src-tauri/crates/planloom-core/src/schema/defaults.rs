//! Fills in a schema's `default`s.

use serde_json::Value;

use super::bounds;
use crate::limits;

/// Defaults that are filled in, and their bytes; a schema that refers to itself could ask for any number.
const COUNT: usize = 100_000;
const BYTES: usize = limits::BODY_BYTES;

struct Left {
    count: usize,
    bytes: usize,
}

impl Left {
    fn take(&mut self, bytes: usize) -> Option<()> {
        self.count = self.count.checked_sub(1)?;
        self.bytes = self.bytes.checked_sub(bytes)?;
        Some(())
    }
}

/// `value` with the `default` of each property that it lacks, at every depth. Looks through local
/// references and `allOf`, not into alternatives.
pub(super) fn apply(document: &Value, value: &Value) -> Value {
    let mut filled = value.clone();
    let mut left = Left { count: COUNT, bytes: BYTES };
    fill(document, document, &mut filled, 0, &mut left);
    filled
}

fn fill(document: &Value, schema: &Value, value: &mut Value, depth: usize, left: &mut Left) {
    if depth > limits::JSON_DEPTH {
        return;
    }
    if let Some(target) = bounds::reference(document, schema) {
        fill(document, target, value, depth + 1, left);
    }
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        fill(document, part, value, depth + 1, left);
    }
    match value {
        Value::Object(map) => {
            for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !map.contains_key(name) {
                    let Some(default) = default_of(document, property) else { continue };
                    let Some(()) = left.take(bytes(default) + name.len()) else { return };
                    map.insert(name.clone(), default.clone());
                }
                if let Some(inner) = map.get_mut(name) {
                    fill(document, property, inner, depth + 1, left);
                }
            }
        }
        Value::Array(items) => {
            let first = schema.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let others = schema.get("items");
            for (index, item) in items.iter_mut().enumerate() {
                if let Some(schema) = first.get(index).or(others) {
                    fill(document, schema, item, depth + 1, left);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The default of a property, its own or that of what it refers to.
fn default_of<'s>(document: &'s Value, property: &'s Value) -> Option<&'s Value> {
    let mut schema = property;
    for _ in 0..limits::JSON_DEPTH {
        if let Some(default) = schema.get("default") {
            return Some(default);
        }
        schema = bounds::reference(document, schema)?;
    }
    None
}

fn bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 8,
        Value::Number(number) => 8 + number.to_string().len(),
        Value::String(text) => 8 + text.len(),
        Value::Array(items) => 8 + items.iter().map(bytes).sum::<usize>(),
        Value::Object(map) => 8 + map.iter().map(|(name, value)| name.len() + bytes(value)).sum::<usize>(),
    }
}
