//! The files of a kustomization.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::kustomize::files);
