//! Runs a compiled template over the data of one task, within bounds.
//!
//! minijinja charges fuel for every instruction and for every byte that it makes, so fuel bounds time and memory
//! alike; the formatter bounds the text on top, and `filters` bounds what a variable keeps. Fuel grows with the data
//! that the template refers to, up to a ceiling.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use minijinja::machinery::{CodeGenerator, ast, eval, make_string_output};
use minijinja::value::{Object, ObjectRepr};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};

use super::filters::{self, Cause};
use super::lower::REFERENCE;
use super::references::{Reference, Root};
use super::syntax::NAME;
use super::{Scope, Segment, StepScope, lexis, value};
use crate::limits::RENDERED_BYTES;

/// What every template may use; one unit pays for one instruction or 64 bytes. It lets any template of ordinary
/// size write the largest prompt, and stops one that only spins within a fraction of a second.
const BASE_FUEL: u64 = 2_000_000;
/// The data that counts towards more fuel, one unit for each byte.
const COUNTED_BYTES: usize = 8 << 20;
/// What the formatter writes at most, captured blocks included, before the exact bound is checked at the end.
const FORMATTED_BYTES: usize = 2 * RENDERED_BYTES;

/// Why a template could not be rendered.
pub(super) struct Stopped {
    pub too_large: bool,
    pub message: String,
    pub offset: Option<usize>,
    /// The line in the author's text, where that is all there is.
    pub line: Option<u32>,
}

/// The environment that all templates share; a clone of it is a few reference counts.
fn environment() -> &'static Environment<'static> {
    static SHARED: OnceLock<Environment<'static>> = OnceLock::new();
    SHARED.get_or_init(|| {
        let mut env = Environment::new();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| AutoEscape::None);
        env.set_formatter(format);
        filters::install(&mut env);
        env
    })
}

/// The bytes that the formatter may still write.
struct Left(usize);

struct Bounded<'o, 'w> {
    out: &'o mut Output<'w>,
    left: usize,
}

impl fmt::Write for Bounded<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(fmt::Error)?;
        self.out.write_str(text)
    }
}

fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let left = state.get_or_insert_extension_with(|| Left(FORMATTED_BYTES)).0;
    let mut bounded = Bounded { out, left };
    value::write_shown(&mut bounded, value).map_err(|error| {
        let too_large = error.kind() == ErrorKind::WriteFailure;
        if too_large { error.with_source(Cause::TooLarge) } else { error }
    })?;
    let left = bounded.left;
    state.get_or_insert_extension_with(|| Left(left)).0 = left;
    Ok(())
}

/// The root of all names: it answers one name only, with the function that finds references.
#[derive(Debug)]
struct Data {
    input: Arc<serde_json::Value>,
    /// The steps that are referred to.
    steps: HashMap<String, StepScope>,
    references: Arc<[Reference]>,
}

impl Object for Data {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some(REFERENCE)).then(|| Value::from_dyn_object(self.clone()))
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let reference = args.first().and_then(Value::as_usize).and_then(|number| self.references.get(number));
        let reference = reference.ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
        self.find(state, reference)
    }
}

impl Data {
    fn find(&self, state: &State, reference: &Reference) -> Result<Value, Error> {
        match &reference.root {
            Root::Input => self.in_json(state, &self.input, reference),
            Root::Step(id) => match self.steps.get(id) {
                None => Err(filters::missing(
                    format!("The step `{id}` has no output here. Add it to `dependsOn`."),
                    reference.offset,
                )),
                Some(step) if step.skipped && reference.ends_in_length() => Ok(Value::from(0)),
                Some(step) if step.skipped && reference.as_json => Ok(Value::from_object(value::Skipped)),
                Some(step) if step.skipped => Ok(Value::from("")),
                Some(step) => self.in_output(state, id, step, reference),
            },
        }
    }

    fn in_output(&self, state: &State, id: &str, step: &StepScope, reference: &Reference) -> Result<Value, Error> {
        let text = || Value::from(step.output.clone());
        let is_length = matches!(&reference.path[..], [Segment::Key(key)] if key == "length");
        match &step.output_json {
            None if reference.path.is_empty() => Ok(text()),
            None if is_length => filters::characters(state, &step.output),
            None if reference.lenient => Ok(Value::UNDEFINED),
            None => Err(filters::missing(
                format!(
                    "`{}` has no value: the output of `{id}` is text without fields. Give that step an outputSchema.",
                    reference.shown(usize::MAX)
                ),
                reference.offset,
            )),
            Some(json) if reference.path.is_empty() && reference.as_json && (json.is_array() || json.is_object()) => {
                self.in_json(state, json, reference)
            }
            Some(_) if reference.path.is_empty() => Ok(text()),
            Some(json) if is_length && json.get("length").is_none() && !json.is_array() => {
                filters::characters(state, &step.output)
            }
            Some(json) => self.in_json(state, json, reference),
        }
    }

