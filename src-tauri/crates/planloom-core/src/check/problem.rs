//! A fault in what somebody wrote, told so that it can be mended: the code, the place, the rule, the
//! sentence, and where it is certain the edit that mends it.
//!
//! Nothing here decides what a fault is; readers and checks do.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Whether a problem stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemCode {
    ValidationError,
    InvalidModel,
    InvalidQueue,
    MissingInput,
    CircularDependency,
    UnknownDependency,
    UndeclaredDependency,
    UnknownReference,
    DynamicReference,
    DuplicateStepId,
    TemplateSyntax,
    UnknownStep,
    InputSchemaMismatch,
    OutputSchemaMismatch,
}

impl ProblemCode {
    /// A fault in the form of a request, which comes before the faults in its meaning.
    pub fn is_form_fault(self) -> bool {
        match self {
            Self::ValidationError | Self::InvalidModel | Self::InvalidQueue | Self::MissingInput => true,
            Self::CircularDependency
            | Self::UnknownDependency
            | Self::UndeclaredDependency
            | Self::UnknownReference
            | Self::DynamicReference
            | Self::DuplicateStepId
            | Self::TemplateSyntax
            | Self::UnknownStep
            | Self::InputSchemaMismatch
            | Self::OutputSchemaMismatch => false,
        }
    }

    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValidationError => "VALIDATION_ERROR",
            Self::InvalidModel => "INVALID_MODEL",
            Self::InvalidQueue => "INVALID_QUEUE",
            Self::MissingInput => "MISSING_INPUT",
            Self::CircularDependency => "CIRCULAR_DEPENDENCY",
            Self::UnknownDependency => "UNKNOWN_DEPENDENCY",
            Self::UndeclaredDependency => "UNDECLARED_DEPENDENCY",
            Self::UnknownReference => "UNKNOWN_REFERENCE",
            Self::DynamicReference => "DYNAMIC_REFERENCE",
            Self::DuplicateStepId => "DUPLICATE_STEP_ID",
            Self::TemplateSyntax => "TEMPLATE_SYNTAX",
            Self::UnknownStep => "UNKNOWN_STEP",
            Self::InputSchemaMismatch => "INPUT_SCHEMA_MISMATCH",
            Self::OutputSchemaMismatch => "OUTPUT_SCHEMA_MISMATCH",
        }
    }
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    pub code: ProblemCode,
    pub severity: Severity,
    /// The place, as `steps[1].dependsOn`; empty for the whole document.
    pub field: String,
    /// One word for the rule that was broken, as `required` or `maxLength`.
    pub rule: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<String>,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// The steps of a cycle, each depending on the next and the last on the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Vec<String>>,
}

/// An edit that mends a problem, ready to be applied to the document that was checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// What the edit does, for a button.
    pub title: String,
    /// A JSON Patch (RFC 6902).
    pub patch: Vec<PatchOperation>,
}

/// One operation of a JSON Patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PatchOperation {
    pub op: PatchOp,
    /// JSON Pointer (RFC 6901).
    pub path: String,
    /// Where a `move` takes its value from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub value: Option<Value>,
}

/// The operations that fixes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PatchOp {
    Add,
    Remove,
    Replace,
    Move,
}

impl Fix {
    fn one(title: String, op: PatchOp, path: String, from: Option<String>, value: Option<Value>) -> Fix {
        Fix { title, patch: vec![PatchOperation { op, path, from, value }] }
    }

    pub fn add(title: impl Into<String>, path: impl Into<String>, value: impl Into<Value>) -> Fix {
        Fix::one(title.into(), PatchOp::Add, path.into(), None, Some(value.into()))
    }

    pub fn replace(title: impl Into<String>, path: impl Into<String>, value: impl Into<Value>) -> Fix {
        Fix::one(title.into(), PatchOp::Replace, path.into(), None, Some(value.into()))
    }

    pub fn remove(title: impl Into<String>, path: impl Into<String>) -> Fix {
        Fix::one(title.into(), PatchOp::Remove, path.into(), None, None)
    }

    pub fn rename(title: impl Into<String>, from: impl Into<String>, path: impl Into<String>) -> Fix {
        Fix::one(title.into(), PatchOp::Move, path.into(), Some(from.into()), None)
    }
}

impl Problem {
    pub fn error(code: ProblemCode, field: impl Into<String>, rule: &str, message: impl Into<String>) -> Problem {
        Problem {
            code,
            severity: Severity::Error,
            field: field.into(),
            rule: rule.to_owned(),
            step_id: None,
            message: message.into(),
            fix: None,
            cycle: None,
        }
    }

