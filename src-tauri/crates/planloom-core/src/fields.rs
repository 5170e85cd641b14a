//! Strict reading of JSON objects from outside: every field is asked for by name, everything that is
//! wrong is collected, and what nobody asked for is reported with the nearest name that exists.
//!
//! It knows JSON and ranges, not what the fields mean.
//!
//! ```
//! use planloom_core::check::Problems;
//! use planloom_core::fields::Reader;
//!
//! let body = serde_json::json!({"comment": "fine", "undoMS": 5});
//! let mut problems = Problems::default();
//! if let Some(mut reader) = Reader::object(&body, "", &mut problems) {
//!     assert_eq!(reader.optional_text("comment", 0..=1_000), Some("fine"));
//!     assert_eq!(reader.optional_u64("undoMs", 0..=30_000), None);
//!     reader.finish();
//! }
//! assert_eq!(problems.into_sorted()[0].message, "There is no field `undoMS`; did you mean `undoMs`?");
//! ```

use std::ops::RangeInclusive;

use serde_json::{Map, Number, Value};

use crate::check::{Fix, Problem, Problems, element, member, pointer_token, quote};

/// What an object says about one field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given<T> {
    /// The field is not there.
    Absent,
    /// The field is `null`.
    Null,
    Value(T),
}

impl<T> Given<T> {
    /// `None` when absent and when `null`.
    pub fn value(self) -> Option<T> {
        match self {
            Given::Absent | Given::Null => None,
            Given::Value(value) => Some(value),
        }
    }
}

/// Reads the fields of one object. Ask for every field, then call [`Reader::finish`].
///
/// A field that is wrong is reported and reads as absent. `null` is the same as absent, except through
/// [`Reader::null_or`].
#[must_use = "call finish, or unknown fields go unnoticed"]
#[derive(Debug)]
pub struct Reader<'v, 'p> {
    object: &'v Map<String, Value>,
    path: String,
    pointer: String,
    step_id: String,
    known: Vec<&'static str>,
    ignored: &'static [&'static str],
    problems: &'p mut Problems,
}

impl<'v, 'p> Reader<'v, 'p> {
    /// A reader over `value`, which stands at `path` (`""` for the whole document); `None`, and a problem,
    /// when it is no object.
    pub fn object(value: &'v Value, path: &str, problems: &'p mut Problems) -> Option<Reader<'v, 'p>> {
        Reader::object_at(value, path, "", problems)
    }

    /// The same for a value that stands at `pointer` (RFC 6901) in the document that fixes are applied to.
    pub fn object_at(
        value: &'v Value,
        path: &str,
        pointer: &str,
        problems: &'p mut Problems,
    ) -> Option<Reader<'v, 'p>> {
        let Value::Object(object) = value else {
            problems.push(wrong_type(path, "an object", value));
            return None;
        };
        Some(Reader {
            object,
            path: path.to_owned(),
            pointer: pointer.to_owned(),
            step_id: String::new(),
            known: Vec::new(),
            ignored: &[],
            problems,
        })
    }

    /// The problems found from here on name this step.
    pub fn set_step(&mut self, step_id: &str) {
        step_id.clone_into(&mut self.step_id);
    }

    /// Where the field `name` stands, as problems write it.
    pub fn path_of(&self, name: &str) -> String {
        member(&self.path, name)
    }

