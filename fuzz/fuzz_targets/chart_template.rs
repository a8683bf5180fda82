//! A template with all of Helm's functions.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::template);
