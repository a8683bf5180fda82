//! Charts: load, values, dependencies, template functions, render.
//!
//! The crate does what Helm's offline half does, byte for byte, at a chosen [`Level`]. It is pure: files
//! come in as bytes ([`Chart::load`], [`Chart::unpack`]), values as Go maps ([`values`]), and what a
//! render cannot know by itself (time, randomness, the cluster) through [`Services`]. Out come manifests,
//! hooks and notes ([`Rendered`]), or an [`Error`] with the text that Helm prints.
//!
//! A chart in ten lines:
//!
//! ```
//! use longshore_chart::*;
//! # fn main() -> Result<(), Error> {
//! # struct Nothing;
//! # impl Services for Nothing {
//! #     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
//! # }
//! # let (metadata, values, template) = ("{apiVersion: v2, name: web, version: 1.0.0}", "port: 80", "port: {{ .Values.port }}");
//! let level = Level::default();
//! let files = [("Chart.yaml", metadata), ("values.yaml", values), ("templates/service.yaml", template)];
//! let chart = Chart::load(files.map(|(name, text)| File::new(name, text)), level)?;
//! let values = values::read(b"port: 8080", level)?;
//! let release = Release { name: "shop", namespace: "default", revision: 1, is_upgrade: false };
//! let capabilities = Capabilities::assumed(level.rules());
//! let input = RenderInput { values, release, capabilities, services: &Nothing, options: Options::default() };
//! let rendered = render(&chart, &input, level)?;
//! assert_eq!(rendered.helm_template_output(), "---\n# Source: web/templates/service.yaml\nport: 8080\n");
//! # Ok(()) }
//! ```
//!
//! `Nothing` stands for the world outside, of which a chart may ask for random bytes, the time, the cluster: it
//! implements [`Services`].
//!
//! A chart is immutable and `Send + Sync`. An [`Engine`] parses a chart's templates once and executes them as often as
//! asked, for other releases and values, and from several threads:
//!
//! ```
//! # use longshore_chart::*;
//! # fn main() -> Result<(), Error> {
//! # struct Nothing;
//! # impl Services for Nothing {
//! #     fn random(&self, buffer: &mut [u8]) { buffer.fill(4) }
//! # }
//! # let level = Level::default();
//! # let chart = Chart::load([
//! #     File::new("Chart.yaml", "{apiVersion: v2, name: web, version: 1.0.0}"),
//! #     File::new("templates/service.yaml", "name: {{ .Release.Name }}"),
//! # ], level)?;
//! let engine = Engine::new(level);
//! for name in ["blue", "green"] {
//!     let rendered = engine.render(&chart, &RenderInput {
//!         values: longshore_go::Map::new(),
//!         release: Release { name, namespace: "default", revision: 1, is_upgrade: false },
//!         capabilities: Capabilities::assumed(level.rules()),
//!         services: &Nothing,
//!         options: Options::default(),
//!     })?;
//!     assert_eq!(rendered.manifests[0].content, format!("name: {name}"));
//! }
//! # Ok(()) }
//! ```
//!
//! The way of a render: [`dependencies::resolve`] (aliases, conditions, imports), coalescing
//! ([`values::Coalescer`]), schemas, templates, then [`manifest`] (splitting, hooks, order). Beside it stand
//! [`Engine::render_traced`], which tells where each line comes from, and [`Engine::reads`], which tells which values
//! the templates can read.

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
mod reads;
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
pub use reads::Reads;
pub use render::{Options, Output, PostRender, Release, RenderInput, Rendered, release_name, render};
