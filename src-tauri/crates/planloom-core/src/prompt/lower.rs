//! Turns a template's tree into the one that is compiled.
//!
//! minijinja looks a path up key by key, prints Python, and says "undefined value" for what is missing. So before it
//! compiles, each path from `input` or a step becomes one numbered look-up, each other path becomes one call that
//! names what is missing, and where something is calculated, joined or assigned, its value passes a filter of ours.
//! The same walk, done once when a plan is checked, collects the references and the problems.

use minijinja::Value;
use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    BinOp, BinOpKind, Call, CallArg, Compare, CompareOpKind, Const, Expr, Filter, GetAttr, IfExpr, List, Map, Slice,
    Spanned, Test, Tuple, UnaryOp, UnaryOpKind, Var,
};

use super::references::{FUNCTIONS, Key, Meaning, Names, Path, Root};
use super::words::{COMPARING, FILTERS, LIST_FILTERS, METHODS, NUMERIC_FILTERS, TESTS, TEXT_FILTERS};
use super::{ProblemCode, Segment};

/// Our own names begin with a character that no author can write in a name.
pub(super) const REFERENCE: &str = "\u{1}reference";
pub(super) const GET: &str = "\u{1}get";
pub(super) const PLAIN: &str = "\u{1}plain";
pub(super) const SHOWN: &str = "\u{1}shown";
pub(super) const BOUND: &str = "\u{1}bound";
pub(super) const ORDER: &str = "\u{1}order";
pub(super) const FORMATTED: &str = "\u{1}formatted";
pub(super) const WEIGHED: &str = "\u{1}weighed";
pub(super) const SETTLE: &str = "\u{1}settle";

/// How a value is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It must exist.
    Value,
    /// It may be missing: under `default` and `is defined`.
    Lenient,
    /// It is gone through: the JSON of an output rather than its text.
    Items,
}

pub(super) fn constant<'a>(value: Value, span: Span) -> Expr<'a> {
    Expr::Const(Spanned::new(Const { value }, span))
}

pub(super) fn filter<'a>(name: &'static str, expr: Expr<'a>, args: Vec<Expr<'a>>, span: Span) -> Expr<'a> {
    let args = args.into_iter().map(CallArg::Pos).collect();
    Expr::Filter(Spanned::new(Filter { name, expr: Some(expr), args }, span))
}

