//! Numbers, bools and quoting: what is formatted is parsed as the same.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::numbers);
