//! Sources that functions execute, parsed once.
//!
//! Helm's `tpl` gets the same few strings again and again: a label set, an annotation, a name from
//! the values. What they are does not depend on the templates around them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use longshore_go::Str;

use crate::ParseError;
use crate::template::Template;

/// Bytes of source that are kept.
const CAPACITY: usize = 4 << 20;

/// Compiled sources by the name and text that they were parsed from.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    codes: BTreeMap<(Str, Str), Compiled>,
    bytes: usize,
}

/// The templates of one source.
pub(crate) type Compiled = Arc<[Arc<Template>]>;

impl Sources {
    /// The templates of a source; compiled by `compile` if they are not here. Errors are not kept.
    pub(crate) fn get(
        &self,
        name: &Str,
        source: &Str,
        compile: impl FnOnce() -> Result<Vec<Arc<Template>>, ParseError>,
    ) -> Result<Compiled, ParseError> {
        let key = (name.clone(), source.clone());
        if let Ok(kept) = self.kept.lock()
            && let Some(codes) = kept.codes.get(&key)
        {
            return Ok(Arc::clone(codes));
        }
        let codes: Compiled = compile()?.into();
        if let Ok(mut kept) = self.kept.lock()
            && kept.bytes + source.len() <= CAPACITY
        {
            kept.bytes += source.len();
            kept.codes.insert(key, Arc::clone(&codes));
        }
        Ok(codes)
    }
}
