//! An object and a JSON patch.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::kustomize::patched);