    /// Where the field `name` stands, as a JSON Pointer.
    pub fn pointer_of(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, pointer_token(name))
    }

    /// Reports a problem that the caller found in this object.
    pub fn report(&mut self, problem: Problem) {
        let problem = match problem.step_id {
            None => problem.in_step(&self.step_id),
            Some(_) => problem,
        };
        self.problems.push(problem);
    }

    /// Fields that may be there and mean nothing here.
    pub fn ignore(&mut self, names: &'static [&'static str]) {
        self.ignored = names;
    }

    /// The field as it is; for three-valued fields, where `null` says something else than nothing.
    pub fn null_or(&mut self, name: &'static str) -> Given<&'v Value> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        match self.object.get(name) {
            None => Given::Absent,
            Some(Value::Null) => Given::Null,
            Some(value) => Given::Value(value),
        }
    }

    /// Any value; `null` reads as absent.
    pub fn optional_value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.null_or(name).value()
    }

    /// Any value; one that is missing or `null` is a problem.
    pub fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        let given = self.null_or(name);
        if given.value().is_none() {
            let path = self.path_of(name);
            let what = if given == Given::Null { "is null" } else { "is missing" };
            let message = format!("{} {what}; it is required.", quote(&path));
            self.report(Problem::invalid(path, "required", message));
        }
        given.value()
    }

    /// A required string whose length in characters is in `chars`.
    pub fn text(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> Option<&'v str> {
        let value = self.value(name)?;
        self.read_text(name, value, &chars)
    }

    /// An optional string whose length in characters is in `chars`.
    pub fn optional_text(&mut self, name: &'static str, chars: RangeInclusive<usize>) -> Option<&'v str> {
        let value = self.optional_value(name)?;
        self.read_text(name, value, &chars)
    }

    fn read_text(&mut self, name: &str, value: &'v Value, chars: &RangeInclusive<usize>) -> Option<&'v str> {
        let path = self.path_of(name);
        match text_of(&path, value, chars) {
            Ok(text) => Some(text),
            Err(problem) => {
                self.report(*problem);
                None
            }
        }
    }

    /// A required string of any length.
    pub fn string(&mut self, name: &'static str) -> Option<&'v str> {
        self.text(name, 0..=usize::MAX)
    }

    /// An optional string of any length.
    pub fn optional_string(&mut self, name: &'static str) -> Option<&'v str> {
        self.optional_text(name, 0..=usize::MAX)
    }

    /// An optional whole number in `range`. `3.0` and `3e0` are whole.
    pub fn optional_u64(&mut self, name: &'static str, range: RangeInclusive<u64>) -> Option<u64> {
        let value = self.optional_value(name)?;
        let path = self.path_of(name);
        match whole_of(&path, value, &range) {
            Ok(number) => Some(number),
            Err(problem) => {
                self.report(*problem);
                None
            }
        }
    }

    /// An optional whole number in `range`.
    pub fn optional_u32(&mut self, name: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let wide = u64::from(*range.start())..=u64::from(*range.end());
        self.optional_u64(name, wide).and_then(|number| u32::try_from(number).ok())
    }

    /// An optional number in `range`.
    pub fn optional_f64(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let value = self.optional_value(name)?;
        let path = self.path_of(name);
        match number_of(&path, value, &range) {
            Ok(number) => Some(number),
            Err(problem) => {
                self.report(*problem);
                None
            }
        }
    }

    pub fn optional_bool(&mut self, name: &'static str) -> Option<bool> {
        let value = self.optional_value(name)?;
        let Value::Bool(truth) = value else {
            let problem = wrong_type(&self.path_of(name), "true or false", value);
            self.report(problem);
            return None;
        };
        Some(*truth)
    }

    /// An optional array with a number of elements in `count`.
    pub fn optional_array(&mut self, name: &'static str, count: RangeInclusive<usize>) -> Option<&'v [Value]> {
        let value = self.optional_value(name)?;
        let path = self.path_of(name);
        let Value::Array(items) = value else {
            self.report(wrong_type(&path, "an array", value));
            return None;
        };
        if let Some(problem) = wrong_size(&path, "elements", ("minItems", "maxItems"), items.len(), &count) {
            self.report(problem);
            return None;
        }
        Some(items)
    }

    /// An optional array of strings. An element that is wrong is reported and reads as the empty string, so
    /// that the others keep their places.
    pub fn optional_texts(
        &mut self,
        name: &'static str,
        count: RangeInclusive<usize>,
        chars: RangeInclusive<usize>,
    ) -> Option<Vec<&'v str>> {
        let items = self.optional_array(name, count)?;
        let path = self.path_of(name);
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.as_str() {
                Some(text) if chars == (0..=usize::MAX) => texts.push(text),
                _ => texts.push(text_of(&element(&path, index), item, &chars).unwrap_or_else(|problem| {
                    self.report(*problem);
                    ""
                })),
            }
        }
        Some(texts)
    }

    /// An optional string that is one of a few words.
    pub fn optional_choice<T: Copy>(&mut self, name: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let value = self.optional_value(name)?;
        let (path, pointer) = (self.path_of(name), self.pointer_of(name));
        self.choice(value, &path, &pointer, choices)
    }

    /// An optional array of strings, each one of a few words; double ones are read once.
    pub fn optional_choices<T: Copy + PartialEq>(
        &mut self,
        name: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<Vec<T>> {
        let items = self.optional_array(name, 0..=usize::MAX)?;
        let (path, pointer) = (self.path_of(name), self.pointer_of(name));
        let mut chosen = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let choice = self.choice(item, &element(&path, index), &format!("{pointer}/{index}"), choices);
            if let Some(choice) = choice.filter(|choice| !chosen.contains(choice)) {
                chosen.push(choice);
            }
        }
        Some(chosen)
    }

    fn choice<T: Copy>(
        &mut self,
        value: &Value,
        path: &str,
        pointer: &str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let Value::String(text) = value else {
            self.report(wrong_type(path, "a string", value));
            return None;
        };
        let found = choices.iter().find(|(word, _)| word == text);
        if found.is_none() {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
            let nearest = self.problems.nearest(text, choices.iter().map(|(word, _)| *word));
            let message = format!("{} is {}; it must be one of {}.", quote(path), quote(text), words.join(", "));
            let fix = nearest.map(|word| Fix::replace(format!("Change it to `{word}`"), pointer, word));
            self.report(Problem::invalid(path, "enum", message).with_fix(fix));
        }
        found.map(|(_, choice)| *choice)
    }

    /// A reader over an optional object inside this one.
    pub fn optional_object(&mut self, name: &'static str) -> Option<Reader<'v, '_>> {
        let value = self.optional_value(name)?;
        let path = self.path_of(name);
        let pointer = self.pointer_of(name);
        let Value::Object(object) = value else {
            self.report(wrong_type(&path, "an object", value));
            return None;
        };
        Some(Reader {
            object,
            path,
            pointer,
            step_id: self.step_id.clone(),
            known: Vec::new(),
            ignored: &[],
            problems: self.problems,
        })
    }

    /// Lends the collector, for values that the caller reads with readers of their own.
    pub fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// Reports each field that was not asked for.
    pub fn finish(self) {
        for name in self.object.keys() {
            if self.known.contains(&name.as_str()) || self.ignored.contains(&name.as_str()) {
                continue;
            }
            let path = member(&self.path, name);
            let nearest = self.problems.nearest(name, self.known.iter().copied());
            let message = match nearest {
                Some(nearest) => format!("There is no field {}; did you mean `{nearest}`?", quote(&path)),
                None if self.known.is_empty() => format!("There is no field {}; remove it.", quote(&path)),
                None => format!("There is no field {}; the fields are {}.", quote(&path), self.known.join(", ")),
            };
            let from = format!("{}/{}", self.pointer, pointer_token(name));
            let fix = match nearest {
                Some(nearest) if !self.object.contains_key(nearest) => {
                    Fix::rename(format!("Rename it to `{nearest}`"), from, format!("{}/{nearest}", self.pointer))
                }
                Some(_) | None => Fix::remove(format!("Remove {}", quote(name)), from),
            };
            self.problems
                .push(Problem::invalid(path, "unknownField", message).in_step(&self.step_id).with_fix(Some(fix)));
        }
    }
}

/// What a value is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The problem of a value of the wrong type.
pub fn wrong_type(path: &str, expected: &str, value: &Value) -> Problem {
    let subject = if path.is_empty() { "The body".to_owned() } else { quote(path) };
    Problem::invalid(path, "type", format!("{subject} must be {expected}; it is {}.", kind(value)))
}

fn wrong_size(
    path: &str,
    unit: &str,
    rules: (&str, &str),
    size: usize,
    range: &RangeInclusive<usize>,
) -> Option<Problem> {
    let (least, most) = (*range.start(), *range.end());
    let subject = quote(path);
    if size < least {
        let message = match (size, unit) {
            (0, _) => format!("{subject} must not be empty."),
            _ => format!("{subject} has {size} {unit}; at least {least} are needed."),
        };
        return Some(Problem::invalid(path, rules.0, message));
    }
    (size > most).then(|| {
        let message = format!("{subject} has {size} {unit}; at most {most} are allowed.");
        Problem::invalid(path, rules.1, message)
    })
}

/// A string whose length in characters is in `chars`.
pub fn text_of<'v>(path: &str, value: &'v Value, chars: &RangeInclusive<usize>) -> Result<&'v str, Box<Problem>> {
    let Value::String(text) = value else { return Err(Box::new(wrong_type(path, "a string", value))) };
    let count = if *chars.end() < text.len() || *chars.start() > 0 { text.chars().count() } else { text.len() };
    match wrong_size(path, "characters", ("minLength", "maxLength"), count, chars) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(text),
    }
}