    /// A fault of form: `VALIDATION_ERROR`.
    pub fn invalid(field: impl Into<String>, rule: &str, message: impl Into<String>) -> Problem {
        Problem::error(ProblemCode::ValidationError, field, rule, message)
    }

    pub fn warning(code: ProblemCode, field: impl Into<String>, rule: &str, message: impl Into<String>) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(code, field, rule, message) }
    }

    /// Names the step; an empty id (one that could not be read) names none.
    pub fn in_step(mut self, step_id: &str) -> Problem {
        self.step_id = (!step_id.is_empty()).then(|| step_id.to_owned());
        self
    }

    pub fn with_fix(mut self, fix: Option<Fix>) -> Problem {
        self.fix = fix;
        self
    }
}

/// Problems of one kind that are kept; a hostile document could hold millions.
const KEPT: usize = 1_000;
/// Problems for which the nearest known name is looked for, which costs a pass over all of them.
const SUGGESTED: usize = 50;

/// The problems found so far.
#[derive(Clone, Debug)]
pub struct Problems {
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
    left_out: usize,
    suggestions_left: usize,
}

impl Default for Problems {
    fn default() -> Self {
        Problems { errors: Vec::new(), warnings: Vec::new(), left_out: 0, suggestions_left: SUGGESTED }
    }
}

impl Problems {
    pub fn push(&mut self, problem: Problem) {
        let list = match problem.severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if list.len() < KEPT {
            list.push(problem);
        } else if problem.severity == Severity::Error {
            self.left_out += 1;
        }
    }

    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Whether there is no room for another error; checks that cost much may stop.
    pub fn is_full(&self) -> bool {
        self.errors.len() >= KEPT
    }

    /// The known name that `word` was probably meant to be.
    pub fn nearest<'n>(&mut self, word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        self.suggestions_left = self.suggestions_left.checked_sub(1)?;
        nearest(word, names)
    }

    /// Errors before warnings, of errors faults of form before faults of meaning, each in the document's order.
    pub fn into_sorted(self) -> Vec<Problem> {
        let mut errors = self.errors;
        errors.sort_by_cached_key(|problem| (!problem.code.is_form_fault(), place(&problem.field)));
        if let Some(last) = errors.last().filter(|_| self.left_out > 0) {
            let message = format!(
                "There are {} more problems than the {KEPT} listed. Mend these first, then check again.",
                self.left_out
            );
            errors.push(Problem::error(last.code, "", "tooMany", message));
        }
        let mut warnings = self.warnings;
        warnings.sort_by_cached_key(|problem| place(&problem.field));
        errors.append(&mut warnings);
        errors
    }
}

/// The order of a plan's parts.
const PARTS: [&str; 9] =
    ["name", "description", "steps", "tags", "inputSchema", "defaults", "hitl", "input", "options"];

/// Where a field stands in the document: its part, and in a list its index.
fn place(field: &str) -> (usize, usize) {
    if field.is_empty() {
        return (0, 0);
    }
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let part = PARTS.iter().position(|part| *part == &field[..end]).unwrap_or(PARTS.len());
    let rest = field[end..].strip_prefix('[').unwrap_or("");
    let digits = rest.split(']').next().unwrap_or("");
    (part + 1, digits.parse().unwrap_or(0))
}

/// The name among `names` that `word` was probably meant to be: a few letters away, or only in another case.
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    /// Longer words are no misspelt names, and comparing them costs their length squared.
    const LONGEST: usize = 100;
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let wanted = word.to_lowercase();
    let far = (wanted.chars().count() / 3).clamp(1, 4);
    names
        .into_iter()
        .filter(|name| name.len().abs_diff(word.len()) <= 2 * far && name.len() <= LONGEST)
        .map(|name| (strsim::osa_distance(&wanted, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= far && *name != word)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A text of the author's in a message: in backticks, cut where it is long.
pub fn quote(text: &str) -> String {
    const SHOWN: usize = 80;
    match text.char_indices().nth(SHOWN) {
        None => format!("`{text}`"),
        Some((end, _)) => format!("`{}…`", &text[..end]),
    }
}

/// One member's name or one index as a part of a JSON Pointer.
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// `path` and the member `name` in it, as `steps[1].dependsOn` is written.
pub fn member(path: &str, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '$';
    if name.is_empty() || !name.chars().all(plain) {
        format!("{path}[{}]", Value::from(name))
    } else if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// `path` and the element `index` in it.
pub fn element(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}
