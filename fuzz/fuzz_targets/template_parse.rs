//! Any text as a template.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::template::parse);
