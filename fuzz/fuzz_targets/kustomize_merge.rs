//! An object and a strategic merge patch.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::kustomize::merged);
