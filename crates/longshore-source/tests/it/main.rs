//! What comes over the network: against a server on loopback.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod http;
mod oci;
mod provenance;
