//! The filters, functions and methods that differ from minijinja's own.
//!
//! They write JSON where minijinja writes Python (`join`, `string`, `tojson`), name what is missing, and bound what
//! is kept in variables. All work is paid for in fuel before it is done.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use minijinja::value::{Kwargs, Rest, Tuple, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::lower::{BOUND, FORMATTED, GET, ORDER, PLAIN, SETTLE, SHOWN, WEIGHED};
use super::value;
use super::words::METHODS;
use crate::limits::RENDERED_BYTES;

/// Deepest nesting of lists and maps that a template may build.
const DEEPEST_BUILT: usize = 32;
/// Values looked at for one unit of fuel.
const VALUES_PER_FUEL: usize = 8;
/// Bytes written as JSON for one unit of fuel.
const JSON_BYTES_PER_FUEL: usize = 4;
/// Bytes copied for one unit of fuel.
const BYTES_PER_FUEL: usize = 64;
/// The largest bound of a `range` or a slice, far from where machine integers end.
const LARGEST_BOUND: i64 = 1 << 53;

/// What an error of ours is about, carried by the engine's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something is missing that was asked for at this place of the author's text.
    Missing { offset: usize },
    /// The rendered text is too large.
    TooLarge,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Missing { .. } => f.write_str("something is missing"),
            Cause::TooLarge => f.write_str("the rendered text is too large"),
        }
    }
}

impl std::error::Error for Cause {}

pub(super) fn missing(message: String, offset: usize) -> Error {
    Error::new(ErrorKind::UndefinedError, message).with_source(Cause::Missing { offset })
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

pub(super) fn install(env: &mut Environment<'static>) {
    env.remove_global("debug");
    env.remove_filter("pprint");
    env.add_filter(GET, get);
    env.add_filter(PLAIN, plain);
    env.add_filter(BOUND, bounded);
    env.add_filter(FORMATTED, formatted);
    env.add_filter(ORDER, order);
    env.add_filter(WEIGHED, weighed);
    env.add_filter(SHOWN, shown);
    env.add_filter(SETTLE, settle);
    env.add_filter("join", join);
    env.add_filter("string", shown);
    env.add_filter("tojson", tojson);
    env.add_function("range", range);
    env.set_unknown_method_callback(method);
}

/// `[value, lenient, name, offset, keys…]`
fn get(state: &State, args: Rest<Value>) -> Result<Value, Error> {
    let [base, lenient, name, offset, keys @ ..] = args.as_slice() else {
        return Err(Error::from(ErrorKind::MissingArgument));
    };
    let mut current = base.clone();
    let mut seen = 0;
    while !current.is_undefined() && seen < keys.len() {
        let key = &keys[seen];
        let found = current.get_item(key).unwrap_or(Value::UNDEFINED);
        let wants_length = found.is_undefined() && key.as_str() == Some("length");
        current = if wants_length { length(state, &current)?.unwrap_or(found) } else { found };
        seen += 1;
    }
    if !current.is_undefined() || lenient.is_true() {
        return Ok(current);
    }
    let mut path = name.as_str().unwrap_or_default().to_owned();
    for key in &keys[..seen] {
        match key.as_str() {
            Some(key) => path.push_str(&format!(".{key}")),
            None => path.push_str(&format!("[{key}]")),
        }
    }
    let message = format!("`{path}` has no value. Use `default(…)` or `is defined` where it may be missing.");
    Err(missing(message, offset.as_usize().unwrap_or_default()))
}

/// The `.length` of a text (in characters) or of a list.
pub(super) fn length(state: &State, value: &Value) -> Result<Option<Value>, Error> {
    match value.as_str() {
        Some(text) => characters(state, text).map(Some),
        None if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) => Ok(value.len().map(Value::from)),
        None => Ok(None),
    }
}

/// The characters of a text. The engine charges for a text that is found, not for one that is only counted.
pub(super) fn characters(state: &State, text: &str) -> Result<Value, Error> {
    state.consume_fuel(fuel(text.len(), BYTES_PER_FUEL / 4))?;
    Ok(Value::from(text.chars().count()))
}

