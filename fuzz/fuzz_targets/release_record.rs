//! A release's record, as a Secret holds it.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::project::record_text);
