//! URLs, read and printed.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::urls);
