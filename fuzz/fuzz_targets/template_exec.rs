//! Any text as a template, executed with data of all kinds.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::template::execute);
