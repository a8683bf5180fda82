//! Charts in OCI registries.
//!
//! A chart in a registry is its archive, its metadata and perhaps a signed statement, listed by a manifest that has the
//! chart's version as its tag. Media types: <https://helm.sh/docs/topics/registries/>; the protocol:
//! <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>. Only what charts need of it is here, on the
//! same HTTP client as everything else, so that proxies, certificates and the words of errors are the same.
//!
//! ```no_run
//! use longshore_source::Http;
//! use longshore_source::oci::{Login, Options, Part, Registry, Store, Tokens};
//! let http = Http::new("Helm/4.3.1");
//! let store = Store::open("registry/config.json".as_ref())?;
//! let registry = Registry::new(&http, Options::default(), Login::Stored(store), Tokens::default());
//! let chart = registry.locate("oci://registry.example.com/charts/web", "^1")?;
//! let archive = registry.pull(&chart.url, Part::Archive)?.bytes;
//! # Ok::<(), longshore_source::oci::OciError>(())
//! ```

mod challenge;
mod config;
mod credentials;
mod error;
mod image;
mod manifest;
mod plugin;
mod pull;
mod push;
mod reference;
mod registry;
mod token;
mod transport;

pub use credentials::{Credential, Store};
pub use error::OciError;
pub use image::image_name;
pub use manifest::sha256;
pub use plugin::{Plugin, plugin_name};
pub use pull::{Part, Pulled};
pub use push::{Chart, Pushed};
pub use reference::Reference;
pub use registry::{Located, Login, Options, Registry, Tokens};

/// Bytes of a manifest or a list of tags that are taken.
const MAX_METADATA: u64 = 4 << 20;

/// Bytes of an answer with a token that are taken.
const MAX_TOKEN: u64 = 128 << 10;

/// Bytes of an error that are looked at.
const MAX_ERROR: u64 = 8 << 10;
