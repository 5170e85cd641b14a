//! The template language of prompts and system prompts.
//!
//! A template is text with `{{ expression }}`, `{% statement %}` and `{# comment #}`: minijinja's language with `if`,
//! `for`, `set`, `with`, `filter` and `raw`, without a second template to include or extend, macros, or `debug`.
//!
//! **Names.** `input.key` is the execution's input, `step-id.output` what a step answered, `step-id.output.field` a field
//! of it when that step has an `outputSchema`; `steps["any-id"].output` is the same written out. Ids with a hyphen work as
//! written: in an expression the longest run of letters, digits, `_` and `-` is one name, so `{{ a-b }}` is the step
//! `a-b` and `{{ a - b }}` subtracts. Behind `input.` and `.output.` a hyphenated key is one key. A variable made
//! by `set`, `for` or `with` shadows a step of the same name.
//!
//! **Values.** Texts are inserted verbatim, everything else as compact JSON; null is `null`, and a number keeps the digits
//! with which it arrived until it is calculated with. `~`, `join`, `string` and `tojson` write the same JSON. Where
//! `for`, a computed key or a filter of lists goes through an output with an `outputSchema`, its JSON is meant, everywhere
//! else its text.
//! What is inserted is data and never evaluated. A final newline is kept; nothing is escaped.
//!
//! **Missing values.** What is missing is an error that names it. `default(…)` and `is defined` ask without an
//! error, and make an input optional: it is also optional where `if … is defined` guards its use. A plain
//! `{% if input.x %}` needs the input: a misspelt name must not read as false. All of a skipped step is empty.
//!
//! **Comparing.** `<`, `<=`, `>` and `>=` compare numbers with numbers and texts with texts; an answer is a text, so
//! `score.output | float > 0.8`. Between an empty text, which a skipped step leaves, and a number they are false.
//!
//! **Methods.** As in conditions: `includes, startsWith, endsWith, toLowerCase, toUpperCase, trim`, and `.length`, which
//! counts the characters of a text or the items of a list. A key called `length` comes first.
//!
//! **Bounds.** The source has at most 1 MiB, the rendered text 16 MiB. Fuel in proportion to the data bounds work and
//! memory, a variable holds at most 16 MiB of text and lists 32 deep, and expressions and blocks are nested only so
//! deep as recursion can follow. What exceeds a bound is an error.
//!
//! This module does not know plans: which step is upstream of which, and what a schema allows, is checked by the caller with
//! [`Template::steps`] and [`Template::inputs`].

mod edits;
mod filters;
mod lexis;
mod lower;
mod references;
mod render;
mod scan;
mod statements;
mod syntax;
mod value;
mod words;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use minijinja::machinery::{ast, parse, parse_expr};

use crate::failure::FailureCode;
use crate::limits::TEMPLATE_SOURCE_BYTES;
use references::{Names, Reference, Root};
use scan::{Found, Scanned};

/// How many problems of one text are reported.
const REPORTED: usize = 100;
/// For how many of them the nearest step is looked for, which goes through all ids.
const SUGGESTED: usize = 20;

/// The ids of all steps of a plan.
#[derive(Clone, Debug, Default)]
pub struct StepIds(HashSet<String>);

impl StepIds {
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }

    /// The id that is most like `name`, if one is like it at all.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.0.iter().map(String::as_str))
    }
}

impl<S: Into<String>> FromIterator<S> for StepIds {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> StepIds {
        StepIds(ids.into_iter().map(Into::into).collect())
    }
}

/// The candidate with the fewest changes from `name`, at most one for every three letters.
fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    candidates
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed * 4)
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// What kind of fault a template has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemCode {
    TemplateSyntax,
    UnknownReference,
    DynamicReference,
    PromptTooLarge,
}

/// A fault in a template, at its place in the author's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    pub code: ProblemCode,
    /// Says what is wrong and what to do.
    pub message: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// In bytes.
    pub offset: usize,
    /// A stable name of the rule that is broken.
    pub rule: &'static str,
}

/// One key of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Key(String),
    Index(i64),
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Segment::Key(key) => f.write_str(key),
            Segment::Index(index) => write!(f, "{index}"),
        }
    }
}

/// A use of a step's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReference {
    pub id: String,
    /// The keys behind `.output`, as far as they are fixed; empty for the whole text. A last `.length` is not one.
    pub path: Vec<String>,
    pub offset: usize,
    pub line: u32,
    pub column: u32,
}

/// A use of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputReference {
    /// The keys behind `input`, as far as they are fixed; empty for the whole input.
    pub path: Vec<String>,
    /// The text cannot be rendered without it.
    pub required: bool,
    pub offset: usize,
    pub line: u32,
    pub column: u32,
}

