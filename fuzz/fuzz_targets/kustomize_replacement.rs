//! A replacement, and objects.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::kustomize::replaced);
