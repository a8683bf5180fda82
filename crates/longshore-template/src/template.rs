//! One template of a source: parsed, and compiled when it is executed for the first time.
//!
//! A chart defines far more templates than a render executes, and the library charts that most of them bring along
//! do so above all. Whatever can be wrong with a source is found by parsing it; to compile never fails.

use std::sync::{Arc, OnceLock};

use longshore_go::Str;

use crate::code::Code;
use crate::compile::compile;
use crate::func::FuncTable;
use crate::node::{NodeId, Unit};

/// A parsed template. `Send + Sync`; shared by all executions.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Str,
    /// Nothing but white space: overrides no other definition.
    pub(crate) blank: bool,
    root: NodeId,
    unit: Arc<Unit>,
    functions: Arc<FuncTable>,
    code: OnceLock<Box<Code>>,
}

impl Template {
    /// The template whose body is the list `root`.
    pub(crate) fn new(name: Str, root: NodeId, unit: &Arc<Unit>, functions: &Arc<FuncTable>) -> Self {
        Self {
            blank: unit.is_blank(root),
            name,
            root,
            unit: Arc::clone(unit),
            functions: Arc::clone(functions),
            code: OnceLock::new(),
        }
    }

    /// Its source, and the list in it that it is.
    pub(crate) fn tree(&self) -> (&Unit, NodeId) {
        (&self.unit, self.root)
    }

    /// What executes it.
    pub(crate) fn code(&self) -> &Code {
        self.code.get_or_init(|| Box::new(compile(&self.unit, &self.name, self.root, &self.functions)))
    }
}