/// What a template is rendered with. Texts and documents are shared, not copied.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub input: Arc<serde_json::Value>,
    pub steps: HashMap<String, StepScope>,
}

/// What an ended step left.
#[derive(Clone, Debug)]
pub struct StepScope {
    pub output: Arc<str>,
    /// The output as JSON, for a step with an `outputSchema`.
    pub output_json: Option<Arc<serde_json::Value>>,
    pub skipped: bool,
}

/// Why a text could not be rendered, or a condition not be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct RenderError {
    pub code: FailureCode,
    pub message: String,
    /// In the author's text, where known.
    pub line: Option<u32>,
    pub column: Option<u32>,
}

/// A text that was read and found to be right; a clone shares it.
#[derive(Clone)]
pub(crate) struct Parsed(Arc<Contents>);

/// Places of a text that deserve a warning, each with the warning.
pub(crate) type Warned = Vec<(usize, String)>;

struct Contents {
    source: String,
    scanned: Scanned,
    references: Arc<[Reference]>,
    steps: Vec<StepReference>,
    inputs: Vec<InputReference>,
}

/// A parsed prompt; cheap to clone.
#[derive(Clone)]
pub struct Template(Parsed);

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Template").field(&self.0.source()).finish()
    }
}

impl Template {
    /// Reads a template, or says all that is wrong with it.
    pub fn parse(source: &str, step_ids: &StepIds) -> Result<Template, Vec<TemplateProblem>> {
        check_size(source, "template")?;
        let scanned = scan::template(source, step_ids);
        let mut found = syntax::check(source, &scanned);
        // What has a fault in its syntax is not parsed as a whole: it may be deeper than a parser can follow.
        let mut names = None;
        if found.is_empty() && scanned.problems.iter().all(|found| found.code != ProblemCode::TemplateSyntax) {
            match parse(&scanned.text, syntax::NAME, syntax::config()) {
                Err(error) if scanned.problems.is_empty() => found.push(syntax::whole_error(source, &error)),
                // A hyphenated name stands where none can; it is reported already.
                Err(_) => {}
                Ok(tree) => {
                    let mut read = Names::new(&scanned, Some(step_ids));
                    read.stmt(&tree, statements::Place::default());
                    names = Some((read.references, read.problems));
                }
            }
        }
        finish(source, scanned, found, names).map(Template)
    }

    /// Every use of a step's output, in the order of the text.
    pub fn steps(&self) -> &[StepReference] {
        self.0.steps()
    }

    /// Every use of an input, in the order of the text.
    pub fn inputs(&self) -> &[InputReference] {
        self.0.inputs()
    }

    /// The text for one task.
    pub fn render(&self, scope: &Scope) -> Result<String, RenderError> {
        let Contents { source, scanned, references, .. } = &*self.0.0;
        if scanned.tags.is_empty() && !source.contains("{#") && !source.contains("{%") {
            return Ok(source.clone());
        }
        let failed = |stopped: render::Stopped| self.0.error(&stopped, FailureCode::TemplateError);
        let tree = parse(&scanned.text, syntax::NAME, syntax::config()).map_err(|error| failed(unreadable(&error)))?;
        let lowered: ast::Stmt<'_> = Names::new(scanned, None).stmt(&tree, statements::Place::default());
        let program = render::Program::Template(lowered);
        let (text, _) = render::run(&program, &scanned.text, references.clone(), scope).map_err(failed)?;
        Ok(text)
    }
}

fn check_size(source: &str, what: &str) -> Result<(), Vec<TemplateProblem>> {
    if source.len() <= TEMPLATE_SOURCE_BYTES {
        return Ok(());
    }
    Err(vec![TemplateProblem {
        code: ProblemCode::PromptTooLarge,
        message: format!(
            "This {what} has {} bytes; {TEMPLATE_SOURCE_BYTES} are allowed. Give long texts as input.",
            source.len()
        ),
        line: 1,
        column: 1,
        offset: 0,
        rule: "source-size",
    }])
}

fn unreadable(error: &minijinja::Error) -> render::Stopped {
    let message = format!("This cannot be read any more: {error}.");
    render::Stopped { too_large: false, message, offset: None, line: None }
}

