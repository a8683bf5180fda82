//! The one TLS provider, what Longshore reads out of certificates, and the keys that it makes.
//!
//! Every TLS connection of the process uses one cryptography provider, `aws-lc-rs`, and this crate is
//! the only place that names it. Libraries below us (`kube`, `hyper-rustls`) look for the process
//! default; [`install`] sets it, and whoever is about to open a connection calls it first.
//!
//! ```
//! longshore_tls::install();
//! longshore_tls::install(); // as often as one likes
//! assert!(rustls::crypto::CryptoProvider::get_default().is_some());
//! ```

mod certificate;
mod client;
mod key;
mod provider;
mod served;

pub use certificate::{CertificateError, CertificateFacts, certificates};
pub use client::{ClientError, ClientOptions, client_config};
pub use key::{KeyError, KeyKind, PrivateKey};
pub use provider::{install, provider};
pub use served::{Flaw, flaws};
