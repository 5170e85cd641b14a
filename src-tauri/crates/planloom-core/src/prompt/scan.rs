//! Finds the code in a text and rewrites the names that minijinja cannot read.
//!
//! Expression position is what stands inside `{{ }}` and `{% %}` (and all of a condition), outside of strings,
//! comments and raw blocks, and not behind `.`, `|` or `is`. There a name is the longest run
//! `[A-Za-z][A-Za-z0-9_-]*` that does not end in `-`; a run with a hyphen is a step id and becomes `steps["…"]`.
//! Behind `input.` and `.output.` a hyphenated key is one key and becomes `["…"]`.
//!
//! This module knows tokens, never grammar: whether a tag makes sense is for `syntax`, what a name means is for
//! `references`. It also refuses what would make a recursive parser deep, before the parser sees it.

use super::edits::Edits;
use super::lexis;
use super::{ProblemCode, StepIds};

/// How many operators may be nested in one expression: parser, compiler and destructors recurse over them.
const DEEPEST_EXPRESSION: usize = 120;
/// How many brackets may be open at once.
const DEEPEST_BRACKETS: usize = 24;

/// A problem at a place of the author's text.
pub(super) struct Found {
    pub code: ProblemCode,
    pub rule: &'static str,
    pub message: String,
    pub offset: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TagKind {
    Expression,
    Statement,
}

/// One `{{ … }}` or `{% … %}`.
pub(super) struct Tag {
    pub kind: TagKind,
    /// The statement's first word, empty for an expression.
    pub keyword: String,
    /// A `=` outside of brackets: `{% set x = … %}`, not the block form.
    pub assigns: bool,
    /// Something in it was already reported.
    pub faulty: bool,
    /// Its place in the author's text.
    pub from: usize,
    pub to: usize,
}

pub(super) struct Scanned {
    /// What minijinja parses.
    pub text: String,
    pub tags: Vec<Tag>,
    pub problems: Vec<Found>,
    /// Strings that contain `{{`, in a condition: nothing is inserted into a string.
    pub braces_in_strings: Vec<usize>,
    edits: Edits,
}

impl Scanned {
    /// Where a place of the rewritten text comes from.
    pub fn original(&self, offset: usize) -> usize {
        self.edits.original(offset)
    }

    /// Where a place of the author's text went.
    pub fn rewritten(&self, offset: usize) -> usize {
        self.edits.rewritten(offset)
    }
}

/// Reads a template.
pub(super) fn template(source: &str, ids: &StepIds) -> Scanned {
    let mut scanner = Scanner::new(source, ids);
    while let Some((from, kind)) = lexis::marker(source, scanner.at) {
        let inside = from + 2 + lexis::control(source, from + 2);
        match kind {
            b'#' => match source[inside..].find("#}") {
                Some(end) => scanner.at = inside + end + 2,
                None => {
                    scanner.syntax(from, "comment-open", "This comment is never closed. Add `#}`.".to_owned());
                    break;
                }
            },
            b'%' => match lexis::bare_tag(source, inside, "raw") {
                Some(raw) => match lexis::raw_end(source, raw) {
                    Some(end) => scanner.at = end,
                    None => {
                        let message = "This raw block is never closed. Add `{% endraw %}`.".to_owned();
                        scanner.syntax(from, "raw-open", message);
                        break;
                    }
                },
                None => scanner.tag(TagKind::Statement, from, inside),
            },
            _ => scanner.tag(TagKind::Expression, from, inside),
        }
    }
    scanner.finish()
}

/// Reads a condition, which is one expression as a whole; `{{ }}` around parts of it become parentheses.
pub(super) fn condition(source: &str, ids: &StepIds) -> Scanned {
    let mut scanner = Scanner::new(source, ids);
    scanner.code(Close::End, 0);
    scanner.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Close {
    Expression,
    Statement,
    End,
}

/// What the dots and brackets behind a name lead into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chain {
    None,
    Other,
    Input,
    Steps,
    Step,
    Output,
}

/// What stands right in front of the next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A `.` at this place.
    Dot(usize),
    /// `|` or `is`: a filter's or a test's name follows.
    Word,
    /// The start of a statement: its keyword follows.
    Keyword,
}

