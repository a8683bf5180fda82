//! The machine that executes compiled templates.
//!
//! One machine runs one execution: it holds the values, the variables, the loops and the output.
//! A template that calls a template, by `template` or by a function that returns
//! [`Return::Template`], costs a [`Frame`] on the heap and no native stack. Only a function that
//! calls back into [`crate::Executor`] nests natively, and that has a budget of its own.

#![expect(
    clippy::unnecessary_box_returns,
    reason = "errors travel boxed through the hot loop, so that its results stay small"
)]

use std::sync::Arc;

use longshore_go::{Kind, Method, Str, TypeInfo, Value, rune};

use crate::code::{Code, DYNAMIC};
use crate::error::{ExecError, ExecPlace, FuncError, Problem};
use crate::func::Functions;
use crate::node::NodeId;
use crate::set::Set;
use crate::template::Template;
use crate::trace::{Position, Tracer};
use crate::types::validate;

mod body;
mod budget;
mod call;
mod executor;
mod field;
mod range;
mod step;
mod trace;

pub(crate) use body::Body;
pub use budget::Budget;

pub(crate) type Failure = Box<ExecError>;

/// A variable, or dot.
#[derive(Clone, Debug)]
struct Var {
    value: Value,
    state: State,
}

/// In place of what is not there.
const NOTHING: &Var = &Var { value: Value::Missing, state: State::Plain };

/// What is known of a variable beside its value.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// A value of its own type.
    Plain,
    /// An element of an `[]interface {}` or the like: Go's errors name the interface's type.
    Interface(&'static TypeInfo),
    /// Declared in an argument that `and` or `or` skipped.
    Undeclared,
}

impl Var {
    fn plain(value: Value) -> Self {
        Self { value, state: State::Plain }
    }

    fn element(value: Value, ty: Option<&'static TypeInfo>) -> Self {
        Self { value, state: Self::state_of(ty) }
    }

    /// What is known of an element of that static type.
    fn state_of(ty: Option<&'static TypeInfo>) -> State {
        match ty {
            Some(ty) if ty.kind == Kind::Interface => State::Interface(ty),
            _ => State::Plain,
        }
    }

    /// The interface type that it comes out of, if any.
    fn interface(&self) -> Option<&'static TypeInfo> {
        match self.state {
            State::Interface(ty) => Some(ty),
            _ => None,
        }
    }
}

/// An execution that waits for a template that it called.
struct Frame<'s> {
    code: Body<'s>,
    pc: usize,
    base: usize,
    at: NodeId,
    /// The node of the call.
    call_at: NodeId,
    /// Where the output of the called template starts and the call to report an error as, if the
    /// output is to become a value.
    capture: Option<Capture>,
}

struct Capture {
    start: usize,
    call: u32,
    name: Str,
}

/// A method that waits for its arguments.
struct Pending {
    method: &'static Method,
    receiver: Value,
}

/// How far everything was filled, to return to after an error inside a function.
struct Mark {
    stack: usize,
    vars: usize,
    dots: usize,
    loops: usize,
    pending: usize,
    frames: usize,
    callees: usize,
    out: usize,
}

pub(crate) struct Vm<'s, T> {
    set: &'s Set,
    functions: &'s dyn Functions,
    /// Sources parsed on top of the set, innermost last.
    overlays: Vec<Vec<Arc<Template>>>,
    stack: Vec<Value>,
    vars: Vec<Var>,
    /// Where the variables of the present template start.
    base: usize,
    /// Dot is the last; those before come back at the end of a `with`, a loop or a template.
    dots: Vec<Var>,
    loops: Vec<range::Loop>,
    pending: Vec<Pending>,
    frames: Vec<Frame<'s>>,
    /// Templates found for `template` actions whose argument is being evaluated.
    callees: Vec<Body<'s>>,
    at: NodeId,
    /// The interface type of the container or field that the value pushed last came out of.
    interface: Option<&'static TypeInfo>,
    out: Vec<u8>,
    /// Argument lists to use again.
    spare: Vec<Vec<Value>>,
    budget: Budget,
    /// Native nesting, and names of what [`crate::Executor::execute`] runs.
    nested: Vec<Str>,
    tracer: T,
    /// For the tracer: calls of functions that may execute templates natively, and how many frames lay below.
    native: Vec<(usize, Position)>,
}

impl<'s, T: Tracer> Vm<'s, T> {
    pub(crate) fn new(
        set: &'s Set,
        functions: &'s dyn Functions,
        budget: Budget,
        out: Vec<u8>,
        tracer: T,
    ) -> Self {
        Self {
            set,
            functions,
            overlays: Vec::new(),
            stack: Vec::new(),
            vars: Vec::new(),
            base: 0,
            dots: Vec::new(),
            loops: Vec::new(),
            pending: Vec::new(),
            frames: Vec::new(),
            callees: Vec::new(),
            at: 0,
            interface: None,
            out,
            spare: Vec::new(),
            budget,
            nested: Vec::new(),
            tracer,
            native: Vec::new(),
        }
    }

