//! Charts: load, values, dependencies, template functions, render.
//!
//! The crate does what Helm's offline half does, byte for byte, at a chosen [`Level`]. It is pure: files
//! come in as bytes ([`Chart::load`], [`Chart::unpack`]), values as Go maps ([`values`]), and what a
//! render cannot know by itself (time, randomness, the cluster) through [`Services`]. Out come manifests,
//! hooks and notes ([`Rendered`]), or an [`Error`] with the text that Helm prints.
//!
//! A chart is immutable and `Send + Sync`. An [`Engine`] parses a chart's templates once and executes them
//! as often as asked. See [`render`] for a chart rendered in ten lines.
//!
//! The way of a render: [`dependencies::resolve`] (aliases, conditions, imports), coalescing
//! ([`values::Coalescer`]), schemas, templates, then [`manifest`] (splitting, hooks, order).

mod builtins;
mod capabilities;
mod chart;
pub mod compat;
pub mod dependencies;
mod engine;
mod error;
mod file;
pub mod functions;
pub mod lint;
pub mod load;
mod log;
pub mod manifest;
pub mod metadata;
mod origin;
mod pack;
mod render;
pub mod repository;
mod schema;
pub mod starter;
mod stream;
pub mod values;

pub use capabilities::{Capabilities, KubeVersion};
pub use chart::Chart;
pub use compat::Level;
pub use engine::Engine;
pub(crate) use error::Trace;
pub use error::{Error, ErrorKind};
pub use file::File;
pub use functions::{GaveUp, KeyKind, Keys, Services};
pub use log::Log;
pub use manifest::{Hook, HookEvent, Manifest};
pub use origin::{Action, Origin, Origins};
pub use render::{Options, Output, PostRender, Release, RenderInput, Rendered, render};