impl<'a> Names<'_, 'a> {
    pub fn expr(&mut self, expr: &Expr<'a>, usage: Use) -> Expr<'a> {
        let span = expr.span();
        match expr {
            Expr::Var(_) | Expr::GetAttr(_) | Expr::GetItem(_) => self.path(expr, usage),
            Expr::Const(literal) => constant(literal.value.clone(), span),
            Expr::Slice(slice) => {
                let mut part = |part: &Option<Expr<'a>>| {
                    let expr = part.as_ref()?;
                    Some(filter(BOUND, self.expr(expr, Use::Value), Vec::new(), expr.span()))
                };
                let (start, stop, step) = (part(&slice.start), part(&slice.stop), part(&slice.step));
                let expr = self.expr(&slice.expr, Use::Value);
                Expr::Slice(Spanned::new(Slice { expr, start, stop, step }, span))
            }
            Expr::UnaryOp(unary) => {
                let (op, expr) = match unary.op {
                    UnaryOpKind::Not => (UnaryOpKind::Not, self.expr(&unary.expr, Use::Value)),
                    UnaryOpKind::Neg => (UnaryOpKind::Neg, self.number(&unary.expr)),
                };
                Expr::UnaryOp(Spanned::new(UnaryOp { op, expr }, span))
            }
            Expr::BinOp(binary) => self.binary(binary, span),
            Expr::Compare(compare) => self.chain(compare, span),
            Expr::IfExpr(choice) => self.choice(choice, usage, span),
            Expr::Filter(applied) => self.filter(applied),
            Expr::Test(test) => self.test(test, span),
            Expr::Call(call) => Expr::Call(Spanned::new(self.call(call), span)),
            Expr::List(list) => {
                let items = list.items.iter().map(|item| self.expr(item, Use::Value)).collect();
                Expr::List(Spanned::new(List { items }, span))
            }
            Expr::Tuple(tuple) => {
                let items = tuple.items.iter().map(|item| self.expr(item, Use::Value)).collect();
                Expr::Tuple(Spanned::new(Tuple { items }, span))
            }
            Expr::Map(map) => {
                let keys = map.keys.iter().map(|key| self.expr(key, Use::Value)).collect();
                let values = map.values.iter().map(|value| self.expr(value, Use::Value)).collect();
                Expr::Map(Spanned::new(Map { keys, values }, span))
            }
        }
    }

    /// A value that is calculated with or compared.
    fn number(&mut self, expr: &Expr<'a>) -> Expr<'a> {
        let lowered = self.expr(expr, Use::Value);
        if matches!(expr, Expr::Const(_)) { lowered } else { filter(PLAIN, lowered, Vec::new(), expr.span()) }
    }

    fn binary(&mut self, binary: &BinOp<'a>, span: Span) -> Expr<'a> {
        let op = binary.op;
        let (left, right) = match op {
            BinOpKind::ScAnd | BinOpKind::ScOr => {
                let left = self.expr(&binary.left, Use::Value);
                let before = self.assume(&binary.left, matches!(op, BinOpKind::ScAnd));
                let right = self.expr(&binary.right, Use::Value);
                self.forget(before);
                (left, right)
            }
            BinOpKind::Concat => {
                let mut text = |expr: &Expr<'a>| filter(SHOWN, self.expr(expr, Use::Value), Vec::new(), expr.span());
                (text(&binary.left), text(&binary.right))
            }
            BinOpKind::Eq => return self.order(&binary.left, "==", &binary.right, span),
            BinOpKind::Ne => return self.order(&binary.left, "!=", &binary.right, span),
            BinOpKind::In => return self.order(&binary.left, "in", &binary.right, span),
            BinOpKind::Lt => return self.order(&binary.left, "<", &binary.right, span),
            BinOpKind::Lte => return self.order(&binary.left, "<=", &binary.right, span),
            BinOpKind::Gt => return self.order(&binary.left, ">", &binary.right, span),
            BinOpKind::Gte => return self.order(&binary.left, ">=", &binary.right, span),
            BinOpKind::Add
            | BinOpKind::Sub
            | BinOpKind::Mul
            | BinOpKind::Div
            | BinOpKind::FloorDiv
            | BinOpKind::Rem
            | BinOpKind::Pow => (self.number(&binary.left), self.number(&binary.right)),
        };
        Expr::BinOp(Spanned::new(BinOp { op, left, right }, span))
    }

    /// A comparison. The engine orders a text behind every number; here that is an error, since an answer is a text.
    fn order(&mut self, left: &Expr<'a>, op: &'static str, right: &Expr<'a>, span: Span) -> Expr<'a> {
        let left = self.number(left);
        let args = vec![constant(Value::from(op), span), self.number(right)];
        filter(ORDER, left, args, span)
    }

    /// A comparison of more than two values: `1 < x <= 5`.
    fn chain(&mut self, compare: &Compare<'a>, span: Span) -> Expr<'a> {
        let first = self.number(&compare.expr);
        let mut args = Vec::with_capacity(compare.ops.len() * 2);
        for part in &compare.ops {
            let op = match part.op {
                CompareOpKind::Eq => "==",
                CompareOpKind::Ne => "!=",
                CompareOpKind::Lt => "<",
                CompareOpKind::Lte => "<=",
                CompareOpKind::Gt => ">",
                CompareOpKind::Gte => ">=",
                CompareOpKind::In | CompareOpKind::NotIn => {
                    let message = "`in` cannot be part of a longer comparison. Put parentheses around it.".to_owned();
                    self.problem(ProblemCode::TemplateSyntax, "chained-in", part.expr.span(), message);
                    "=="
                }
            };
            args.push(constant(Value::from(op), span));
            args.push(self.number(&part.expr));
        }
        filter(ORDER, first, args, span)
    }

    fn choice(&mut self, choice: &IfExpr<'a>, usage: Use, span: Span) -> Expr<'a> {
        let test_expr = self.expr(&choice.test_expr, Use::Value);
        let before = self.assume(&choice.test_expr, true);
        let true_expr = self.expr(&choice.true_expr, usage);
        self.forget(before);
        let before = self.assume(&choice.test_expr, false);
        let false_expr = choice.false_expr.as_ref().map(|expr| self.expr(expr, usage));
        self.forget(before);
        Expr::IfExpr(Spanned::new(IfExpr { test_expr, true_expr, false_expr }, span))
    }

    pub fn filter(&mut self, applied: &Spanned<Filter<'a>>) -> Expr<'a> {
        let span = applied.span();
        self.known("filter", applied.name, &FILTERS, span);
        let usage = match applied.name {
            "default" | "d" => Use::Lenient,
            name if LIST_FILTERS.contains(&name) => Use::Items,
            _ => Use::Value,
        };
        let expr = applied.expr.as_ref().map(|expr| {
            let lowered = self.expr(expr, usage);
            let wrapper = match applied.name {
                name if COMPARING.contains(&name) => WEIGHED,
                name if NUMERIC_FILTERS.contains(&name) => PLAIN,
                name if TEXT_FILTERS.contains(&name) => SHOWN,
                _ => return lowered,
            };
            filter(wrapper, lowered, Vec::new(), expr.span())
        });
        let wrapper = match applied.name {
            "format" => Some(FORMATTED),
            name if COMPARING.contains(&name) => Some(WEIGHED),
            name => NUMERIC_FILTERS.contains(&name).then_some(PLAIN),
        };
        let args = self.args(&applied.args, wrapper);
        Expr::Filter(Spanned::new(Filter { name: applied.name, expr, args }, span))
    }

    fn test(&mut self, test: &Test<'a>, span: Span) -> Expr<'a> {
        self.known("test", test.name, &TESTS, span);
        let expr = if matches!(test.name, "defined" | "undefined") {
            self.expr(&test.expr, Use::Lenient)
        } else {
            self.number(&test.expr)
        };
        let compares = COMPARING.contains(&test.name);
        let expr = if compares { filter(WEIGHED, expr, Vec::new(), span) } else { expr };
        let args = self.args(&test.args, Some(if compares { WEIGHED } else { PLAIN }));
        Expr::Test(Spanned::new(Test { name: test.name, expr, args }, span))
    }

    fn known(&mut self, what: &str, name: &str, all: &[&str], span: Span) {
        if !all.contains(&name) {
            let near = super::nearest(name, all.iter().copied());
            let hint = near.map_or_else(String::new, |near| format!(" Did you mean `{near}`?"));
            let message = format!("There is no {what} `{name}`.{hint}");
            self.problem(ProblemCode::TemplateSyntax, "unknown-word", span, message);
        }
    }

    fn args(&mut self, args: &[CallArg<'a>], wrapper: Option<&'static str>) -> Vec<CallArg<'a>> {
        let mut lower = |expr: &Expr<'a>| {
            let lowered = self.expr(expr, Use::Value);
            match wrapper {
                Some(wrapper) if !matches!(lowered, Expr::Const(_)) => {
                    filter(wrapper, lowered, Vec::new(), expr.span())
                }
                _ => lowered,
            }
        };
        args.iter()
            .map(|arg| match arg {
                CallArg::Pos(expr) => CallArg::Pos(lower(expr)),
                CallArg::Kwarg(name, expr) => CallArg::Kwarg(name, lower(expr)),
                CallArg::PosSplat(expr) => CallArg::PosSplat(lower(expr)),
                CallArg::KwargSplat(expr) => CallArg::KwargSplat(lower(expr)),
            })
            .collect()
    }

    pub fn call(&mut self, call: &Call<'a>) -> Call<'a> {
        let wrapper = match &call.expr {
            Expr::Var(var) if var.id == "range" => Some(PLAIN),
            Expr::GetAttr(attr) if attr.name == "changed" => Some(WEIGHED),
            _ => None,
        };
        let args = self.args(&call.args, wrapper);
        let expr = match &call.expr {
            Expr::Var(var) => {
                match self.meaning(var.id) {
                    Meaning::Function | Meaning::Loop => {}
                    Meaning::Unknown => {
                        let all = FUNCTIONS.iter().chain(&FILTERS).copied();
                        let message = match super::nearest(var.id, all) {
                            Some(near) if !FUNCTIONS.contains(&near) => {
                                format!("There is no function `{}`. `{near}` is a filter: `value | {near}`.", var.id)
                            }
                            Some(near) => format!("There is no function `{}`. Did you mean `{near}`?", var.id),
                            None => format!("There is no function `{}`.", var.id),
                        };
                        self.problem(ProblemCode::UnknownReference, "unknown-function", var.span(), message);
                    }
                    Meaning::Local { .. } | Meaning::Input | Meaning::Steps | Meaning::Step => {
                        let message = format!("`{}` is not a function and cannot be called.", var.id);
                        self.problem(ProblemCode::TemplateSyntax, "not-a-function", var.span(), message);
                    }
                }
                Expr::Var(Spanned::new(Var { id: var.id }, var.span()))
            }
            Expr::GetAttr(attr) => self.method(attr, attr.span()),
            other => {
                let message = format!("A {} cannot be called.", other.description());
                self.problem(ProblemCode::TemplateSyntax, "not-a-function", other.span(), message);
                self.expr(other, Use::Value)
            }
        };
        Call { expr, args }
    }

    fn method(&mut self, attr: &GetAttr<'a>, span: Span) -> Expr<'a> {
        let of_loop = matches!(&attr.expr, Expr::Var(var) if self.meaning(var.id) == Meaning::Loop);
        let expr = if of_loop {
            Expr::Var(Spanned::new(Var { id: "loop" }, span))
        } else {
            if !METHODS.contains(&attr.name) {
                let near = super::nearest(attr.name, METHODS.iter().copied());
                let hint = near.map_or_else(
                    || format!(" There are {}.", METHODS.join(", ")),
                    |near| format!(" Did you mean `{near}`?"),
                );
                let message = format!("There is no method `{}`.{hint}", attr.name);
                // The span ends with the name; where it begins depends on the chain before it.
                let name_length = u32::try_from(attr.name.len()).unwrap_or(0);
                let place = Span { start_offset: span.end_offset.saturating_sub(name_length), ..span };
                self.problem(ProblemCode::TemplateSyntax, "unknown-method", place, message);
            }
            self.expr(&attr.expr, Use::Value)
        };
        Expr::GetAttr(Spanned::new(GetAttr { expr, name: attr.name }, span))
    }

    fn path(&mut self, expr: &Expr<'a>, usage: Use) -> Expr<'a> {
        let path = Path::of(expr);
        let Some((name, span)) = path.name() else {
            let base = self.expr(path.base, Use::Value);
            return self.get(base, "this value", &path.keys, usage, expr.span());
        };
        match self.meaning(name) {
            Meaning::Local { always } => {
                let base = Expr::Var(Spanned::new(Var { id: name }, span));
                if path.keys.is_empty() && (always || usage == Use::Lenient) {
                    return base;
                }
                self.get(base, name, &path.keys, usage, span)
            }
            Meaning::Loop => {
                let base = Expr::Var(Spanned::new(Var { id: name }, span));
                self.get(base, name, &path.keys, usage, span)
            }
            Meaning::Input => {
                if let Some(Key::Computed(_)) = path.keys.first() {
                    let message = "The key of `input[…]` is computed, so nobody can tell which input is needed. \
                                   Write it as `input.key` or `input[\"key\"]`.";
                    self.problem(ProblemCode::DynamicReference, "dynamic-input", span, message.to_owned());
                }
                self.reference(Root::Input, &path, 0, usage, span)
            }
            Meaning::Step => self.step(name, &path, 0, usage, span),
            Meaning::Steps => match path.keys.first() {
                Some(Key::Fixed(Segment::Key(id))) if self.knows_step(id, span) => {
                    let id = id.clone();
                    self.step(&id, &path, 1, usage, span)
                }
                Some(Key::Fixed(Segment::Key(_))) => constant(Value::UNDEFINED, span),
                Some(Key::Fixed(Segment::Index(_)) | Key::Computed(_)) | None => {
                    let message = "Name the step: `steps[\"id\"].output`. With a computed key nobody can tell which \
                                   step must run first.";
                    self.problem(ProblemCode::DynamicReference, "dynamic-step", span, message.to_owned());
                    constant(Value::UNDEFINED, span)
                }
            },
            Meaning::Function => {
                let message = format!("`{name}` is a function: call it, `{name}(…)`.");
                self.problem(ProblemCode::TemplateSyntax, "function-name", span, message);
                constant(Value::UNDEFINED, span)
            }
            Meaning::Unknown => {
                self.unknown(name, span);
                constant(Value::UNDEFINED, span)
            }
        }
    }

    /// A path from a step, whose keys from `from` on stand behind its id.
    fn step(&mut self, id: &str, path: &Path<'_, 'a>, from: usize, usage: Use, span: Span) -> Expr<'a> {
        let message = match path.keys.get(from) {
            Some(Key::Fixed(Segment::Key(key))) if key == "output" => {
                return self.reference(Root::Step(id.to_owned()), path, from + 1, usage, span);
            }
            Some(Key::Fixed(Segment::Key(key))) => format!(
                "A step has only `output`. Write `{id}.output`, or `{id}.output.{key}` for a field of its outputSchema."
            ),
            Some(Key::Fixed(Segment::Index(_)) | Key::Computed(_)) | None => {
                format!("`{id}` is a step. Write `{id}.output` for what it answered.")
            }
        };
        self.problem(ProblemCode::UnknownReference, "step-without-output", span, message);
        constant(Value::UNDEFINED, span)
    }

    /// A path from `input` or a step's output, whose keys from `from` on lead into the data.
    fn reference(&mut self, root: Root, path: &Path<'_, 'a>, from: usize, usage: Use, span: Span) -> Expr<'a> {
        let mut fixed = path.fixed();
        let rest = &path.keys[fixed.len().max(from)..];
        let keys = fixed.split_off(from.min(fixed.len()));
        let lenient = usage == Use::Lenient;
        let as_json = usage == Use::Items || !rest.is_empty();
        let number = self.refer(root, keys, span, lenient, as_json);
        let shown = self.references[number].shown(usize::MAX);
        let callee = Expr::Var(Spanned::new(Var { id: REFERENCE }, span));
        let args = vec![CallArg::Pos(constant(Value::from(number), span))];
        let found = Expr::Call(Spanned::new(Call { expr: callee, args }, span));
        if rest.is_empty() { found } else { self.get(found, &shown, rest, usage, span) }
    }

    /// The look-up of keys in a value that is only known when rendering.
    fn get(&mut self, base: Expr<'a>, shown: &str, keys: &[Key<'_, 'a>], usage: Use, span: Span) -> Expr<'a> {
        let lenient = usage == Use::Lenient;
        let mut args = vec![
            constant(Value::from(lenient), span),
            constant(Value::from(shown), span),
            constant(Value::from(self.offset(span)), span),
        ];
        for key in keys {
            args.push(match key {
                Key::Fixed(Segment::Key(key)) => constant(Value::from(key.as_str()), span),
                Key::Fixed(Segment::Index(index)) => constant(Value::from(*index), span),
                Key::Computed(expr) => self.number(expr),
            });
        }
        filter(GET, base, args, span)
    }
}
