//! What the names of a template mean, read from its syntax tree.
//!
//! A path is a name and the keys behind it. Its name is a local variable (which shadows everything), `input`, `steps`,
//! a step id, or unknown. This module owns that decision, the problems that follow from it, and which inputs are
//! optional. `lower` walks the tree and asks here.

use std::collections::HashMap;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{BinOpKind, Expr, UnaryOpKind};

use super::scan::{Found, Scanned};
use super::{ProblemCode, Segment, StepIds};

/// The functions that a template can call.
pub(super) const FUNCTIONS: [&str; 3] = ["range", "dict", "namespace"];
/// Names that no local variable may have.
const TAKEN: [&str; 2] = ["input", "steps"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    Input,
    Step(String),
}

/// One use of an input or of a step's output.
#[derive(Clone, Debug)]
pub(super) struct Reference {
    pub root: Root,
    /// The keys behind `input` or behind `.output`.
    pub path: Vec<Segment>,
    /// In the author's text.
    pub offset: usize,
    /// The template does without it when it is missing.
    pub optional: bool,
    /// A missing key is not an error here, but undefined.
    pub lenient: bool,
    /// The JSON of an output is meant where there is one, not its text.
    pub as_json: bool,
}

impl Reference {
    /// The reference as a reader would write it, down to the key at `depth`.
    pub fn shown(&self, depth: usize) -> String {
        let mut text = match &self.root {
            Root::Input => "input".to_owned(),
            Root::Step(id) => format!("{id}.output"),
        };
        for segment in self.path.iter().take(depth) {
            match segment {
                Segment::Key(key) => {
                    text.push('.');
                    text.push_str(key);
                }
                Segment::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }

    /// The last key may be the property of a text or a list and not a key of the data.
    pub fn ends_in_length(&self) -> bool {
        let ends = matches!(self.path.last(), Some(Segment::Key(key)) if key == "length");
        ends && (self.root != Root::Input || self.path.len() > 1)
    }

    /// The keys that must exist in the data.
    pub fn required_path(&self) -> Vec<String> {
        let length = self.path.len() - usize::from(self.ends_in_length());
        self.path[..length].iter().map(Segment::to_string).collect()
    }
}

/// One key of a path in the tree.
pub(super) enum Key<'e, 'a> {
    Fixed(Segment),
    Computed(&'e Expr<'a>),
}

/// A path in the tree: its base, which is no path itself, and the keys behind it.
pub(super) struct Path<'e, 'a> {
    pub base: &'e Expr<'a>,
    pub keys: Vec<Key<'e, 'a>>,
}

impl<'e, 'a> Path<'e, 'a> {
    pub fn of(expr: &'e Expr<'a>) -> Path<'e, 'a> {
        let mut keys = Vec::new();
        let mut base = expr;
        loop {
            match base {
                Expr::GetAttr(attr) => {
                    keys.push(Key::Fixed(Segment::Key(attr.name.to_owned())));
                    base = &attr.expr;
                }
                Expr::GetItem(item) => {
                    keys.push(key(&item.subscript_expr));
                    base = &item.expr;
                }
                _ => break,
            }
        }
        keys.reverse();
        Path { base, keys }
    }

    /// The name at its base and where it stands.
    pub fn name(&self) -> Option<(&'a str, Span)> {
        match self.base {
            Expr::Var(var) => Some((var.id, var.span())),
            _ => None,
        }
    }

    /// The fixed keys at its beginning.
    pub fn fixed(&self) -> Vec<Segment> {
        let fixed = |key: &Key<'_, '_>| match key {
            Key::Fixed(segment) => Some(segment.clone()),
            Key::Computed(_) => None,
        };
        self.keys.iter().map_while(fixed).collect()
    }
}

fn key<'e, 'a>(expr: &'e Expr<'a>) -> Key<'e, 'a> {
    match expr.as_const() {
        Some(value) => match (value.as_str(), value.is_integer().then(|| value.as_i64()).flatten()) {
            (Some(text), _) => Key::Fixed(Segment::Key(text.to_owned())),
            (None, Some(index)) => Key::Fixed(Segment::Index(index)),
            (None, None) => Key::Computed(expr),
        },
        None => Key::Computed(expr),
    }
}

/// What a name means where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// `always`: it certainly has a value here.
    Local {
        always: bool,
    },
    Loop,
    Input,
    Steps,
    Step,
    Function,
    Unknown,
}

/// The names in sight, the problems found, and the references collected.
pub(super) struct Names<'s, 'a> {
    pub scanned: &'s Scanned,
    /// None when rendering: everything was checked before, and what is nothing else is a step.
    ids: Option<&'s StepIds>,
    frames: Vec<HashMap<&'a str, bool>>,
    loops: usize,
    /// Inputs that certainly exist where the walk is.
    guards: Vec<Vec<Segment>>,
    pub references: Vec<Reference>,
    pub problems: Vec<Found>,
}

impl<'s, 'a> Names<'s, 'a> {
    pub fn new(scanned: &'s Scanned, ids: Option<&'s StepIds>) -> Names<'s, 'a> {
        Names {
            scanned,
            ids,
            frames: vec![HashMap::new()],
            loops: 0,
            guards: Vec::new(),
            references: Vec::new(),
            problems: Vec::new(),
        }
    }