fn plain(state: &State, value: &Value) -> Result<Value, Error> {
    if !value::holds_values(value) || value.kind() == ValueKind::Map {
        return Ok(value::plain(value));
    }
    // A list of the template's own may hold numbers of the data.
    let Some(items) = value.downcast_object_ref::<Vec<Value>>() else { return Ok(value.clone()) };
    state.consume_fuel(fuel(items.len(), VALUES_PER_FUEL))?;
    if items.iter().all(|item| item.as_object().is_none()) {
        return Ok(value.clone());
    }
    Ok(Value::from(items.iter().map(value::plain).collect::<Vec<_>>()))
}

/// A part of a slice, kept where the engine's arithmetic cannot overflow.
fn bounded(value: &Value) -> Value {
    let value = value::plain(value);
    match value.is_integer().then(|| i128::try_from(value.clone()).ok()).flatten() {
        Some(number) => Value::from(number.clamp(-i128::from(LARGEST_BOUND), i128::from(LARGEST_BOUND))),
        None => value,
    }
}

/// As `plain`, and pays for a comparison with everything that is inside: the engine charges for the outermost level.
fn weighed(state: &State, value: &Value) -> Result<Value, Error> {
    pay_for_comparing(state, value, 0)?;
    plain(state, value)
}

fn pay_for_comparing(state: &State, value: &Value, depth: usize) -> Result<(), Error> {
    if let Some(weight) = value::node_weight(value) {
        return state.consume_fuel(fuel(weight, JSON_BYTES_PER_FUEL));
    }
    if !value::holds_values(value) || depth > value::DEEPEST_VALUE {
        return Ok(());
    }
    let is_map = value.kind() == ValueKind::Map;
    for item in value.try_iter()?.checked() {
        let item = item?;
        state.consume_fuel(1)?;
        pay_for_comparing(state, &if is_map { value.get_item(&item)? } else { item }, depth + 1)?;
    }
    Ok(())
}

/// `[first, operator, next, operator, next…]`, each compared with the one before it.
fn order(state: &mut State, args: Rest<Value>) -> Result<bool, Error> {
    let [first, rest @ ..] = args.as_slice() else { return Err(Error::from(ErrorKind::MissingArgument)) };
    let mut left = first;
    for pair in rest.chunks_exact(2) {
        if !compare(state, left, pair[0].as_str().unwrap_or_default(), &pair[1])? {
            return Ok(false);
        }
        left = &pair[1];
    }
    Ok(true)
}

fn compare(state: &mut State, left: &Value, operator: &str, right: &Value) -> Result<bool, Error> {
    let (kind, other) = (left.kind(), right.kind());
    if let Some(kind) = [kind, other].into_iter().find(|kind| *kind == ValueKind::Undefined) {
        return Err(Error::new(ErrorKind::UndefinedError, format!("{kind} cannot be compared")));
    }
    if matches!(operator, "==" | "!=" | "in") && left.as_object().is_some() {
        pay_for_comparing(state, left, 0)?;
        pay_for_comparing(state, right, 0)?;
    }
    let length = left.as_str().map_or(0, str::len).min(right.as_str().map_or(0, str::len));
    state.consume_fuel(fuel(length, BYTES_PER_FUEL))?;
    match operator {
        "==" => return Ok(left == right),
        "!=" => return Ok(left != right),
        "in" => return state.perform_test("in", &[left.clone(), right.clone()]),
        // What a skipped step leaves is neither more nor less than a number.
        _ if kind != other && (left.as_str() == Some("") || right.as_str() == Some("")) => return Ok(false),
        _ if kind != other => {
            return Err(invalid(format!(
                "`{operator}` cannot compare a {kind} with a {other}; turn a text into a number with `| float`"
            )));
        }
        _ => {}
    }
    if !matches!(kind, ValueKind::Number | ValueKind::String | ValueKind::Bool | ValueKind::None) {
        return Err(invalid(format!("`{operator}` cannot compare a {kind} with another here")));
    }
    Ok(match operator {
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        _ => left >= right,
    })
}