/// A whole number in `range`.
pub fn whole_of(path: &str, value: &Value, range: &RangeInclusive<u64>) -> Result<u64, Box<Problem>> {
    let (least, most) = (*range.start(), *range.end());
    let Value::Number(number) = value else {
        return Err(Box::new(wrong_type(path, "a whole number", value)));
    };
    let whole = whole(number);
    if let Some(whole) = whole.filter(|whole| range.contains(whole)) {
        return Ok(whole);
    }
    let below = number.as_f64().is_some_and(|number| number < least as f64);
    let fraction = number.as_f64().is_none_or(|number| number.fract() != 0.0);
    let rule = match (whole, fraction, below) {
        (None, true, false) => "type",
        (_, _, true) => "minimum",
        (_, _, false) => "maximum",
    };
    let message =
        format!("{} must be a whole number from {least} to {most}; it is {}.", quote(path), quote(&number.to_string()));
    Err(Box::new(Problem::invalid(path, rule, message)))
}

fn whole(number: &Number) -> Option<u64> {
    /// From here on a binary fraction does not tell whole numbers apart.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_u64().or_else(|| {
        let value = number.as_f64()?;
        ((0.0..EXACT).contains(&value) && value.fract() == 0.0).then_some(value as u64)
    })
}

/// A number in `range`.
pub fn number_of(path: &str, value: &Value, range: &RangeInclusive<f64>) -> Result<f64, Box<Problem>> {
    let Value::Number(number) = value else { return Err(Box::new(wrong_type(path, "a number", value))) };
    let read = number.as_f64().filter(|number| range.contains(number));
    read.ok_or_else(|| {
        let rule = if number.to_string().starts_with('-') { "minimum" } else { "maximum" };
        let (least, most) = (range.start(), range.end());
        let shown = quote(&number.to_string());
        let message = format!("{} must be from {least} to {most}; it is {shown}.", quote(path));
        Box::new(Problem::invalid(path, rule, message))
    })
}
