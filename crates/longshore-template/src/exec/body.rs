//! What the machine runs.

use std::ops::Deref;
use std::sync::Arc;

use crate::code::Code;
use crate::template::Template;

/// The code of a template while it is executed.
///
/// Those of the set live longer than any execution. To count who uses them would cost more than the rest of a call.
#[derive(Clone)]
pub(crate) enum Body<'s> {
    /// A template of the set.
    OfSet(&'s Code),
    /// One of a source that was parsed on top of the set.
    OnTop(Arc<Template>),
}

impl Deref for Body<'_> {
    type Target = Code;

    fn deref(&self) -> &Code {
        match self {
            Self::OfSet(code) => code,
            Self::OnTop(template) => template.code(),
        }
    }
}