fn fuel(count: usize, per_fuel: usize) -> u64 {
    u64::try_from(count / per_fuel).unwrap_or(u64::MAX)
}

fn shown(state: &State, value: &Value) -> Result<Value, Error> {
    if value.as_str().is_some() || value.is_undefined() {
        return Ok(value.clone());
    }
    let text = value::shown(value)?;
    state.consume_fuel(fuel(text.len(), JSON_BYTES_PER_FUEL))?;
    Ok(Value::from(text))
}

/// What `format` is given: numbers as numbers, everything else as it is shown.
fn formatted(state: &State, value: &Value) -> Result<Value, Error> {
    let number = value::plain(value);
    if number.kind() == ValueKind::Number { Ok(number) } else { shown(state, value) }
}

fn tojson(state: &State, value: &Value, indent: Option<usize>, kwargs: Kwargs) -> Result<Value, Error> {
    let indent = indent.or(kwargs.get::<Option<usize>>("indent")?);
    kwargs.assert_all_used()?;
    if value.is_undefined() {
        return Err(invalid("a value that is missing cannot be written as JSON"));
    }
    let mut text = String::new();
    match value.as_str() {
        Some(string) => text.push_str(&serde_json::Value::from(string).to_string()),
        None => value::write_json(&mut text, value, 0)?,
    }
    state.consume_fuel(fuel(text.len(), JSON_BYTES_PER_FUEL))?;
    match indent {
        None => Ok(Value::from(text)),
        Some(width) if width <= 16 => {
            // Indentation grows with depth: at most this many spaces stand before a value.
            let values = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() * 2;
            state.consume_fuel(fuel(values.saturating_mul(width * 8), BYTES_PER_FUEL))?;
            indented(&text, width).map(Value::from)
        }
        Some(_) => Err(invalid("tojson indents by at most 16")),
    }
}

fn indented(json: &str, width: usize) -> Result<String, Error> {
    use serde::Serialize as _;
    let failed = |error: serde_json::Error| invalid(format!("this value cannot be written as JSON: {error}"));
    let value: serde_json::Value = serde_json::from_str(json).map_err(failed)?;
    let indent = " ".repeat(width);
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut out = Vec::new();
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter)).map_err(failed)?;
    String::from_utf8(out).map_err(|_| invalid("this value cannot be written as JSON"))
}

