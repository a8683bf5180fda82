//! JSON read, written and read again.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::jsons);
