//! What other programs have sealed.

#![expect(clippy::unwrap_used, reason = "what the tests share is a part of them")]

mod sops;
