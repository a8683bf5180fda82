//! A values file, read and merged.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::read_values);
