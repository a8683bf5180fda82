//! Control planes on loopback, and with a real node ([`real`]): starting, looking at and ending them.
//!
//! A cluster is a folder in the cache ([`Place`]) with a [`Record`] of what runs. [`up`] makes it, [`down`] unmakes it,
//! and both work from the record, so it does not matter which process calls them or what became of the one that called
//! before. The programs come from [`crate::tools`] and must have been built.
//!
//! Parts: [`stages`] is what simulated pods do; `components` the command lines; `certificates` the keys; `life` the
//! order of starting and ending; `readiness` when a cluster counts as ready; `contents` what is put into an empty one.

mod access;
mod certificates;
mod components;
mod contents;
mod life;
mod readiness;
pub mod real;
mod record;
pub mod stages;

pub use access::client;
pub(crate) use access::{kubeconfig_as, kubeconfig_for_namespace};
pub use certificates::Validity;
pub use life::{Lifetime, Running, down, sweep, up, up_with};
pub(crate) use readiness::namespace_equipped;
pub(crate) use real::require as require_programs;
pub use real::{AddOn, Nodes};
pub use record::{ComponentRecord, NodeRecord, Place, Record};
