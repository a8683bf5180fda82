//! Values: reading files, merging them, and giving each chart its own (coalescing).
//!
//! Values are Go maps ([`longshore_go::Map`]): shared, mutable, every number of a file a float. A chart
//! itself keeps its own as [`Defaults`], so that it can be shared between threads.

mod coalesce;
mod defaults;
pub(crate) mod json;
mod read;
mod set;
mod source;
pub(crate) mod table;

pub(crate) use coalesce::deep_copy;
pub use coalesce::{Coalescer, merge_tables};
pub use defaults::{DefaultValue, Defaults};
pub use json::{from_json, map_from_json, to_json};
pub(crate) use read::read_document;
pub use read::{merge_maps, read};
pub use set::{Form, set};
pub use source::{Sources, merge};
