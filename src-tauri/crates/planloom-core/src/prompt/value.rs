//! JSON as the template engine sees it, and values as the reader of a prompt sees them.
//!
//! A document is shared, not copied: a container is a handle on the whole document and the way to a place in it, and
//! only a text that is asked for is copied. Numbers keep their digits: one that the engine would print differently
//! (`1.10`, `1e+3`, forty digits) is an object that prints as written and turns into a number where it is calculated with.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind};
use serde_json::Value as Json;

/// Deepest nesting of a value that is written or kept.
pub(super) const DEEPEST_VALUE: usize = crate::limits::JSON_DEPTH + 8;

#[derive(Debug)]
enum Step {
    Key(Arc<str>),
    Index(usize),
}

#[derive(Debug)]
struct Link {
    parent: Option<Arc<Link>>,
    step: Step,
}

/// A list or a map inside a shared document.
#[derive(Debug)]
pub(super) struct Node {
    root: Arc<Json>,
    link: Option<Arc<Link>>,
    /// Its numbers are ordinary ones, to be calculated with.
    plain: bool,
}

fn follow<'j>(root: &'j Json, link: Option<&Link>) -> &'j Json {
    let Some(link) = link else { return root };
    let parent = follow(root, link.parent.as_deref());
    let child = match &link.step {
        Step::Key(key) => parent.get(key.as_ref()),
        Step::Index(index) => parent.get(index),
    };
    child.unwrap_or(&Json::Null)
}

impl Node {
    pub fn json(&self) -> &Json {
        follow(&self.root, self.link.as_deref())
    }

    fn child(&self, step: Step, json: &Json) -> Value {
        scalar(json, self.plain).unwrap_or_else(|| {
            let link = Link { parent: self.link.clone(), step };
            Value::from_object(Node { root: self.root.clone(), link: Some(Arc::new(link)), plain: self.plain })
        })
    }

    fn plain(&self) -> Value {
        Value::from_object(Node { root: self.root.clone(), link: self.link.clone(), plain: true })
    }
}