struct Open {
    byte: u8,
    /// The `{{` of a condition.
    double: bool,
    at: usize,
    chain: Chain,
    weight: usize,
}

struct Scanner<'s> {
    source: &'s str,
    ids: &'s StepIds,
    at: usize,
    copied: usize,
    out: Scanned,
    // The state inside of one tag.
    open: Vec<Open>,
    chain: Chain,
    before: Before,
    weight: usize,
    keyword: String,
    assigns: bool,
    end: Close,
}

impl<'s> Scanner<'s> {
    fn new(source: &'s str, ids: &'s StepIds) -> Scanner<'s> {
        Scanner {
            source,
            ids,
            at: 0,
            copied: 0,
            out: Scanned {
                text: String::with_capacity(source.len()),
                tags: Vec::new(),
                problems: Vec::new(),
                braces_in_strings: Vec::new(),
                edits: Edits::default(),
            },
            open: Vec::new(),
            chain: Chain::None,
            before: Before::Nothing,
            weight: 0,
            keyword: String::new(),
            assigns: false,
            end: Close::End,
        }
    }

    fn finish(mut self) -> Scanned {
        self.out.text.push_str(&self.source[self.copied..]);
        self.out
    }

    fn syntax(&mut self, offset: usize, rule: &'static str, message: String) {
        self.out.problems.push(Found { code: ProblemCode::TemplateSyntax, rule, message, offset });
    }

    fn replace(&mut self, from: usize, to: usize, with: &str) {
        self.out.text.push_str(&self.source[self.copied..from]);
        let new_from = self.out.text.len();
        self.out.text.push_str(with);
        self.out.edits.add(from, to, new_from, with.len());
        self.copied = to;
    }

    fn tag(&mut self, kind: TagKind, from: usize, inside: usize) {
        let before = self.out.problems.len();
        self.at = inside;
        self.code(if kind == TagKind::Expression { Close::Expression } else { Close::Statement }, from);
        self.out.tags.push(Tag {
            kind,
            keyword: std::mem::take(&mut self.keyword),
            assigns: self.assigns,
            faulty: self.out.problems.len() > before,
            from,
            to: self.at,
        });
    }

    /// Reads code up to and with its closing marker; `from` is the place of the opening one.
    fn code(&mut self, end: Close, from: usize) {
        self.open.clear();
        self.chain = Chain::None;
        self.before = if end == Close::Statement { Before::Keyword } else { Before::Nothing };
        self.weight = 0;
        self.assigns = false;
        self.end = end;
        while self.at < self.source.len() {
            if self.closes() || !self.token() {
                return;
            }
        }
        if let Some(open) = self.open.last() {
            let (at, byte) = (open.at, if open.double { "{{".to_owned() } else { char::from(open.byte).to_string() });
            self.syntax(at, "bracket-open", format!("This `{byte}` is never closed."));
        }
        match end {
            Close::Expression => {
                self.syntax(from, "expression-open", "This `{{` is never closed. Add `}}`.".to_owned());
            }
            Close::Statement => self.syntax(from, "statement-open", "This `{%` is never closed. Add `%}`.".to_owned()),
            Close::End => {}
        }
    }

    /// Takes the closing marker when it stands here.
    fn closes(&mut self) -> bool {
        let marker = match self.end {
            Close::Expression => "}}",
            Close::Statement => "%}",
            Close::End => return false,
        };
        let tail = &self.source[self.at..];
        let length = if tail.starts_with(marker) {
            2
        } else if matches!(tail.as_bytes().first(), Some(b'-' | b'+')) && tail[1..].starts_with(marker) {
            3
        } else {
            return false;
        };
        match self.open.last() {
            None => {}
            Some(open) if open.byte == b'{' => return false,
            Some(open) => {
                let message = format!("This `{}` is not closed before `{marker}`.", char::from(open.byte));
                self.syntax(open.at, "bracket-open", message);
            }
        }
        self.at += length;
        true
    }

    /// Reads one token; false when nothing more can be read.
    fn token(&mut self) -> bool {
        let at = self.at;
        let Some(c) = self.source[at..].chars().next() else { return false };
        if c.is_whitespace() {
            self.at += c.len_utf8();
            return true;
        }
        let before = std::mem::replace(&mut self.before, Before::Nothing);
        match c {
            '"' | '\'' => return self.string(at),
            '0'..='9' => {
                let after_dot = self.source.as_bytes().get(at.wrapping_sub(1)) == Some(&b'.');
                self.at = lexis::number_end(self.source, at, after_dot);
                if !matches!(before, Before::Dot(_)) {
                    self.chain = Chain::Other;
                }
            }
            _ if lexis::starts_name(c) => self.name(at, before),
            '(' | '[' | '{' => self.opens(at, c),
            ')' | ']' | '}' => self.closes_bracket(at, c),
            _ => self.operator(at, c),
        }
        if self.weight > DEEPEST_EXPRESSION || self.open.len() > DEEPEST_BRACKETS {
            let message = format!(
                "This expression is nested too deeply: at most {DEEPEST_EXPRESSION} operators and {DEEPEST_BRACKETS} brackets. \
                 Split it with `{{% set %}}`."
            );
            self.syntax(at, "too-deep", message);
            self.at = self.source.len();
            self.end = Close::End;
            self.open.clear();
            return false;
        }
        true
    }

    fn string(&mut self, at: usize) -> bool {
        self.chain = Chain::Other;
        let Some(end) = lexis::string_end(self.source, at) else {
            let message = "This string is never closed. Add the same quote at its end.".to_owned();
            self.syntax(at, "string-open", message);
            self.at = self.source.len();
            return false;
        };
        if self.end == Close::End && self.source[at..end].contains("{{") {
            self.out.braces_in_strings.push(at);
        }
        self.at = end;
        true
    }

    fn name(&mut self, at: usize, before: Before) {
        let identifier = lexis::identifier_end(self.source, at);
        match before {
            Before::Keyword => {
                self.at = identifier;
                self.keyword = self.source[at..identifier].to_owned();
            }
            Before::Word => {
                self.at = identifier;
                self.chain = Chain::Other;
                if &self.source[at..identifier] == "not" {
                    self.before = Before::Word;
                }
            }
            Before::Dot(dot) => self.key(dot, at, identifier),
            Before::Nothing => self.free_name(at, identifier),
        }
    }

    /// A name behind a dot.
    fn key(&mut self, dot: usize, at: usize, identifier: usize) {
        let run = self.run(at, identifier);
        let one_key = matches!(self.chain, Chain::Input | Chain::Output | Chain::Steps);
        self.at = if one_key { run } else { identifier };
        let key = &self.source[at..self.at];
        if key.contains('-') {
            // Lines stay the same, for the errors that know no more than their line.
            let newlines = self.source[dot..run].matches('\n').count();
            self.replace(dot, run, &format!("{}[\"{key}\"]", "\n".repeat(newlines)));
        }
        self.chain = match self.chain {
            Chain::Steps => Chain::Step,
            Chain::Step if key == "output" => Chain::Output,
            Chain::None | Chain::Other | Chain::Step => Chain::Other,
            Chain::Input => Chain::Input,
            Chain::Output => Chain::Output,
        };
    }

    /// The end of the run at `at`, when it may contain hyphens, or else of the identifier.
    fn run(&self, at: usize, identifier: usize) -> usize {
        if !self.source.as_bytes()[at].is_ascii_alphabetic() {
            return identifier;
        }
        let run = lexis::run_end(self.source, at);
        if self.source[at..run].contains('-') { run } else { identifier }
    }

    /// A name that stands on its own.
    fn free_name(&mut self, at: usize, identifier: usize) {
        let end = self.run(at, identifier);
        self.at = end;
        let name = &self.source[at..end];
        if name.contains('-') {
            self.chain = Chain::Step;
            if self.ids.contains(name) {
                self.replace(at, end, &format!("steps[\"{name}\"]"));
            } else {
                self.unknown_run(at, name);
                self.replace(at, end, "none");
            }
            return;
        }
        self.chain = match name {
            "input" => Chain::Input,
            "steps" => Chain::Steps,
            "and" | "or" | "not" | "in" | "if" | "else" | "is" => {
                self.weight += 1;
                if name == "is" {
                    self.before = Before::Word;
                }
                Chain::None
            }
            _ if self.ids.contains(name) => Chain::Step,
            _ => Chain::Other,
        };
    }

    fn unknown_run(&mut self, at: usize, name: &str) {
        let spaced = name.replace('-', " - ");
        let mut message =
            format!("`{name}` is not a step of this plan. Put spaces around `-` to subtract: `{spaced}`.");
        if self.out.problems.len() < super::SUGGESTED
            && let Some(near) = self.ids.nearest(name)
        {
            message.push_str(&format!(" Or did you mean `{near}`?"));
        }
        let rule = "hyphenated-name";
        self.out.problems.push(Found { code: ProblemCode::UnknownReference, rule, message, offset: at });
    }

    fn opens(&mut self, at: usize, c: char) {
        let double = self.end == Close::End && self.source[at..].starts_with("{{");
        if double && self.chain != Chain::None {
            let message = "Two values stand side by side. Put `and`, `or` or a comparison between them.".to_owned();
            self.syntax(at, "side-by-side", message);
        }
        let chain = match (c, self.chain) {
            // A call's result is a new value; what an index leads to is still the same chain.
            ('(', _) => Chain::Other,
            ('[', chain) => chain,
            _ => Chain::None,
        };
        self.weight += 1;
        self.open.push(Open { byte: c as u8, double, at, chain, weight: self.weight });
        self.chain = Chain::None;
        self.at = at + 1;
        if double {
            let end = at + 2 + lexis::control(self.source, at + 2);
            self.replace(at, end, &format!("({}", " ".repeat(end - at - 1)));
            self.at = end;
        }
    }

    fn closes_bracket(&mut self, at: usize, c: char) {
        let double = self.source[at..].starts_with("}}") && self.open.last().is_some_and(|open| open.double);
        self.at = at + 1;
        match self.open.pop() {
            Some(open) if double => {
                self.weight = open.weight;
                self.chain = Chain::Other;
                self.replace(at, at + 2, ") ");
                self.at = at + 2;
            }
            Some(open) if open.byte == lexis::opening(c) && !open.double => {
                self.weight = open.weight;
                self.chain = if open.chain == Chain::Steps { Chain::Step } else { open.chain };
            }
            Some(open) => {
                let message = format!("This `{c}` does not close the `{}` before it.", char::from(open.byte));
                self.syntax(at, "bracket-mismatch", message);
            }
            None => self.syntax(at, "bracket-close", format!("This `{c}` closes nothing.")),
        }
    }

    fn operator(&mut self, at: usize, c: char) {
        let tail = &self.source[at..];
        self.at = at + c.len_utf8();
        if self.end == Close::End
            && self.open.last().is_some_and(|open| open.double)
            && (tail.starts_with("-}}") || tail.starts_with("+}}"))
        {
            self.replace(at, at + 1, " ");
            return;
        }
        if let Some((length, rule, message)) = lexis::foreign_operator(tail, self.end == Close::End) {
            self.syntax(at, rule, message.to_owned());
            self.at = at + length;
            return;
        }
        match c {
            '.' => self.before = Before::Dot(at),
            ',' | ':' => self.weight = self.open.last().map_or(0, |open| open.weight),
            '|' => self.before = Before::Word,
            _ if tail.starts_with("==") || tail.starts_with("!=") => self.at = at + 2,
            '<' | '>' if tail[1..].starts_with('=') => self.at = at + 2,
            '=' if self.open.is_empty() => self.assigns = true,
            _ => {}
        }
        if c != '.' {
            self.chain = Chain::None;
        }
        if !matches!(c, ',' | ':') {
            self.weight += 1;
        }
    }
}
