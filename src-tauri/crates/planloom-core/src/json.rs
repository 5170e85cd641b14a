//! JSON in from outside: parsed strictly, with the line and column of what is wrong; and one canonical
//! text for documents that mean the same.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::Value;

use crate::decimal::Decimal;
use crate::limits;

/// Why a text is not JSON that is accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column}).")]
pub struct InvalidJson {
    /// What is wrong, without the place and the full stop.
    pub message: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
}

impl InvalidJson {
    fn at(text: &str, offset: usize, message: impl Into<String>) -> InvalidJson {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        InvalidJson {
            message: message.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Parses one JSON document of at most [`limits::JSON_DEPTH`] levels.
///
/// A key that occurs twice in one object is refused: readers differ on which of the two counts, so a
/// document with one does not say the same to everybody.
pub fn parse(bytes: &[u8]) -> Result<Value, InvalidJson> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        InvalidJson::at(&valid, valid.len(), "The text is not valid UTF-8; send it encoded as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let colons = scan(text)?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The scan above has bounded the depth.
    deserializer.disable_recursion_limit();
    let value = Value::deserialize(&mut deserializer).map_err(|error| syntax(text, &error))?;
    deserializer.end().map_err(|error| syntax(text, &error))?;
    // In valid JSON each colon outside a string is one key; the parsed value has lost what was there twice.
    if colons != keys(&value) {
        return Err(duplicate(text));
    }
    Ok(value)
}

/// Bounds the depth before anything recurses, and counts the colons outside strings.
fn scan(text: &str) -> Result<usize, InvalidJson> {
    let (mut depth, mut colons, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for (offset, byte) in text.bytes().enumerate() {
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b':' => colons += 1,
            b'[' | b'{' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    let message = format!("The JSON is nested deeper than {} levels; flatten it", limits::JSON_DEPTH);
                    return Err(InvalidJson::at(text, offset, message));
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(colons)
}

fn keys(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        Value::Array(items) => items.iter().map(keys).sum(),
        Value::Object(map) => map.len() + map.values().map(keys).sum::<usize>(),
    }
}

fn syntax(text: &str, error: &serde_json::Error) -> InvalidJson {
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    let line_start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    // The parser counts bytes and points at the byte that it read last.
    let last_read = (line_start + error.column().saturating_sub(1)).min(text.len());
    let offset = if error.is_eof() { text.len() } else { last_read };
    InvalidJson::at(text, offset, format!("The text is not valid JSON: {words}"))
}

/// Finds the first key that occurs twice in one object of a text that is known to be valid JSON.
fn duplicate(text: &str) -> InvalidJson {
    let mut open: Vec<Option<HashSet<String>>> = Vec::new();
    let (mut offset, mut last_string) = (0, (0, 0));
    let bytes = text.as_bytes();
    while offset < bytes.len() {
        match bytes[offset] {
            b'"' => {
                let end = string_end(bytes, offset);
                last_string = (offset, end);
                offset = end;
                continue;
            }
            b'{' => open.push(Some(HashSet::new())),
            b'[' => open.push(None),
            b'}' | b']' => {
                open.pop();
            }
            b':' => {
                let key: String = serde_json::from_str(&text[last_string.0..last_string.1]).unwrap_or_default();
                let seen = open.last_mut().and_then(Option::as_mut);
                if seen.is_some_and(|seen| !seen.insert(key.clone())) {
                    let key = crate::check::quote(&key);
                    let message = format!("The key {key} occurs twice in one object; leave one of the two out");
                    return InvalidJson::at(text, last_string.0, message);
                }
            }
            _ => {}
        }
        offset += 1;
    }
    InvalidJson::at(text, 0, "A key occurs twice in one object; leave one of the two out")
}

/// The offset behind the string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut offset = start + 1;
    while offset < bytes.len() {
        match bytes[offset] {
            b'\\' => offset += 2,
            b'"' => return offset + 1,
            _ => offset += 1,
        }
    }
    bytes.len()
}

/// One text for all documents that mean the same: keys sorted, no spaces, each number in one spelling.
///
/// Numbers are compared by value and exactly (`1.0` is `1`, and no digit of a long one is lost).
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => out.push_str(&value.to_string()),
        Value::Number(number) => {
            let text = number.to_string();
            out.push_str(&Decimal::parse(&text).map_or(text, |decimal| decimal.canonical()));
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write_canonical(item, out);
            }
            out.push('}');
        }
    }
}

/// A model's text without the code fence around it, where a fence is all there is around it.
pub fn without_fence(text: &str) -> &str {
    let trimmed = text.trim();
    let fence = trimmed.bytes().take_while(|byte| *byte == b'`').count();
    if fence < 3 {
        return trimmed;
    }
    let Some((label, rest)) = trimmed[fence..].split_once('\n') else { return trimmed };
    let Some(body) = rest.strip_suffix(&trimmed[..fence]) else { return trimmed };
    if !label.trim().chars().all(|c| c.is_ascii_alphanumeric() || "+-_.".contains(c)) {
        return trimmed;
    }
    if body.is_empty() || body.ends_with('\n') { body.trim() } else { trimmed }
}