/// Puts what was read together, or all problems in the order of the text.
fn finish(
    source: &str,
    mut scanned: Scanned,
    mut found: Vec<Found>,
    names: Option<(Vec<Reference>, Vec<Found>)>,
) -> Result<Parsed, Vec<TemplateProblem>> {
    found.append(&mut scanned.problems);
    let (mut references, mut unknown) = names.unwrap_or_default();
    found.append(&mut unknown);
    if !found.is_empty() {
        return Err(problems(source, found));
    }
    let offsets: Vec<usize> = references.iter().map(|reference| reference.offset).collect();
    let places = lexis::lines_and_columns(source, &offsets);
    let (mut steps, mut inputs) = (Vec::new(), Vec::new());
    for (reference, (line, column)) in references.iter_mut().zip(places) {
        let (path, offset) = (reference.required_path(), reference.offset);
        match &reference.root {
            Root::Step(id) => steps.push(StepReference { id: id.clone(), path, offset, line, column }),
            Root::Input => {
                let required = !reference.optional;
                inputs.push(InputReference { path, required, offset, line, column });
            }
        }
    }
    steps.sort_by_key(|reference| reference.offset);
    inputs.sort_by_key(|reference| reference.offset);
    let references = references.into();
    Ok(Parsed(Arc::new(Contents { source: source.to_owned(), scanned, references, steps, inputs })))
}

fn problems(source: &str, mut found: Vec<Found>) -> Vec<TemplateProblem> {
    found.sort_by_key(|found| found.offset);
    found.dedup_by(|one, other| one.offset == other.offset && one.message == other.message);
    found.truncate(REPORTED);
    let offsets: Vec<usize> = found.iter().map(|found| found.offset).collect();
    let places = lexis::lines_and_columns(source, &offsets);
    found
        .into_iter()
        .zip(places)
        .map(|(Found { code, rule, message, offset }, (line, column))| TemplateProblem {
            code,
            message,
            line,
            column,
            offset: offset.min(source.len()),
            rule,
        })
        .collect()
}

impl Parsed {
    pub(crate) fn source(&self) -> &str {
        &self.0.source
    }

    pub(crate) fn steps(&self) -> &[StepReference] {
        &self.0.steps
    }

    pub(crate) fn inputs(&self) -> &[InputReference] {
        &self.0.inputs
    }

    fn error(&self, stopped: &render::Stopped, otherwise: FailureCode) -> RenderError {
        let (line, column) = render::position(self.source(), stopped);
        let code = if stopped.too_large && otherwise == FailureCode::TemplateError {
            FailureCode::PromptTooLarge
        } else {
            otherwise
        };
        RenderError { code, message: stopped.message.clone(), line, column }
    }

    /// Reads a condition; `warn` looks at its tree.
    pub(crate) fn condition(
        source: &str,
        step_ids: &StepIds,
        warn: impl Fn(&ast::Expr<'_>) -> Option<(minijinja::machinery::Span, String)>,
    ) -> Result<(Parsed, Warned), Vec<TemplateProblem>> {
        check_size(source, "condition")?;
        let scanned = scan::condition(source, step_ids);
        let mut warnings = Warned::new();
        let mut found = Vec::new();
        let mut names = None;
        if scanned.problems.iter().all(|found| found.code != ProblemCode::TemplateSyntax) {
            match parse_expr(&scanned.text) {
                Err(_) => found.extend(syntax::expression_error(&scanned)),
                Ok(tree) => {
                    warnings.extend(
                        warn(&tree).map(|(span, warning)| (scanned.original(span.start_offset as usize), warning)),
                    );
                    let mut read = Names::new(&scanned, Some(step_ids));
                    read.expr(&tree, lower::Use::Value);
                    names = Some((read.references, read.problems));
                }
            }
        }
        for at in &scanned.braces_in_strings {
            let warning = "`{{` inside of quotes is text: nothing is inserted there. Leave the quotes out.";
            warnings.push((*at, warning.to_owned()));
        }
        finish(source, scanned, found, names).map(|parsed| (parsed, warnings))
    }

    /// The value of a condition, and whether it is true.
    pub(crate) fn evaluate(&self, scope: &Scope) -> Result<bool, RenderError> {
        let Contents { scanned, references, .. } = &*self.0;
        let failed = |stopped: render::Stopped| self.error(&stopped, FailureCode::ConditionError);
        let tree = parse_expr(&scanned.text).map_err(|error| failed(unreadable(&error)))?;
        let program = render::Program::Expression(Names::new(scanned, None).expr(&tree, lower::Use::Value));
        let (_, value) = render::run(&program, &scanned.text, references.clone(), scope).map_err(failed)?;
        Ok(value.is_some_and(|value| value.is_true()))
    }
}

/// The lines and columns of places in a text.
pub(crate) fn places(source: &str, offsets: &[usize]) -> Vec<(u32, u32)> {
    lexis::lines_and_columns(source, offsets)
}
