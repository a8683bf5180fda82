//! `longshore.yaml`: read, or refused with a place that is in it.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::project::file);
