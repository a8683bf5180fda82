//! Calls of functions.

use std::mem;

use longshore_go::{Kind, Str, Value, fmt, rune};

use super::trace::node;
use super::{Failure, Vm};
use crate::code::{CallSite, Callee, Code};
use crate::error::{FuncError, Problem};
use crate::func::Return;
use crate::node::NodeId;
use crate::trace::Tracer;
use crate::types::{validate, zero};

/// Strings from this size on are counted.
const LARGE: usize = 64 << 10;

/// How many times longer a builtin may make a text.
const GROWTH: usize = 4;

/// How many argument lists are kept for the next call.
const SPARE: usize = 16;

impl Callee {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Table { name, .. } => name,
            Self::Builtin(builtin) => builtin.name(),
        }
    }
}

impl<T: Tracer> Vm<'_, T> {
    /// Calls a function of the table. Gives the template to run and its data, if that is what the
    /// function wants for a result.
    pub(super) fn call(&mut self, code: &Code, index: u32) -> Result<Option<(Str, Value)>, Failure> {
        let site = &code.calls[index as usize];
        let Callee::Table { index: function, .. } = site.callee else {
            return Ok(None);
        };
        let mut args = self.arguments(code, site)?;
        for arg in &mut args {
            if let Value::Missing = arg {
                *arg = Value::Nil;
            }
        }
        let functions = self.functions;
        if T::ON {
            self.native.push((self.frames.len(), node(code, site.call_at)));
        }
        let result = functions.call(self, function as usize, &mut args);
        if T::ON {
            self.native.pop();
        }
        self.recycle(args);
        match result {
            Ok(Return::Value(value)) => {
                let value = match value {
                    Value::Nil => self.nil_result(function as usize),
                    value => value,
                };
                self.check_text(code, site.call_at, &value)?;
                self.stack.push(value);
                Ok(None)
            }
            Ok(Return::Template { name, data }) => Ok(Some((name, data))),
            Err(error) => Err(self.call_failure(code, index, error)),
        }
    }

    /// A nil result: for a map, slice or function it has that type.
    fn nil_result(&self, function: usize) -> Value {
        match self.set.functions().get(function) {
            Some(def) if matches!(def.result.kind, Kind::Map | Kind::Slice | Kind::Func) => zero(def.result),
            _ => Value::Nil,
        }
    }

    /// Calls a builtin.
    pub(super) fn builtin(&mut self, code: &Code, index: u32) -> Result<(), Failure> {
        let site = &code.calls[index as usize];
        let Callee::Builtin(builtin) = site.callee else {
            return Ok(());
        };
        let args = self.arguments(code, site)?;
        // What is printed a thousand times in one call is refused before it is there: a text may come out several
        // times as long (`%x`, `html`).
        let read = args.iter().filter_map(Value::as_str).map(|text| GROWTH * text.len()).sum();
        if read > LARGE.max(self.budget.text) {
            self.charge_text(code, site.call_at, read)?;
        }
        let result = builtin.call(&args, || callee_text(code, site, &args));
        self.recycle(args);
        match result {
            Ok(value) => {
                if let Value::Str(text) = &value
                    && text.len() > LARGE
                {
                    self.check_text(code, site.call_at, &value)?;
                    self.charge_text(code, site.call_at, text.len())?;
                }
                self.stack.push(value);
                Ok(())
            }
            Err(message) => Err(self.call_failure(code, index, FuncError::Message(message))),
        }
    }

    /// Refuses a text so large that printing may have ended before its end.
    fn check_text(&self, code: &Code, node: NodeId, value: &Value) -> Result<(), Failure> {
        match value {
            Value::Str(text) if text.len() > fmt::MAX_OUTPUT => Err(self.too_large(code, node)),
            _ => Ok(()),
        }
    }

    #[cold]
    pub(super) fn too_large(&self, code: &Code, node: NodeId) -> Failure {
        self.failure(code, node, Problem::Budget("exceeded maximum size of strings".to_owned()))
    }

    #[cold]
    fn charge_text(&mut self, code: &Code, node: NodeId, bytes: usize) -> Result<(), Failure> {
        let Some(left) = self.budget.text.checked_sub(bytes) else {
            return Err(self.too_large(code, node));
        };
        self.budget.text = left;
        Ok(())
    }

    /// Takes the arguments of a call off the stack, the piped one last.
    fn arguments(&mut self, code: &Code, site: &CallSite) -> Result<Vec<Value>, Failure> {
        let mut args = self.spare.pop().unwrap_or_default();
        let from = self.stack.len().saturating_sub(site.args as usize);
        args.extend(self.stack.drain(from..));
        if let Some(piped) = site.piped {
            let value = self.pop();
            match validate(value, piped.ty) {
                Ok(value) => args.push(value),
                Err(message) => return Err(self.refuse(code, piped.at, message)),
            }
        }
        Ok(args)
    }

    fn recycle(&mut self, mut args: Vec<Value>) {
        if self.spare.len() < SPARE {
            args.clear();
            self.spare.push(mem::take(&mut args));
        }
    }
}

/// How the first argument of `call` reads: as written, or as reflection prints a piped value.
fn callee_text(code: &Code, site: &CallSite, args: &[Value]) -> String {
    if site.args > 0 {
        let text = code.unit.print(site.call_at);
        let shown = rune::to_text(&text);
        return first_argument(code, site).unwrap_or(shown);
    }
    match &args[0] {
        Value::Str(text) => text.to_string(),
        value if value.kind() == Kind::Invalid => "<invalid Value>".to_owned(),
        value => format!("<{} Value>", value.type_info().name),
    }
}

fn first_argument(code: &Code, site: &CallSite) -> Option<String> {
    let crate::node::Data::Command { args } = code.unit.node(site.call_at).data else {
        return None;
    };
    let first = *code.unit.links(args).get(1)?;
    Some(rune::to_text(&code.unit.print(first)))
}
