//! Keeps the work of a schema in bounds: references stay inside it, never go round without going deeper
//! into the value, and never multiply beyond measure.

use std::collections::HashMap;

use serde_json::Value;

use super::Issue;
use crate::check::{member, quote};
use crate::limits;

/// Schemas that may be written inside one.
const SIZE: usize = 5_000;
/// Parts of the schema that may meet one part of the value.
const PARTS: u64 = 10_000;
/// Meetings of a part of the schema with a part of the value that one validation may cost.
const MEETINGS: u64 = 20_000_000;
/// References one behind the other that hold for the same value.
const CHAIN: usize = 100;
/// Meetings inside each other, each of which takes room on the stack.
const NESTED: usize = 500;
/// Different pairs that are looked at to count them.
const PAIRS: usize = 2_000_000;

/// Keywords with one schema each that holds for the same value, with a list and with a map of them.
const SAME_ONE: [&str; 4] = ["not", "if", "then", "else"];
const SAME_LIST: [&str; 3] = ["allOf", "anyOf", "oneOf"];
const SAME_MAP: [&str; 1] = ["dependentSchemas"];
/// The same for schemas that hold for parts of the value, or for nothing until somebody refers to them.
const BELOW_ONE: [&str; 7] = [
    "items",
    "contains",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "propertyNames",
    "contentSchema",
];
const BELOW_LIST: [&str; 1] = ["prefixItems"];
const BELOW_MAP: [&str; 3] = ["properties", "patternProperties", "$defs"];

/// Refuses what could go beyond all bounds; says whether the schema has references.
pub(super) fn check(document: &Value, path: &str) -> Result<bool, Vec<Issue>> {
    let mut walk = Walk { document, size: 0, has_references: false, cost: HashMap::new(), issues: Vec::new() };
    walk.all(document, path, 0);
    if walk.issues.is_empty() { Ok(walk.has_references) } else { Err(walk.issues) }
}

/// What a schema's `$ref` or `$dynamicRef` refers to, inside `document`.
pub(super) fn reference<'s>(document: &'s Value, schema: &Value) -> Option<&'s Value> {
    let target = schema.get("$ref").or_else(|| schema.get("$dynamicRef"))?.as_str()?;
    resolve(document, target)
}

fn resolve<'s>(document: &'s Value, target: &str) -> Option<&'s Value> {
    let fragment = target.strip_prefix('#')?;
    if fragment.is_empty() {
        return Some(document);
    }
    if fragment.starts_with('/') {
        return document.pointer(&percent_decoded(fragment)?);
    }
    anchor(document, fragment, 0)
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn anchor<'s>(schema: &'s Value, name: &str, depth: usize) -> Option<&'s Value> {
    let is_it = |keyword: &str| schema.get(keyword).and_then(Value::as_str) == Some(name);
    if is_it("$anchor") || is_it("$dynamicAnchor") {
        return Some(schema);
    }
    if depth > limits::JSON_DEPTH {
        return None;
    }
    children(schema).find_map(|(_, child)| anchor(child, name, depth + 1))
}

/// Every schema that is written inside this one, with its place.
fn children(schema: &Value) -> impl Iterator<Item = (String, &Value)> {
    let one = SAME_ONE.iter().chain(&BELOW_ONE);
    let list = SAME_LIST.iter().chain(&BELOW_LIST);
    let map = SAME_MAP.iter().chain(&BELOW_MAP);
    let one = one.filter_map(|keyword| Some(((*keyword).to_owned(), schema.get(keyword)?)));
    let list = list.flat_map(|keyword| {
        let parts = schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate();
        parts.map(move |(index, part)| (format!("{keyword}[{index}]"), part))
    });
    let map = map.flat_map(|keyword| {
        let parts = schema.get(keyword).and_then(Value::as_object).into_iter().flatten();
        parts.map(move |(name, part)| (member(keyword, name), part))
    });
    one.chain(list).chain(map)
}

/// The schemas that hold for the same value as this one.
fn same_parts<'s>(document: &'s Value, schema: &'s Value) -> impl Iterator<Item = &'s Value> {
    let one = SAME_ONE.iter().filter_map(|keyword| schema.get(keyword));
    let list = SAME_LIST.iter().filter_map(|keyword| schema.get(keyword)?.as_array()).flatten();
    let map = SAME_MAP.iter().filter_map(|keyword| schema.get(keyword)?.as_object()).flat_map(|map| map.values());
    let references = ["$ref", "$dynamicRef"].into_iter().filter_map(|keyword| schema.get(keyword)?.as_str());
    one.chain(list).chain(map).chain(references.filter_map(|target| resolve(document, target)))
}

struct Walk<'s> {
    document: &'s Value,
    size: usize,
    has_references: bool,
    /// By address: how many schemas hold for the same value, this one included; 0 while it is being counted.
    cost: HashMap<*const Value, u64>,
    issues: Vec<Issue>,
}

