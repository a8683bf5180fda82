//! `.helmignore`; the last line is a path.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::ignore);