    pub fn offset(&self, span: Span) -> usize {
        self.scanned.original(span.start_offset as usize)
    }

    pub fn problem(&mut self, code: ProblemCode, rule: &'static str, span: Span, message: String) {
        let offset = self.offset(span);
        self.problems.push(Found { code, rule, message, offset });
    }

    /// A frame for the body of a loop, a `with` or a block.
    pub fn enter(&mut self, is_loop: bool) {
        self.frames.push(HashMap::new());
        self.loops += usize::from(is_loop);
    }

    pub fn leave(&mut self, is_loop: bool) {
        self.frames.pop();
        self.loops -= usize::from(is_loop);
    }

    /// Declares the names of an assignment's target.
    pub fn declare(&mut self, target: &Expr<'a>, always: bool) {
        match target {
            Expr::Var(var) if TAKEN.contains(&var.id) => {
                let message = format!("A variable cannot be called `{}`. Choose another name.", var.id);
                self.problem(ProblemCode::TemplateSyntax, "reserved-name", var.span(), message);
            }
            Expr::Var(var) => {
                if let Some(frame) = self.frames.last_mut() {
                    let known = frame.entry(var.id).or_insert(always);
                    *known |= always;
                }
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.declare(item, always)),
            Expr::GetAttr(attr) => {
                let path = Path::of(target);
                let local = path.name().is_some_and(|(name, _)| matches!(self.meaning(name), Meaning::Local { .. }));
                if !local {
                    let message = "Only a variable made with `namespace()` has attributes that can be set.".to_owned();
                    self.problem(ProblemCode::TemplateSyntax, "set-target", attr.span(), message);
                }
            }
            _ => {}
        }
    }

    pub fn meaning(&self, name: &str) -> Meaning {
        if let Some(always) = self.frames.iter().rev().find_map(|frame| frame.get(name)) {
            return Meaning::Local { always: *always };
        }
        match name {
            "loop" if self.loops > 0 => Meaning::Loop,
            "input" => Meaning::Input,
            "steps" => Meaning::Steps,
            _ if FUNCTIONS.contains(&name) => Meaning::Function,
            _ if self.ids.is_none_or(|ids| ids.contains(name)) => Meaning::Step,
            _ => Meaning::Unknown,
        }
    }

    pub fn unknown(&mut self, name: &str, span: Span) {
        let mut message = if name == "loop" {
            "`loop` is known inside of a `{% for %}` only.".to_owned()
        } else {
            format!("`{name}` is neither a step of this plan nor `input` nor a variable of this template.")
        };
        let suggest = self.problems.len() < super::SUGGESTED;
        if let Some(near) = self.ids.filter(|_| suggest).and_then(|ids| ids.nearest(name)) {
            message.push_str(&format!(" Did you mean `{near}`?"));
        } else if name != "loop" {
            message.push_str(&format!(" An input is written `input.{name}`."));
        }
        self.problem(ProblemCode::UnknownReference, "unknown-name", span, message);
    }

    pub fn knows_step(&mut self, id: &str, span: Span) -> bool {
        let known = self.ids.is_none_or(|ids| ids.contains(id));
        if !known {
            self.unknown(id, span);
        }
        known
    }

    /// Adds a reference and returns its number, by which it is found again when rendering.
    pub fn refer(&mut self, root: Root, path: Vec<Segment>, span: Span, lenient: bool, as_json: bool) -> usize {
        let guarded =
            root == Root::Input && self.guards.iter().any(|guard| path.starts_with(guard) || guard.starts_with(&path));
        let offset = self.offset(span);
        self.references.push(Reference { root, path, offset, optional: lenient || guarded, lenient, as_json });
        self.references.len() - 1
    }

    /// Takes the inputs that exist when `condition` came out as `truth`; the result is for [`Names::forget`].
    pub fn assume(&mut self, condition: &Expr<'a>, truth: bool) -> usize {
        let before = self.guards.len();
        self.collect_guards(condition, truth);
        before
    }

    pub fn forget(&mut self, before: usize) {
        self.guards.truncate(before);
    }

    fn collect_guards(&mut self, condition: &Expr<'a>, truth: bool) {
        match condition {
            Expr::Test(test) if (test.name == "defined") == truth && matches!(test.name, "defined" | "undefined") => {
                let path = Path::of(&test.expr);
                let is_input = path.name().is_some_and(|(name, _)| self.meaning(name) == Meaning::Input);
                let fixed = path.fixed();
                if is_input && !fixed.is_empty() && fixed.len() == path.keys.len() {
                    self.guards.push(fixed);
                }
            }
            Expr::UnaryOp(unary) if matches!(unary.op, UnaryOpKind::Not) => self.collect_guards(&unary.expr, !truth),
            Expr::BinOp(binary)
                if (matches!(binary.op, BinOpKind::ScAnd) && truth)
                    || (matches!(binary.op, BinOpKind::ScOr) && !truth) =>
            {
                self.collect_guards(&binary.left, truth);
                self.collect_guards(&binary.right, truth);
            }
            _ => {}
        }
    }
}
