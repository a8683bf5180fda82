//! File trees from disk and files over HTTP, with caps and signatures, for engines that do no I/O of their own.
//!
//! Engines take bytes (design decision 12); this crate is where the bytes come from. A tree is read
//! whole and in a fixed order, symbolic links are followed, anything that is neither file nor folder
//! is refused, and no tree may be larger than [`Limits`] allow. What comes over the network
//! ([`Http`]) is capped too, and complete or an error. Repositories of git are copied by the program of that
//! name ([`vcs`]). Who made something, and that it is unchanged, is
//! told by [`provenance`].

mod disk;
mod http;
mod kustomization;
mod near;
pub mod oci;
pub mod provenance;
pub mod tarball;
pub mod vcs;

pub use disk::{Limits, SourceFile, Tree, read_file, read_tree, read_tree_telling};
pub use http::{Access, Get, Http, HttpError, MAX_BODY, Proxies, TIMEOUT, Tagged, TlsFileError, TlsFiles};
pub use kustomization::{KustomizationFiles, Remotes, checkout};
pub use near::near;
pub use reqwest;
