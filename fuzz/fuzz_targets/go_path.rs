//! The first line as a pattern of paths, the rest as a path.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::go::paths);
