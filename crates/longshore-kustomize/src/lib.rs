//! Kustomizations: generators, transformers, patches, replacements, components.
//!
//! The crate does what `kustomize build` of Kustomize 5.8.1 does, byte for byte, in time linear in the number of objects.
//! It is pure: files come in through a trait, and out come objects, warnings, or an error with the text that Kustomize
//! prints. An object's body is a [`longshore_yaml::Node`] as go-yaml v3 reads it, comments included, until it is written.
//!
//! What it says beyond that stands beside it: where an error happened and what to do ([`diagnose`]), entries that matched
//! nothing ([`finding`]), what has set each field of a resource ([`mod@explain`]).
//!
//! What it does not know: where files lie, git, HTTP, clusters, and how anything is shown.

pub mod accumulator;
pub mod build;
pub mod charts;
pub mod config;
pub mod decode;
pub mod diagnose;
pub mod edit;
pub mod error;
pub mod explain;
pub mod field;
pub mod fieldpath;
pub mod fieldspec;
pub mod files;
pub mod finding;
pub mod generate;
pub mod gvk;
pub mod hash;
pub mod id;
pub mod json6902;
pub mod kustomization;
pub mod labels;
mod lines;
pub mod loader;
pub mod localize;
pub mod merge;
pub mod names;
pub mod origin;
pub mod output;
pub mod plugin;
pub mod printed;
pub mod programs;
pub mod remote;
pub mod replacement;
pub mod resource;
pub mod resources;
pub mod scope;
pub mod selector;
mod shown;
pub mod spot;
mod trace;
pub mod transform;
pub mod var;

pub use build::{Built, Options, Reorder, build};
pub use charts::{Charts, Pull};
pub use error::Error;
pub use explain::explain;
pub use files::{Files, Resolved};
pub use finding::Finding;
pub use gvk::Gvk;
pub use id::Id;
pub use kustomization::Kustomization;
pub use loader::Restriction;
pub use programs::Programs;
pub use scope::Scopes;
