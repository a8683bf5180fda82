//! One program that stands in for the services of a platform whose own programs are not ours to run.
//!
//! It listens where the service would listen, reads what the service would read, connects to what the service would
//! connect to, and says on pages what it found: [`settings`] and [`dependencies`]. How it misbehaves ([`behaviour`]) is a
//! test's to say, when it starts or while it runs. The same program asks (`load`, `listen`), so that a test inside a
//! cluster needs nothing else.
//!
//! It knows nothing of the product. The README beside it lists paths and settings.

pub mod ask;
pub mod behaviour;
mod chatter;
mod connection_string;
pub mod dependencies;
mod faults;
pub mod guard;
mod http;
pub mod incoming;
mod mask;
mod metrics;
pub mod outgoing;
pub mod service;
pub mod settings;
mod state;