impl<'s> Walk<'s> {
    fn all(&mut self, schema: &'s Value, path: &str, depth: usize) {
        if !self.issues.is_empty() || depth > limits::JSON_DEPTH {
            return;
        }
        self.size += 1;
        if self.size > SIZE {
            self.refuse(path.to_owned(), "size", "there are more than 5,000 schemas inside this one; simplify it");
            return;
        }
        if depth > 0 && schema.get("$id").is_some() {
            self.refuse(member(path, "$id"), "$id", "a schema inside a schema cannot have an `$id`; use `$anchor`");
        }
        for keyword in ["$ref", "$dynamicRef"] {
            let Some(target) = schema.get(keyword).and_then(Value::as_str) else { continue };
            self.has_references = true;
            if !target.starts_with('#') {
                let words = "only references inside the schema are followed and nothing is fetched; \
                             put what it refers to under `$defs` and write `#/$defs/…`";
                self.refuse(member(path, keyword), "$ref", words);
            } else if resolve(self.document, target).is_none() {
                self.refuse(member(path, keyword), "$ref", "there is nothing at this place in the schema");
            }
        }
        if self.issues.is_empty() {
            match self.count(schema, 0) {
                None => {
                    self.refuse(path.to_owned(), "$ref", "it refers to itself without going deeper, which never ends")
                }
                Some(cost) if cost > PARTS => {
                    self.refuse(path.to_owned(), "$ref", "its references multiply beyond measure; simplify it");
                }
                Some(_) => {}
            }
        }
        for (place, child) in children(schema) {
            let inner = if path.is_empty() { place } else { format!("{path}.{place}") };
            self.all(child, &inner, depth + 1);
        }
    }

    /// How many schemas hold for the same value; `None` when they go round.
    fn count(&mut self, schema: &'s Value, depth: usize) -> Option<u64> {
        let key = std::ptr::from_ref(schema);
        match self.cost.get(&key) {
            Some(0) => return None,
            Some(cost) => return Some(*cost),
            // A chain of references that is this long is treated like one that goes round.
            None if depth > CHAIN => return None,
            None => {}
        }
        self.cost.insert(key, 0);
        let mut cost = 1_u64;
        for part in same_parts(self.document, schema) {
            cost = cost.saturating_add(self.count(part, depth + 1)?);
        }
        self.cost.insert(key, cost);
        Some(cost)
    }

    fn refuse(&mut self, place: String, rule: &str, words: &str) {
        let message = format!("The schema cannot be used: {}: {words}.", quote(&place));
        self.issues.push(Issue { path: place, rule: rule.to_owned(), message });
    }
}

/// Whether holding `value` against the schema is bounded work. Counts the meetings of parts of the one with
/// parts of the other, each pair once, so the count itself is quick where what it counts is not.
pub(super) fn affordable(document: &Value, value: &Value) -> bool {
    let mut count = Count { document, cost: HashMap::new() };
    count.meet(document, value, 0).is_some_and(|meetings| meetings <= MEETINGS)
}

struct Count<'s> {
    document: &'s Value,
    cost: HashMap<(*const Value, *const Value), u64>,
}

impl<'s> Count<'s> {
    fn meet(&mut self, schema: &'s Value, value: &'s Value, depth: usize) -> Option<u64> {
        let key = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        if let Some(cost) = self.cost.get(&key) {
            return Some(*cost);
        }
        if depth > NESTED || self.cost.len() > PAIRS {
            return None;
        }
        let mut cost = 1_u64;
        for part in same_parts(self.document, schema) {
            cost = cost.saturating_add(self.meet(part, value, depth + 1)?);
        }
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    for part in schemas_of_member(schema, name) {
                        cost = cost.saturating_add(self.meet(part, inner, depth + 1)?);
                    }
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    for part in schemas_of_item(schema, index) {
                        cost = cost.saturating_add(self.meet(part, inner, depth + 1)?);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
        self.cost.insert(key, cost);
        Some(cost)
    }
}

fn schemas_of_member<'s>(schema: &'s Value, name: &str) -> impl Iterator<Item = &'s Value> {
    let named = schema.get("properties").and_then(|properties| properties.get(name));
    let patterns = schema.get("patternProperties").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let others =
        ["additionalProperties", "unevaluatedProperties"].into_iter().filter_map(|keyword| schema.get(keyword));
    named.into_iter().chain(patterns).chain(others)
}

fn schemas_of_item(schema: &Value, index: usize) -> impl Iterator<Item = &Value> {
    let first = schema.get("prefixItems").and_then(|items| items.get(index));
    let others = ["items", "contains", "unevaluatedItems"].into_iter().filter_map(|keyword| schema.get(keyword));
    first.into_iter().chain(others)
}
