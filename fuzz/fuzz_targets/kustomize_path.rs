//! A path to fields, and an object.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::kustomize::paths);
