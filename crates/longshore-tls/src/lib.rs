//! The one TLS provider, and every rustls configuration.
