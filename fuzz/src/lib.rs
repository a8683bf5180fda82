//! What fuzzers are let loose on, and what an input may cost.
//!
//! A module for each crate under test: it holds a function for each target, from bytes to nothing, which
//! panics where a promise is broken. The same files are part of the crates' own tests (`tests/it/corpus.rs`),
//! which replay all that is committed under `corpus/`.

pub mod budget;
pub mod chart;
pub mod diag;
pub mod go;
pub mod kustomize;
pub mod object;
#[cfg(feature = "project")]
pub mod project;
pub mod replay;
pub mod template;
pub mod yaml;

#[doc(hidden)]
pub use libfuzzer_sys;

/// The program of one target: `target!(longshore_fuzz::yaml::nodes)`.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        $crate::libfuzzer_sys::fuzz_target!(
            init: $crate::budget::prepare(),
            |input: &[u8]| $crate::budget::within($check, input)
        );
    };
}