    /// The output.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Executes a template from its beginning to its end.
    pub(crate) fn start(&mut self, code: Body<'s>, data: Value) -> Result<(), Failure> {
        let floor = self.frames.len();
        self.enter(data);
        self.run(code, floor)
    }

    /// Makes `data` dot and `$` of a template about to run.
    fn enter(&mut self, data: Value) {
        let data = match data {
            Value::Nil => Value::Missing,
            other => other,
        };
        self.base = self.vars.len();
        self.vars.push(Var::plain(data.clone()));
        self.dots.push(Var::plain(data));
    }

    fn run(&mut self, code: Body<'s>, floor: usize) -> Result<(), Failure> {
        let result = self.steps(code, floor);
        result.map_err(|error| self.unwind(error, floor))
    }

    /// Wraps an error by the calls between where it happened and the frame `floor`.
    fn unwind(&mut self, mut error: Failure, floor: usize) -> Failure {
        while self.frames.len() > floor {
            let Some(frame) = self.frames.pop() else {
                break;
            };
            self.base = frame.base;
            self.at = frame.at;
            if let Some(capture) = frame.capture {
                self.out.truncate(capture.start);
                if T::ON {
                    self.tracer.dropped(capture.start);
                }
                error = self.call_failure(&frame.code, capture.call, (*error).into());
            }
        }
        error
    }

    fn mark(&self) -> Mark {
        Mark {
            stack: self.stack.len(),
            vars: self.vars.len(),
            dots: self.dots.len(),
            loops: self.loops.len(),
            pending: self.pending.len(),
            frames: self.frames.len(),
            callees: self.callees.len(),
            out: self.out.len(),
        }
    }

    fn back_to(&mut self, mark: &Mark) {
        self.stack.truncate(mark.stack);
        self.vars.truncate(mark.vars);
        self.dots.truncate(mark.dots);
        self.loops.truncate(mark.loops);
        self.pending.truncate(mark.pending);
        self.frames.truncate(mark.frames);
        self.callees.truncate(mark.callees);
        self.out.truncate(mark.out);
    }

    fn find(&self, name: &[u8]) -> Option<Body<'s>> {
        for overlay in self.overlays.iter().rev() {
            if let Some(template) = overlay.iter().find(|template| *template.name == *name) {
                return Some(Body::OnTop(Arc::clone(template)));
            }
        }
        self.set.get(name).map(Body::OfSet)
    }

    /// An error at a node of the template that is executing.
    #[cold]
    fn failure(&self, code: &Code, node: NodeId, problem: Problem) -> Failure {
        let node = if node == DYNAMIC { self.at } else { node };
        let (line, column) = code.unit.place(node);
        Box::new(ExecError {
            place: Some(Box::new(ExecPlace {
                file: code.file.clone(),
                line,
                column,
                node: rune::to_text(&code.unit.print(node)),
            })),
            template: code.name.clone(),
            problem,
        })
    }

    /// The same for an error of the template language.
    #[cold]
    fn refuse(&self, code: &Code, node: NodeId, message: String) -> Failure {
        self.failure(code, node, Problem::Template(message))
    }

    /// The error of the function called at a site.
    #[cold]
    fn call_failure(&self, code: &Code, call: u32, error: FuncError) -> Failure {
        let site = &code.calls[call as usize];
        let function = site.callee.name().to_owned();
        self.failure(code, site.call_at, Problem::Call { function, error })
    }

    fn pop(&mut self) -> Value {
        self.stack.pop().unwrap_or(Value::Missing)
    }

    fn check(&mut self, code: &Code, node: NodeId, ty: &'static TypeInfo) -> Result<(), Failure> {
        let value = self.pop();
        match validate(value, ty) {
            Ok(value) => {
                self.stack.push(value);
                Ok(())
            }
            Err(message) => Err(self.refuse(code, node, message)),
        }
    }

    /// The slot of the first declared variable of a list of candidates.
    fn candidate(&self, code: &Code, list: u32) -> Option<u32> {
        let slots = code.candidates[list as usize].slots.iter().copied();
        slots.into_iter().find(|&slot| self.var(slot).is_some_and(|var| var.state != State::Undeclared))
    }

    fn dot(&self) -> &Var {
        self.dots.last().unwrap_or(NOTHING)
    }

    fn var(&self, slot: u32) -> Option<&Var> {
        self.vars.get(self.base + slot as usize)
    }

    fn set_var(&mut self, slot: u32, var: Var) {
        if let Some(old) = self.vars.get_mut(self.base + slot as usize) {
            *old = var;
        }
    }

    /// The stack's top without its nil.
    fn dig(&mut self) {
        if let Some(top @ Value::Nil) = self.stack.last_mut() {
            *top = Value::Missing;
        }
    }

    fn over_output(&self) -> Option<String> {
        (self.out.len() > self.budget.output)
            .then(|| format!("exceeded maximum output of {} bytes", self.budget.output))
    }
}
