//! Secrets outside of a cluster: where they come from ([`Source`]), what is sealed, to whom, and who can open it.
//!
//! A frozen plan holds everything that a deploy will write, Secrets included. What must not be read by
//! whoever can read the file is sealed in the [age](https://age-encryption.org/v1) format to the
//! [`Recipient`]s of its environment, and opened with the [`Identity`] of one of them; `age` and `age-keygen`
//! of others read and make the same.
//!
//! ```
//! use longshore_secrets::{Identity, Recipient, open, seal};
//! let identity = Identity::generate();
//! let recipient: Recipient = identity.recipient().to_string().parse()?;
//! let sealed = seal(b"password", &[recipient])?;
//! assert!(!String::from_utf8_lossy(&sealed).contains("password"));
//! assert_eq!(&**open(&sealed, &[identity])?, b"password");
//! # Ok::<(), longshore_secrets::SealError>(())
//! ```

mod command;
mod identity;
mod seal;
pub mod sops;
mod source;

pub use identity::{Identity, Recipient, identities, sops_identities};
pub use seal::{MAX_SEALED, SealError, open, seal};
pub use source::{Source, SourceError, examine_sops};
