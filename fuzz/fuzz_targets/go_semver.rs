//! The first line as a version, the rest as a constraint: what is printed is read as the same.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::versions);