impl Object for Node {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        if self.json().is_array() { ObjectRepr::Seq } else { ObjectRepr::Map }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match self.json() {
            Json::Object(map) => {
                let key = key.as_str()?;
                map.get(key).map(|json| self.child(Step::Key(Arc::from(key)), json))
            }
            Json::Array(items) => {
                let index = position(key, items.len())?;
                items.get(index).map(|json| self.child(Step::Index(index), json))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.json() {
            // One after the other as they are asked for: a map with a million keys costs nothing until then.
            Json::Object(_) => self.mapped_enumerator(|node| {
                let keys = node.json().as_object().into_iter().flat_map(serde_json::Map::keys);
                Box::new(keys.map(|key| Value::from(key.as_str())))
            }),
            Json::Array(items) => Enumerator::Seq(items.len()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Enumerator::Empty,
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(match self.json() {
            Json::Object(map) => map.len(),
            Json::Array(items) => items.len(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.json())
    }
}

/// A list's place for an index, where a negative one counts from the end.
pub(super) fn position(key: &Value, length: usize) -> Option<usize> {
    let index = key.as_i64()?;
    if index < 0 {
        length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
    } else {
        usize::try_from(index).ok()
    }
}

/// The value at a path of a document, or none when something on the way is missing.
pub(super) fn at(root: &Arc<Json>, path: &[super::Segment]) -> Result<Value, usize> {
    let mut json: &Json = root;
    let mut link = None;
    for (depth, segment) in path.iter().enumerate() {
        let (child, step) = match (segment, json) {
            (super::Segment::Key(key), Json::Object(map)) => (map.get(key), Step::Key(Arc::from(key.as_str()))),
            (super::Segment::Index(index), Json::Array(items)) => {
                let index = position(&Value::from(*index), items.len()).unwrap_or(usize::MAX);
                (items.get(index), Step::Index(index))
            }
            _ => return Err(depth),
        };
        json = child.ok_or(depth)?;
        link = Some(Arc::new(Link { parent: link, step }));
    }
    Ok(scalar(json, false).unwrap_or_else(|| Value::from_object(Node { root: root.clone(), link, plain: false })))
}

fn scalar(json: &Json, plain: bool) -> Option<Value> {
    Some(match json {
        Json::Null => Value::from(()),
        Json::Bool(value) => Value::from(*value),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => {
            let text = number.as_str();
            let value = number_value(text);
            if plain || value.to_string() == text { value } else { Value::from_object(Written(Arc::from(text))) }
        }
        Json::Array(_) | Json::Object(_) => return None,
    })
}

fn number_value(text: &str) -> Value {
    if let Ok(value) = text.parse::<i64>() {
        Value::from(value)
    } else if let Ok(value) = text.parse::<i128>() {
        Value::from(value)
    } else if let Ok(value) = text.parse::<u128>() {
        Value::from(value)
    } else {
        Value::from(text.parse::<f64>().unwrap_or(f64::NAN))
    }
}

/// A number that prints as it was written.
#[derive(Debug)]
pub(super) struct Written(Arc<str>);

impl Object for Written {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        number_value(&self.0).is_true()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands for a list or a map in the output of a skipped step: nothing, however deep one looks.
#[derive(Debug)]
pub(super) struct Skipped;

impl Object for Skipped {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, _key: &Value) -> Option<Value> {
        Some(Value::from_object(Skipped))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn render(self: &Arc<Self>, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// The value to calculate with and to compare: written numbers become ordinary ones.
pub(super) fn plain(value: &Value) -> Value {
    if let Some(written) = value.downcast_object_ref::<Written>() {
        number_value(&written.0)
    } else if let Some(node) = value.downcast_object_ref::<Node>() {
        node.plain()
    } else {
        value.clone()
    }
}

/// Whether a value contains further values that are the engine's own, not those of a document.
pub(super) fn holds_values(value: &Value) -> bool {
    matches!(value.kind(), ValueKind::Seq | ValueKind::Map | ValueKind::Iterable)
        && value.downcast_object_ref::<Node>().is_none()
        && value.downcast_object_ref::<Skipped>().is_none()
}

/// Writes a value as a prompt shows it: strings verbatim, everything else as compact JSON.
pub(super) fn write_shown(out: &mut dyn fmt::Write, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) => out.write_str(text).map_err(Error::from),
        None if value.is_undefined() || value.downcast_object_ref::<Skipped>().is_some() => Ok(()),
        None => write_json(out, value, 0),
    }
}

/// The text of a value, as [`write_shown`] writes it.
pub(super) fn shown(value: &Value) -> Result<String, Error> {
    let mut out = String::new();
    write_shown(&mut out, value)?;
    Ok(out)
}

pub(super) fn write_json(out: &mut dyn fmt::Write, value: &Value, depth: usize) -> Result<(), Error> {
    if depth > DEEPEST_VALUE {
        return Err(Error::new(ErrorKind::InvalidOperation, "this value is nested too deeply to be written"));
    }
    if let Some(node) = value.downcast_object_ref::<Node>() {
        return write!(out, "{}", node.json()).map_err(Error::from);
    }
    if let Some(written) = value.downcast_object_ref::<Written>() {
        return out.write_str(&written.0).map_err(Error::from);
    }
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => out.write_str("null")?,
        ValueKind::Bool => out.write_str(if value.is_true() { "true" } else { "false" })?,
        ValueKind::Number => write_number(out, value)?,
        ValueKind::Seq | ValueKind::Iterable => {
            out.write_char('[')?;
            for (index, item) in value.try_iter()?.checked().enumerate() {
                if index > 0 {
                    out.write_char(',')?;
                }
                write_json(out, &item?, depth + 1)?;
            }
            out.write_char(']')?;
        }
        ValueKind::Map => {
            out.write_char('{')?;
            for (index, key) in value.try_iter()?.checked().enumerate() {
                if index > 0 {
                    out.write_char(',')?;
                }
                let key = key?;
                write!(out, "{}:", Json::String(shown(&key)?))?;
                write_json(out, &value.get_item(&key)?, depth + 1)?;
            }
            out.write_char('}')?;
        }
        ValueKind::String | ValueKind::Bytes | ValueKind::Plain => {
            write!(out, "{}", Json::String(value.to_string()))?;
        }
        _ => return Err(Error::new(ErrorKind::InvalidOperation, "this value cannot be written")),
    }
    Ok(())
}

/// JSON has no word for what is not finite, but a reader of text does.
fn write_number(out: &mut dyn fmt::Write, value: &Value) -> fmt::Result {
    write!(out, "{value}")
}

/// About how many bytes a list or a map of a document takes as text; none for any other value.
pub(super) fn node_weight(value: &Value) -> Option<usize> {
    value.downcast_object_ref::<Node>().map(|node| weight(node.json(), usize::MAX))
}

/// About how many bytes a document takes as text, counted no further than `enough`.
pub(super) fn weight(json: &Json, enough: usize) -> usize {
    let mut sum: usize = 0;
    let mut pending = vec![json];
    while let Some(json) = pending.pop() {
        if sum >= enough {
            return enough;
        }
        sum += match json {
            Json::Null | Json::Bool(_) => 4,
            Json::Number(number) => number.as_str().len(),
            Json::String(text) => text.len() + 2,
            Json::Array(items) => {
                pending.extend(items);
                items.len() + 2
            }
            Json::Object(map) => {
                pending.extend(map.values());
                map.keys().map(|key| key.len() + 4).sum::<usize>() + 2
            }
        };
    }
    sum.min(enough)
}
