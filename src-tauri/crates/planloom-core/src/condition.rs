//! Conditions: when a step runs, and when it is skipped.
//!
//! A condition is one expression of the template language; the step runs when it is true. Both forms work:
//! `{{triage.output}}.includes("critical")`, where the braces count as parentheses, and `"critical" in triage.output`.
//!
//! **Truth.** An empty text, an empty list or map, `0`, `false` and `null` are false, everything else is true. A text is not
//! read: the answer `false` or `no` is a text that is not empty, so it is true. A condition that is nothing but a
//! text gets a warning therefore. What is missing is an error, never false.
//!
//! This module does not decide what becomes of the step: an error fails the task with `CONDITION_ERROR`.

use std::fmt;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

use crate::prompt::{self, InputReference, Parsed, RenderError, Scope, StepIds, StepReference, TemplateProblem};

/// A parsed condition; cheap to clone.
#[derive(Clone)]
pub struct Condition(Parsed);

/// Something that works and is probably not what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionWarning {
    pub message: String,
    pub line: u32,
    pub column: u32,
    pub offset: usize,
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.0.source()).finish()
    }
}

impl Condition {
    /// Reads a condition, or says all that is wrong with it.
    pub fn parse(source: &str, step_ids: &StepIds) -> Result<(Condition, Vec<ConditionWarning>), Vec<TemplateProblem>> {
        let (parsed, warnings) = Parsed::condition(source, step_ids, bare_text)?;
        let offsets: Vec<usize> = warnings.iter().map(|(offset, _)| *offset).collect();
        let warnings = warnings
            .into_iter()
            .zip(prompt::places(source, &offsets))
            .map(|((offset, message), (line, column))| ConditionWarning { message, line, column, offset })
            .collect();
        Ok((Condition(parsed), warnings))
    }

    /// Every use of a step's output, in the order of the text.
    pub fn steps(&self) -> &[StepReference] {
        self.0.steps()
    }

    /// Every use of an input, in the order of the text.
    pub fn inputs(&self) -> &[InputReference] {
        self.0.inputs()
    }

    /// Whether the step runs.
    pub fn evaluate(&self, scope: &Scope) -> Result<bool, RenderError> {
        self.0.evaluate(scope)
    }
}

/// The filters whose result is a text.
const TEXT_FILTERS: [&str; 12] =
    ["capitalize", "e", "escape", "format", "indent", "join", "lower", "replace", "string", "title", "tojson", "upper"];

/// Where a condition takes a text for true or false, and the warning.
fn bare_text(expr: &Expr<'_>) -> Option<(Span, String)> {
    match expr {
        Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Not) => bare_text(&unary.expr),
        Expr::BinOp(binary) if matches!(binary.op, BinOpKind::ScAnd | BinOpKind::ScOr) => {
            bare_text(&binary.left).or_else(|| bare_text(&binary.right))
        }
        Expr::IfExpr(choice) => bare_text(&choice.test_expr)
            .or_else(|| bare_text(&choice.true_expr))
            .or_else(|| choice.false_expr.as_ref().and_then(bare_text)),
        _ => text_start(expr).map(|span| {
            let message = "This is a text, and every text that is not empty counts as true, `false` and `no` too. \
                           Compare it: `== \"yes\"`, or `.includes(\"yes\")`.";
            (span, message.to_owned())
        }),
    }
}

/// The place where an expression begins that is certainly a text.
fn text_start(expr: &Expr<'_>) -> Option<Span> {
    match expr {
        Expr::Const(literal) => literal.value.as_str().map(|_| literal.span()),
        Expr::BinOp(binary) if matches!(binary.op, BinOpKind::Concat) => Some(start(expr)),
        Expr::Filter(filter) if TEXT_FILTERS.contains(&filter.name) || filter.name == "trim" => Some(start(expr)),
        Expr::Filter(filter) if matches!(filter.name, "default" | "d") => filter.expr.as_ref().and_then(text_start),
        Expr::Slice(slice) => text_start(&slice.expr),
        Expr::Call(call) => match &call.expr {
            Expr::GetAttr(method) if matches!(method.name, "toLowerCase" | "toUpperCase" | "trim") => Some(start(expr)),
            _ => None,
        },
        Expr::GetAttr(attr) if attr.name == "output" => match &attr.expr {
            Expr::Var(var) => Some(var.span()),
            Expr::GetItem(item) => steps_item(&item.expr),
            Expr::GetAttr(step) => steps_item(&step.expr),
            _ => None,
        },
        _ => None,
    }
}

fn steps_item(expr: &Expr<'_>) -> Option<Span> {
    match expr {
        Expr::Var(var) if var.id == "steps" => Some(var.span()),
        _ => None,
    }
}

/// The place where an expression begins: spans of the engine's tree begin late in a chain.
fn start(expr: &Expr<'_>) -> Span {
    match expr {
        Expr::GetAttr(attr) => start(&attr.expr),
        Expr::GetItem(item) => start(&item.expr),
        Expr::Call(call) => start(&call.expr),
        Expr::Slice(slice) => start(&slice.expr),
        Expr::BinOp(binary) => start(&binary.left),
        Expr::Filter(filter) => filter.expr.as_ref().map_or(filter.span(), start),
        _ => expr.span(),
    }
}
