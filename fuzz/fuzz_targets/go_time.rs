//! The first line as a layout, the rest as a time in it, and as a duration.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::times);
