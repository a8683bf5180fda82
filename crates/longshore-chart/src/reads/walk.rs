//! The walk over templates.

use std::collections::{BTreeMap, BTreeSet};

use longshore_go::{Str, strings};
use longshore_template::Set;
use longshore_template::syntax::{Body, Branch, Operand, Pipeline, Statement};

use super::seen::{Context, Seen};
use super::tree::{TOP, Tree};
use super::words::Words;

/// Statements and pipelines within one another, beyond which nothing is followed.
const DEEPEST: usize = 150;
/// Operands that are looked at before the walk gives up: everything then counts as read.
const MOST: usize = 2_000_000;

/// A walk over the templates of a set.
///
/// What a template is executed with is put together over all who call it, and the template walked again when there is
/// something new: a helper that is called from a thousand places is walked a few times.
pub(super) struct Walk<'s> {
    set: &'s Set,
    pub(super) tree: Tree,
    pub(super) words: Words,
    /// Texts that may be executed and are no templates.
    pub(super) opaque: Vec<Str>,
    pub(super) contexts: Vec<Context>,
    /// What the dots of templates can be.
    dots: BTreeMap<Str, Seen>,
    /// Templates to be walked.
    waiting: BTreeSet<Str>,
    /// What `tpl` is given as dot, where its text is not in the template.
    of_texts: Seen,
    has_texts: bool,
    /// What templates are given whose name is made while executing.
    of_any: Seen,
    depth: usize,
    looked: usize,
}

/// The variables in sight, the innermost last.
pub(super) type Variables<'b> = Vec<(&'b str, Seen)>;

impl<'s> Walk<'s> {
    pub(super) fn new(set: &'s Set, tree: Tree, contexts: Vec<Context>) -> Self {
        Self {
            set,
            tree,
            words: Words::default(),
            opaque: Vec::new(),
            contexts,
            dots: BTreeMap::new(),
            waiting: BTreeSet::new(),
            of_texts: Seen::default(),
            has_texts: false,
            of_any: Seen::default(),
            depth: 0,
            looked: 0,
        }
    }

    /// Notes that a template is executed with this as its dot.
    pub(super) fn template(&mut self, name: &[u8], dot: Seen) {
        if dot.is_deep() || !self.set.contains(name) {
            return self.escape(&dot);
        }
        let name = Str::from(name);
        match self.dots.get_mut(&name) {
            Some(known) => {
                if !known.add(dot) {
                    return;
                }
            }
            None => {
                self.dots.insert(name.clone(), dot);
            }
        }
        self.waiting.insert(name);
    }

    /// Notes that a template, whichever, is executed with this as its dot; one that is a file if `is_file`.
    pub(super) fn any_template(&mut self, dot: &Seen, is_file: bool) {
        if dot.is_inert() || !is_file && !self.of_any.add(dot.clone()) {
            return;
        }
        let is_meant = |name: &&Str| !is_file || strings::contains(name, b"/templates/");
        let names: Vec<Str> = self.set.names().filter(is_meant).cloned().collect();
        for name in names {
            self.template(&name, dot.clone());
        }
    }

    /// Notes that a text from somewhere is executed with this as its dot.
    pub(super) fn any_text(&mut self, dot: Seen) {
        self.has_texts = true;
        self.of_texts.add(dot);
    }

    /// Whether texts of values and files are executed.
    pub(super) fn has_texts(&self) -> bool {
        self.has_texts
    }

    /// Walks all that is waiting.
    pub(super) fn work(&mut self) {
        while !self.waiting.is_empty() {
            for name in std::mem::take(&mut self.waiting) {
                let (Some(body), Some(dot)) = (self.set.body(&name), self.dots.get(&name).cloned()) else {
                    continue;
                };
                self.body(body, &dot, &mut vec![("$", dot.clone())]);
                if self.looked > MOST {
                    return self.tree.set_whole(TOP);
                }
            }
        }
    }

    /// Walks a text that `tpl` may be given, with this as its dot or with all that is known.
    pub(super) fn text(&mut self, text: &Str, dot: Option<&Seen>) {
        let mut set = self.set.clone();
        if set.parse("gotpl", text.clone()).is_err() {
            self.opaque.push(text.clone());
            return;
        }
        let dot = dot.unwrap_or(&self.of_texts).clone();
        if let Some(body) = set.body(b"gotpl") {
            // The text's own definitions are not looked into: what they get is out of sight.
            self.body(body, &dot, &mut vec![("$", dot.clone())]);
        }
    }

    /// All that is in it counts as read.
    pub(super) fn escape(&mut self, seen: &Seen) {
        seen.escape(&self.contexts, &mut self.tree);
    }

