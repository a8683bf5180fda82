//! Statements: text, actions, branches, loops, templates.

use longshore_go::rune;

use super::{Compiler, Name, OpenBranch, OpenLoop, Task, Var};
use crate::code::{Candidates, Op, RangeSite, Target};
use crate::node::{Branch, Data, NONE, NodeId, Span};

impl Compiler<'_> {
    pub(super) fn statement(&mut self, node: NodeId) {
        self.at = node;
        match self.unit.node(node).data {
            Data::List { nodes } => {
                let unit = self.unit;
                let statements = unit.links(nodes).iter();
                self.tasks.extend(statements.map(|&node| Task::Statement(node)));
            }
            Data::Text { text } => self.emit(Op::Text(text)),
            Data::Action { pipe } => {
                self.tasks.push(Task::Pipe { node: pipe, is_action: true });
                if let Data::Pipe { decl, .. } = self.unit.node(pipe).data
                    && decl.is_empty()
                {
                    self.tasks.push(Task::Print(node));
                }
            }
            Data::Branch { pipe, list, else_list, .. } => {
                self.branches.push(OpenBranch {
                    vars: self.vars.len(),
                    inner: 0,
                    declared: self.declared,
                    test: 0,
                    exit: None,
                    next: None,
                });
                self.tasks.push(Task::Pipe { node: pipe, is_action: false });
                self.tasks.push(Task::Test(node));
                self.tasks.push(Task::Statement(list));
                self.tasks.push(Task::Else(node));
                if else_list != NONE {
                    self.tasks.push(Task::Statement(else_list));
                }
                self.tasks.push(Task::EndBranch);
            }
            Data::Template { name, pipe } => {
                self.emit(Op::Find { name, node });
                if pipe == NONE {
                    self.emit(Op::Missing);
                } else {
                    self.tasks.push(Task::Pipe { node: pipe, is_action: false });
                }
                self.tasks.push(Task::Template(node));
            }
            Data::Break => self.leave(),
            Data::Continue => {
                let next = self.loops.iter().rev().find_map(|scope| match scope {
                    OpenLoop::Body { next, .. } => Some(*next),
                    OpenLoop::Else { .. } => None,
                });
                if let Some(next) = next {
                    self.emit(Op::Jump(next as u32));
                }
            }
            other => unreachable!("not a statement: {other:?}"),
        }
    }

    /// A `break`: out of the loop, or out of the else part of one.
    fn leave(&mut self) {
        let over = match self.loops.last() {
            Some(OpenLoop::Else { withs, .. }) => Some(self.withs - withs),
            _ => None,
        };
        for _ in 0..over.unwrap_or_default() {
            self.emit(Op::EndWith);
        }
        let here = self.here();
        self.emit(if over.is_some() { Op::Jump(0) } else { Op::Break(0) });
        if let Some(OpenLoop::Body { breaks, .. } | OpenLoop::Else { breaks, .. }) = self.loops.last_mut() {
            breaks.push(here);
        }
    }

    /// Writes what is on top.
    pub(super) fn print_top(&mut self, node: NodeId) {
        let fused = match self.code.ops[self.landed..] {
            [.., Op::Field(site), Op::Dig] => Op::PrintField { site, node },
            [.., Op::Dot, Op::Dig] => Op::PrintDot(node),
            [.., Op::Var(slot), Op::Dig] => Op::PrintVar { slot, node },
            _ => return self.emit(Op::Print(node)),
        };
        let first = self.here() - 2;
        self.code.ops.truncate(first);
        self.emit(fused);
    }

    /// The pipeline of a branch is on top: test it.
    pub(super) fn test(&mut self, node: NodeId) {
        let Data::Branch { branch, pipe, .. } = self.unit.node(node).data else {
            return;
        };
        let test = self.here();
        match branch {
            Branch::If => self.emit(Op::JumpFalse(0)),
            Branch::With => {
                self.emit(Op::With(0));
                self.withs += 1;
            }
            Branch::Range => {
                let site = self.range_site(pipe);
                self.emit(Op::Range { site, or_else: 0 });
                self.loops.push(OpenLoop::Body { next: test + 1, breaks: Vec::new() });
                self.emit(Op::Next { exit: 0 });
            }
        }
        let inner = self.vars.len();
        let open = self.branches.last_mut().expect("statement() opened one");
        open.test = test;
        open.inner = inner;
    }

    /// The body of a branch is done.
    pub(super) fn else_part(&mut self, node: NodeId) {
        let Data::Branch { branch, else_list, .. } = self.unit.node(node).data else {
            return;
        };
        let mut exit = None;
        let mut next = None;
        match branch {
            Branch::Range => {
                if let Some(OpenLoop::Body { next: round, breaks }) = self.loops.pop() {
                    self.emit(Op::Jump(round as u32));
                    next = Some(round);
                    self.loops.push(OpenLoop::Else { withs: self.withs, breaks });
                }
            }
            Branch::With => {
                self.emit(Op::EndWith);
                self.withs -= 1;
            }
            Branch::If => {}
        }
        if else_list != NONE && branch != Branch::Range {
            exit = Some(self.here());
            self.emit(Op::Jump(0));
        }
        let open = self.branches.last_mut().expect("statement() opened one");
        open.exit = exit;
        open.next = next;
        let (test, inner) = (open.test, open.inner);
        self.vars.truncate(inner);
        self.land(test);
    }

    pub(super) fn end_branch(&mut self) {
        let open = self.branches.pop().expect("statement() opened one");
        if let Some(exit) = open.exit {
            self.land(exit);
        }
        if let Some(next) = open.next {
            self.land(next);
            if let Some(OpenLoop::Else { breaks, .. }) = self.loops.pop() {
                for jump in breaks {
                    self.land(jump);
                }
            }
        }
        self.vars.truncate(open.vars);
        if self.declared > open.declared {
            self.emit(Op::Drop(open.vars as u32));
        }
    }

    /// Declares or assigns the variables of a pipeline whose value is on top.
    pub(super) fn declare(&mut self, pipe: NodeId, keep: bool) {
        let Data::Pipe { assign, decl, .. } = self.unit.node(pipe).data else {
            return;
        };
        let unit = self.unit;
        let names = unit.links(decl);
        for (i, &name) in names.iter().enumerate() {
            let keep = keep || i + 1 < names.len();
            if assign {
                match self.slots(name) {
                    Slots::One(slot) => self.emit(Op::Assign { slot, keep }),
                    Slots::Some(list) => self.emit(Op::AssignOf { list, keep, node: self.at }),
                    Slots::None => self.undefined(name),
                }
            } else {
                self.emit(Op::Declare { keep });
                self.declared += 1;
                self.vars.push(Var {
                    name: Name::At(self.variable_span(name)),
                    certain: !self.shorts.iter().any(|short| short.uncertain),
                });
            }
        }
    }

    /// What each round of a range sets. The variables are declared or assigned already.
    fn range_site(&mut self, pipe: NodeId) -> u32 {
        let unit = self.unit;
        let Data::Pipe { assign, decl, .. } = unit.node(pipe).data else {
            unreachable!("a range has a pipeline");
        };
        let names = unit.links(decl);
        let declared_from = self.vars.len().saturating_sub(names.len());
        let mut targets = [None; 2];
        for (i, &name) in names.iter().enumerate().take(2) {
            targets[i] = Some(if assign {
                match self.slots(name) {
                    Slots::One(slot) => Target::Slot(slot),
                    Slots::Some(list) => Target::OneOf(list),
                    Slots::None => continue, // the assignment itself fails
                }
            } else {
                Target::Slot((declared_from + i) as u32)
            });
        }
        let (index, element) = match targets {
            [Some(only), None] => (None, Some(only)),
            [index, element] => (index, element),
        };
        let at = self.at;
        self.code.ranges.push(RangeSite { index, element, at });
        (self.code.ranges.len() - 1) as u32
    }

    pub(super) fn undefined(&mut self, variable: NodeId) {
        let name = rune::to_text(self.variable_name(variable));
        self.fail(format!("undefined variable: {name}"));
    }

    fn variable_name(&self, variable: NodeId) -> &[u8] {
        self.unit.text(self.variable_span(variable))
    }

    fn variable_span(&self, variable: NodeId) -> Span {
        match self.unit.node(variable).data {
            Data::Variable { idents } => self.unit.idents(idents)[0],
            _ => Span { start: 0, end: 0 },
        }
    }

    /// Where the variable may be on the stack: the last one of its name.
    pub(super) fn slots(&mut self, variable: NodeId) -> Slots {
        let name = self.variable_name(variable);
        let mut same = self.vars.iter().enumerate().rev().filter(|(_, var)| match var.name {
            Name::Root => name == b"$",
            Name::At(span) => self.unit.text(span) == name,
        });
        let mut found = match same.next() {
            None => return Slots::None,
            Some((slot, var)) if var.certain => return Slots::One(slot as u32),
            Some((slot, _)) => vec![slot as u32],
        };
        for (slot, var) in same {
            found.push(slot as u32);
            if var.certain {
                break;
            }
        }
        self.code.candidates.push(Candidates { slots: found.into(), node: variable });
        Slots::Some((self.code.candidates.len() - 1) as u32)
    }
}

/// Where a variable may be.
pub(super) enum Slots {
    One(u32),
    /// In the first declared one of this list of candidates.
    Some(u32),
    None,
}