fn join(
    state: &State,
    list: &Value,
    joiner: Option<Cow<'_, str>>,
    attribute: Option<Cow<'_, str>>,
    kwargs: Kwargs,
) -> Result<Value, Error> {
    let joiner = joiner.or(kwargs.get::<Option<Cow<'_, str>>>("d")?).unwrap_or_default();
    let attribute = attribute.or(kwargs.get::<Option<Cow<'_, str>>>("attribute")?);
    kwargs.assert_all_used()?;
    if list.as_str().is_some() || list.is_undefined() {
        return Err(invalid("only a list can be joined"));
    }
    let mut out = String::new();
    for (index, item) in list.try_iter()?.checked().enumerate() {
        let mut item = item?;
        for key in attribute.iter().flat_map(|attribute| attribute.split('.')) {
            item = match key.parse::<usize>() {
                Ok(index) => item.get_item_by_index(index)?,
                Err(_) => item.get_attr(key)?,
            };
        }
        let text = match item.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(value::shown(&item)?),
        };
        state.consume_fuel(1 + fuel(text.len() + joiner.len(), BYTES_PER_FUEL))?;
        if index > 0 {
            out.push_str(&joiner);
        }
        out.push_str(&text);
    }
    Ok(Value::from(out))
}

fn range(lower: i64, upper: Option<i64>, step: Option<i64>) -> Result<Value, Error> {
    let bound = |value: i64| {
        if value.unsigned_abs() > LARGEST_BOUND.unsigned_abs() {
            return Err(invalid("a bound of this range is too large"));
        }
        isize::try_from(value).map_err(|_| invalid("a bound of this range is too large"))
    };
    minijinja::functions::range(bound(lower)?, upper.map(bound).transpose()?, step.map(bound).transpose()?)
}

/// The methods of texts, and `includes` of lists.
fn method(state: &mut State, of: &Value, name: &str, args: &[Value]) -> Result<Value, Error> {
    let wanted = usize::from(matches!(name, "includes" | "startsWith" | "endsWith"));
    if !METHODS.contains(&name) {
        return Err(Error::from(ErrorKind::UnknownMethod));
    }
    if args.len() != wanted {
        return Err(invalid(format!("{name} takes {wanted} argument{}", if wanted == 1 { "" } else { "s" })));
    }
    if name == "includes" && matches!(of.kind(), ValueKind::Seq | ValueKind::Iterable) {
        let sought = value::plain(&args[0]);
        if sought.as_object().is_some() {
            pay_for_comparing(state, of, 0)?;
        }
        for item in of.try_iter()?.checked() {
            state.consume_fuel(1)?;
            if value::plain(&item?) == sought {
                return Ok(Value::from(true));
            }
        }
        return Ok(Value::from(false));
    }
    let Some(text) = of.as_str() else {
        return Err(invalid(format!("{name} is a method of texts, and this is a {}", of.kind())));
    };
    let sought = args.first().map(value::shown).transpose()?.unwrap_or_default();
    Ok(match name {
        "includes" => Value::from(text.contains(&sought)),
        "startsWith" => Value::from(text.starts_with(&sought)),
        "endsWith" => Value::from(text.ends_with(&sought)),
        "toLowerCase" => Value::from(text.to_lowercase()),
        "toUpperCase" => Value::from(text.to_uppercase()),
        _ => Value::from(text.trim()),
    })
}

/// Bounds what a variable holds: no huge text, nothing deep, nothing lazy, no namespace inside of another value.
///
/// Without it a loop could wrap a value into itself a hundred thousand times, and letting go of it would end the
/// process; or a namespace that holds itself would never be let go of.
fn settle(state: &State, value: &Value, into_namespace: bool) -> Result<Value, Error> {
    if value.as_str().is_some_and(|text| text.len() > RENDERED_BYTES) {
        return Err(invalid(format!("a variable cannot hold more than {} MiB of text", RENDERED_BYTES >> 20)));
    }
    settled(state, value, usize::from(into_namespace))
}

fn settled(state: &State, value: &Value, depth: usize) -> Result<Value, Error> {
    if !value::holds_values(value) {
        return Ok(value.clone());
    }
    if depth > DEEPEST_BUILT {
        return Err(invalid(format!("lists and maps can be nested {DEEPEST_BUILT} deep at most")));
    }
    let type_name = value.as_object().map_or("", |object| object.type_name());
    if type_name.ends_with("::Loop") {
        return Err(invalid("`loop` cannot be kept in a variable; keep what you need of it, as in `loop.index`"));
    }
    let is_namespace = type_name.ends_with("::Namespace");
    if is_namespace && depth > 0 {
        return Err(invalid("a namespace cannot be kept inside of another value"));
    }
    if value.kind() == ValueKind::Map {
        let mut map = IndexMap::new();
        for key in value.try_iter()?.checked() {
            let key = key?;
            let item = settled(state, &value.get_item(&key)?, depth + 1)?;
            map.insert(key, item);
        }
        state.consume_fuel(1 + fuel(map.len(), VALUES_PER_FUEL))?;
        return Ok(if is_namespace { value.clone() } else { Value::from_object::<IndexMap<Value, Value>>(map) });
    }
    let mut items = Vec::new();
    for item in value.try_iter()?.checked() {
        if items.len().is_multiple_of(VALUES_PER_FUEL) {
            state.consume_fuel(1)?;
        }
        items.push(settled(state, &item?, depth + 1)?);
    }
    Ok(if value.is_tuple() { Value::from(Tuple::from(items)) } else { Value::from(items) })
}
