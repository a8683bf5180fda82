//! A packed chart.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::chart::archive);
