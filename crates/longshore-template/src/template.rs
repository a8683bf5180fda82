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
use crate::parse::Definition;

/// A parsed template. `Send + Sync`; shared by all executions.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) name: Str,
    /// The name of its source.
    file: Str,
    /// Nothing but white space: overrides no other definition.
    pub(crate) blank: bool,
    root: NodeId,
    unit: Arc<Unit>,
    functions: Arc<FuncTable>,
    code: OnceLock<Box<Code>>,
}

impl Template {
    /// The template that a source, called `file`, defines.
    pub(crate) fn new(
        definition: Definition,
        file: &Str,
        unit: &Arc<Unit>,
        functions: &Arc<FuncTable>,
    ) -> Self {
        let Definition { name, root } = definition;
        Self {
            blank: unit.is_blank(root),
            name,
            file: file.clone(),
            root,
            unit: Arc::clone(unit),
            functions: Arc::clone(functions),
            code: OnceLock::new(),
        }
    }

    /// The same template of another source with the same text, called `file`.
    pub(crate) fn of_copy(&self, file: &Str) -> Self {
        Self {
            name: if self.name == self.file { file.clone() } else { self.name.clone() },
            file: file.clone(),
            blank: self.blank,
            root: self.root,
            unit: Arc::clone(&self.unit),
            functions: Arc::clone(&self.functions),
            code: OnceLock::new(),
        }
    }

    /// Its source, and the list in it that it is.
    pub(crate) fn tree(&self) -> (&Unit, NodeId) {
        (&self.unit, self.root)
    }

    /// What executes it.
    pub(crate) fn code(&self) -> &Code {
        let names = (&self.name, &self.file);
        self.code.get_or_init(|| Box::new(compile(&self.unit, names, self.root, &self.functions)))
    }
}
