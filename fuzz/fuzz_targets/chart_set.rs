//! `--set` and its kin.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::flags);