    fn in_json(&self, state: &State, json: &Arc<serde_json::Value>, reference: &Reference) -> Result<Value, Error> {
        let path = &reference.path[..];
        let depth = match value::at(json, path) {
            Ok(found) => return Ok(found),
            Err(depth) => depth,
        };
        if let [before @ .., Segment::Key(last)] = path
            && last == "length"
            && depth == before.len()
            && let Ok(of) = value::at(json, before)
            && let Some(length) = filters::length(state, &of)?
        {
            return Ok(length);
        }
        if reference.lenient {
            return Ok(Value::UNDEFINED);
        }
        let mut message = format!("`{}` has no value.", reference.shown(depth + 1));
        if depth + 1 < path.len() {
            message = format!(
                "`{}` has no value, so `{}` cannot be read.",
                reference.shown(depth + 1),
                reference.shown(usize::MAX)
            );
        }
        message.push_str(" Use `default(…)` or `is defined` where it may be missing.");
        Err(filters::missing(message, reference.offset))
    }
}

fn fuel(scope: &Scope, references: &[Reference]) -> u64 {
    let mut steps = std::collections::HashSet::new();
    let mut input = false;
    let mut bytes = 0;
    for reference in references {
        if bytes >= COUNTED_BYTES {
            break;
        }
        let left = COUNTED_BYTES - bytes;
        bytes += match &reference.root {
            Root::Input if input => 0,
            Root::Input => {
                input = true;
                value::weight(&scope.input, left)
            }
            Root::Step(id) if steps.insert(id) => scope.steps.get(id).map_or(0, |step| step.output.len().min(left)),
            Root::Step(_) => 0,
        };
    }
    BASE_FUEL + u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn used_steps(scope: &Scope, references: &[Reference]) -> HashMap<String, StepScope> {
    let mut used = HashMap::new();
    for reference in references {
        if let Root::Step(id) = &reference.root
            && !used.contains_key(id)
            && let Some(step) = scope.steps.get(id)
        {
            used.insert(id.clone(), step.clone());
        }
    }
    used
}

/// What is run.
pub(super) enum Program<'t> {
    Template(ast::Stmt<'t>),
    Expression(ast::Expr<'t>),
}

/// Runs a program: the text it wrote, and the value of an expression.
pub(super) fn run(
    program: &Program<'_>,
    text: &str,
    references: Arc<[Reference]>,
    scope: &Scope,
) -> Result<(String, Option<Value>), Stopped> {
    let mut env = environment().clone();
    env.set_fuel(Some(fuel(scope, &references)));
    let data =
        Value::from_object(Data { input: scope.input.clone(), steps: used_steps(scope, &references), references });
    // The engine is not ours and the text is anybody's: should it panic, then this task fails and nothing else.
    let result = catch_unwind(AssertUnwindSafe(|| execute(&env, program, text, data)));
    match result {
        Ok(Ok((out, value))) if out.len() <= RENDERED_BYTES => Ok((out, value)),
        Ok(Ok(_)) => Err(too_large()),
        Ok(Err(error)) => Err(stopped(&error)),
        Err(_) => Err(Stopped {
            too_large: false,
            message: "The template engine failed on this text with this data.".to_owned(),
            offset: None,
            line: None,
        }),
    }
}

fn execute<'t>(
    env: &'t Environment<'t>,
    program: &Program<'t>,
    text: &'t str,
    data: Value,
) -> Result<(String, Option<Value>), Error> {
    let mut generator = CodeGenerator::new(NAME, text);
    match program {
        Program::Template(template) => generator.compile_stmt(template),
        Program::Expression(expr) => generator.compile_expr(expr),
    }
    let (instructions, blocks) = generator.finish();
    let mut out = String::new();
    let (value, _state) = eval(env, &instructions, data, &blocks, &mut make_string_output(&mut out), AutoEscape::None)?;
    Ok((out, value))
}

fn too_large() -> Stopped {
    Stopped {
        too_large: true,
        message: format!("The rendered text is larger than {} MiB. Insert less.", RENDERED_BYTES >> 20),
        offset: None,
        line: None,
    }
}

fn stopped(error: &Error) -> Stopped {
    let cause = cause(error);
    if cause == Some(Cause::TooLarge) {
        return too_large();
    }
    let message: Cow<'_, str> = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "This does more work than its data allows. Use fewer or shorter loops.".into(),
        (ErrorKind::UndefinedError, None) => "A value is missing here.".into(),
        (ErrorKind::UndefinedError, Some(detail)) if cause.is_some() => detail.into(),
        (kind, Some(detail)) => format!("This cannot be rendered: {kind}: {detail}.").into(),
        (kind, None) => format!("This cannot be rendered: {kind}.").into(),
    };
    Stopped {
        too_large: false,
        message: message.into_owned(),
        offset: match cause {
            Some(Cause::Missing { offset }) => Some(offset),
            Some(Cause::TooLarge) | None => None,
        },
        // Lines are the same in the author's text and in the rewritten one; the engine stops counting at 65,535.
        line: error.line().and_then(|line| u32::try_from(line).ok()).filter(|line| *line < u32::from(u16::MAX)),
    }
}

fn cause(error: &Error) -> Option<Cause> {
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(error) = next {
        if let Some(cause) = error.downcast_ref::<Cause>() {
            return Some(*cause);
        }
        next = error.source();
    }
    None
}

/// The author's line and column of where something stopped.
pub(super) fn position(source: &str, stopped: &Stopped) -> (Option<u32>, Option<u32>) {
    match stopped.offset {
        Some(offset) => {
            let place = lexis::lines_and_columns(source, &[offset])[0];
            (Some(place.0), Some(place.1))
        }
        None => (stopped.line, None),
    }
}
