//! A format string on values of all kinds.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::formats);