    fn body<'b>(&mut self, body: Body<'b>, dot: &Seen, variables: &mut Variables<'b>) {
        self.depth += 1;
        if self.depth > DEEPEST || self.looked > MOST {
            self.tree.set_whole(TOP);
        } else {
            let mark = variables.len();
            for statement in body.statements() {
                self.statement(statement, dot, variables);
            }
            variables.truncate(mark);
        }
        self.depth -= 1;
    }

    fn statement<'b>(&mut self, statement: Statement<'b>, dot: &Seen, variables: &mut Variables<'b>) {
        match statement {
            Statement::Text => {}
            Statement::Action(pipeline) => {
                let seen = self.pipeline(pipeline, dot, variables);
                if pipeline.variables().next().is_some() {
                    declare(pipeline, &seen, variables);
                } else {
                    self.escape(&seen);
                }
            }
            Statement::Template { name, argument } => {
                let dot = argument.map(|pipeline| self.pipeline(pipeline, dot, variables));
                self.template(name, dot.unwrap_or_default());
            }
            Statement::Branch { branch, pipeline, body, otherwise } => {
                let mark = variables.len();
                let seen = self.pipeline(pipeline, dot, variables);
                let inner = match branch {
                    Branch::If => dot.clone(),
                    Branch::With => seen.clone(),
                    Branch::Range => {
                        if seen.is_shared() {
                            self.escape(&seen);
                        }
                        seen.elements()
                    }
                };
                let bound = if branch == Branch::Range { inner.clone() } else { seen };
                declare(pipeline, &bound, variables);
                self.body(body, &inner, variables);
                if branch == Branch::Range {
                    // What the first turn assigns, the second one sees.
                    self.body(body, &inner, variables);
                }
                if let Some(otherwise) = otherwise {
                    self.body(otherwise, dot, variables);
                }
                variables.truncate(mark);
            }
        }
    }

    pub(super) fn pipeline<'b>(
        &mut self,
        pipeline: Pipeline<'b>,
        dot: &Seen,
        variables: &mut Variables<'b>,
    ) -> Seen {
        self.depth += 1;
        let mut result = None;
        if self.depth > DEEPEST || self.looked > MOST {
            self.tree.set_whole(TOP);
        } else {
            for command in pipeline.commands() {
                result = Some(self.command(&command, result, dot, variables));
            }
        }
        self.depth -= 1;
        result.unwrap_or_default()
    }

    fn command<'b>(
        &mut self,
        command: &[Operand<'b>],
        piped: Option<Seen>,
        dot: &Seen,
        variables: &mut Variables<'b>,
    ) -> Seen {
        let Some((first, rest)) = command.split_first() else { return Seen::default() };
        let mut arguments: Vec<Seen> =
            rest.iter().map(|operand| self.operand(operand, dot, variables)).collect();
        arguments.extend(piped);
        if let Operand::Function(name) = first {
            let result = self.call(name, rest, arguments);
            if result.is_deep() {
                self.escape(&result);
                return Seen::default();
            }
            return result;
        }
        // A method: nothing is known of what it does with its arguments.
        for argument in &arguments {
            self.escape(argument);
        }
        self.operand(first, dot, variables)
    }

    fn operand<'b>(&mut self, operand: &Operand<'b>, dot: &Seen, variables: &mut Variables<'b>) -> Seen {
        self.looked += 1;
        match operand {
            Operand::Dot => dot.clone(),
            Operand::Field(path) => self.fields(dot.clone(), path),
            Operand::Variable(name, path) => {
                let seen = variables.iter().rev().find(|(other, _)| other == name);
                let seen = seen.map(|(_, seen)| seen.clone()).unwrap_or_default();
                self.fields(seen, path)
            }
            Operand::Chain(inner, path) => {
                let inner = self.operand(inner, dot, variables);
                self.fields(inner, path)
            }
            Operand::Pipeline(pipeline) => self.pipeline(*pipeline, dot, variables),
            Operand::Function(name) => self.call(name, &[], Vec::new()),
            Operand::Text(text) => {
                self.words.add(text);
                Seen::default()
            }
            Operand::Int(_) | Operand::Constant => Seen::default(),
        }
    }

    pub(super) fn fields<N: AsRef<str>>(&mut self, seen: Seen, path: &[N]) -> Seen {
        let step = |seen: Seen, name: &N| seen.field(name.as_ref(), &self.contexts, &mut self.tree);
        let found = path.iter().fold(seen, step);
        if !path.is_empty() {
            found.look(&mut self.tree);
        }
        found
    }
}

/// Gives the variables of a pipeline what it can be. Of two, which `range` has, the second is the element.
fn declare<'b>(pipeline: Pipeline<'b>, seen: &Seen, variables: &mut Variables<'b>) {
    for name in pipeline.variables() {
        if pipeline.assigns() {
            if let Some((_, here)) = variables.iter_mut().rev().find(|(other, _)| *other == name) {
                *here = std::mem::take(here).or(seen.clone());
            }
        } else {
            variables.push((name, seen.clone()));
        }
    }
}
