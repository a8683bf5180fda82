//! What functions may do with the execution that calls them.

use std::sync::Arc;

use longshore_go::{Str, Value};

use super::{Body, Vm};
use crate::error::{ExecError, FuncError, Problem};
use crate::func::{Executor, SourceError};
use crate::template::Template;
use crate::trace::Tracer;

impl<'s, T: Tracer> Vm<'s, T> {
    /// Runs a template beside what is executing and gives what it printed.
    fn nested(&mut self, code: Body<'s>, data: Value) -> Result<Vec<u8>, ExecError> {
        if self.nested.len() >= self.budget.reentry {
            let limit = self.budget.reentry;
            return Err(ExecError {
                place: None,
                template: code.name.clone(),
                problem: Problem::Budget(format!("exceeded maximum template depth ({limit})")),
            });
        }
        let mark = self.mark();
        let (base, at) = (self.base, self.at);
        self.nested.push(code.name.clone());
        if T::ON {
            self.tracer.capturing();
        }
        let result = self.start(code, data);
        self.nested.pop();
        let printed = result.is_ok().then(|| self.out[mark.out..].to_vec());
        if T::ON {
            match (&printed, self.native.last()) {
                (Some(text), Some((_, call))) => self.tracer.captured(mark.out, text, call),
                _ => self.tracer.dropped(mark.out),
            }
        }
        self.back_to(&mark);
        self.base = base;
        self.at = at;
        result.map_err(|error| *error)?;
        Ok(printed.unwrap_or_default())
    }
}

impl<T: Tracer> Executor for Vm<'_, T> {
    fn execute(&mut self, name: &[u8], data: Value) -> Result<Vec<u8>, ExecError> {
        match self.find(name) {
            Some(code) => self.nested(code, data),
            None => Err(self.set.unknown(name)),
        }
    }

    fn execute_source(&mut self, name: &Str, source: &Str, data: Value) -> Result<Vec<u8>, SourceError> {
        let codes = self.set.on_top(name, source)?;
        let Some(main) = codes.iter().find(|code| code.name == *name).map(Arc::clone) else {
            return Ok(Vec::new()); // not reached: every source defines its own name
        };
        // A blank definition hides nothing that is there.
        let overlay: Vec<Arc<Template>> =
            codes.iter().filter(|code| !(code.blank && self.find(&code.name).is_some())).cloned().collect();
        self.overlays.push(overlay);
        let result = self.nested(Body::OnTop(main), data);
        self.overlays.pop();
        Ok(result?)
    }

    fn has_template(&self, name: &[u8]) -> bool {
        self.find(name).is_some()
    }

    fn active(&self, name: &[u8]) -> usize {
        let called = self.frames.iter().filter_map(|frame| frame.capture.as_ref());
        let called = called.filter(|capture| *capture.name == *name).count();
        called + self.nested.iter().filter(|other| ***other == *name).count()
    }

    fn charge(&mut self, steps: u64) -> Result<(), FuncError> {
        if self.budget.steps < steps {
            self.budget.steps = 0;
            return Err(FuncError::new("exceeded maximum number of template steps"));
        }
        self.budget.steps -= steps;
        Ok(())
    }
}
