//! The first line as a pattern, on the rest: found, split, replaced.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::patterns);
