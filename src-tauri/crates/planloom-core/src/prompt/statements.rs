//! The statements' part of `lower`: what a block declares, and what is assigned.

use minijinja::Value;
use minijinja::machinery::ast::{
    Do, EmitExpr, EmitRaw, Expr, FilterBlock, ForLoop, GetAttr, IfCond, List, Set, SetBlock, Spanned, Stmt, Template,
    Tuple, Var, WithBlock,
};

use super::lower::{SETTLE, Use, constant, filter};
use super::references::Names;

/// Where a statement stands.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// In a loop: plain text is written by the formatter, which counts it.
    in_loop: bool,
    /// In a branch: what is set here may be unset afterwards.
    in_branch: bool,
}

impl<'a> Names<'_, 'a> {
    pub fn stmts(&mut self, stmts: &[Stmt<'a>], place: Place) -> Vec<Stmt<'a>> {
        stmts.iter().map(|stmt| self.stmt(stmt, place)).collect()
    }

    pub fn stmt(&mut self, stmt: &Stmt<'a>, place: Place) -> Stmt<'a> {
        match stmt {
            Stmt::Template(template) => {
                let children = self.stmts(&template.children, place);
                Stmt::Template(Spanned::new(Template { children }, template.span()))
            }
            Stmt::EmitExpr(emit) => {
                let expr = self.expr(&emit.expr, Use::Value);
                Stmt::EmitExpr(Spanned::new(EmitExpr { expr }, emit.span()))
            }
            Stmt::EmitRaw(emit) if place.in_loop => {
                let expr = constant(Value::from(emit.raw), emit.span());
                Stmt::EmitExpr(Spanned::new(EmitExpr { expr }, emit.span()))
            }
            Stmt::EmitRaw(emit) => Stmt::EmitRaw(Spanned::new(EmitRaw { raw: emit.raw }, emit.span())),
            Stmt::ForLoop(for_loop) => Stmt::ForLoop(Spanned::new(self.for_loop(for_loop, place), for_loop.span())),
            Stmt::IfCond(cond) => Stmt::IfCond(Spanned::new(self.if_cond(cond, place), cond.span())),
            Stmt::WithBlock(with) => Stmt::WithBlock(Spanned::new(self.with_block(with, place), with.span())),
            Stmt::Set(set) => {
                let expr = self.assigned(&set.expr, &set.target);
                self.declare(&set.target, !place.in_branch);
                Stmt::Set(Spanned::new(Set { target: target(&set.target), expr }, set.span()))
            }
            Stmt::SetBlock(set) => {
                let body = self.body(&set.body, place);
                let filter = set.filter.as_ref().map(|filter| self.expr(filter, Use::Value));
                self.declare(&set.target, !place.in_branch);
                Stmt::SetBlock(Spanned::new(SetBlock { target: target(&set.target), filter, body }, set.span()))
            }
            Stmt::FilterBlock(block) => {
                let body = self.body(&block.body, place);
                let filter = self.expr(&block.filter, Use::Value);
                let filter_span = block.filter_span;
                Stmt::FilterBlock(Spanned::new(FilterBlock { filter, filter_span, body }, block.span()))
            }
            Stmt::Do(call) => {
                let span = call.call.span();
                let lowered = Spanned::new(self.call(&call.call), span);
                Stmt::Do(Spanned::new(Do { call: lowered }, call.span()))
            }
            // `syntax` refuses the tag.
            Stmt::AutoEscape(block) => {
                let children = self.stmts(&block.body, place);
                Stmt::Template(Spanned::new(Template { children }, block.span()))
            }
        }
    }

    fn body(&mut self, stmts: &[Stmt<'a>], place: Place) -> Vec<Stmt<'a>> {
        self.enter(false);
        let body = self.stmts(stmts, place);
        self.leave(false);
        body
    }

    fn for_loop(&mut self, for_loop: &ForLoop<'a>, place: Place) -> ForLoop<'a> {
        let iter = self.expr(&for_loop.iter, Use::Items);
        let inside = Place { in_loop: true, in_branch: false };
        self.enter(true);
        self.declare(&for_loop.target, true);
        let filter_expr = for_loop.filter_expr.as_ref().map(|expr| self.expr(expr, Use::Value));
        let body = self.stmts(&for_loop.body, inside);
        self.leave(true);
        let else_body = self.body(&for_loop.else_body, place);
        ForLoop { target: target(&for_loop.target), iter, filter_expr, recursive: for_loop.recursive, body, else_body }
    }

    fn if_cond(&mut self, cond: &IfCond<'a>, place: Place) -> IfCond<'a> {
        let place = Place { in_branch: true, ..place };
        let expr = self.expr(&cond.expr, Use::Value);
        let before = self.assume(&cond.expr, true);
        let true_body = self.stmts(&cond.true_body, place);
        self.forget(before);
        let before = self.assume(&cond.expr, false);
        let false_body = self.stmts(&cond.false_body, place);
        self.forget(before);
        IfCond { expr, true_body, false_body }
    }

    fn with_block(&mut self, with: &WithBlock<'a>, place: Place) -> WithBlock<'a> {
        self.enter(false);
        let mut assignments = Vec::with_capacity(with.assignments.len());
        for (name, expr) in &with.assignments {
            let expr = self.assigned(expr, name);
            self.declare(name, true);
            assignments.push((target(name), expr));
        }
        let body = self.stmts(&with.body, Place { in_branch: false, ..place });
        self.leave(false);
        WithBlock { assignments, body }
    }

    /// The right side of an assignment. Only through variables can values grow from one statement to the next, so
    /// this is where their size and depth are bounded.
    fn assigned(&mut self, expr: &Expr<'a>, name: &Expr<'a>) -> Expr<'a> {
        let lowered = self.expr(expr, Use::Value);
        if matches!(lowered, Expr::Const(_)) {
            return lowered;
        }
        let into_namespace = matches!(name, Expr::GetAttr(_));
        filter(SETTLE, lowered, vec![constant(Value::from(into_namespace), expr.span())], expr.span())
    }
}

/// A copy of an assignment's target, which is names only.
fn target<'a>(expr: &Expr<'a>) -> Expr<'a> {
    match expr {
        Expr::List(list) => {
            Expr::List(Spanned::new(List { items: list.items.iter().map(target).collect() }, list.span()))
        }
        Expr::Tuple(tuple) => {
            Expr::Tuple(Spanned::new(Tuple { items: tuple.items.iter().map(target).collect() }, tuple.span()))
        }
        Expr::GetAttr(attr) => {
            Expr::GetAttr(Spanned::new(GetAttr { expr: target(&attr.expr), name: attr.name }, attr.span()))
        }
        Expr::Var(var) => Expr::Var(Spanned::new(Var { id: var.id }, var.span())),
        other => constant(Value::UNDEFINED, other.span()),
    }
}
