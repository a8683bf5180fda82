//! A rendered file, split into documents; nothing is invented.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::split);
