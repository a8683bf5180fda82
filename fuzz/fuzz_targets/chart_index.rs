//! The index of a chart repository.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::index);
