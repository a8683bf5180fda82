//! A string, however odd, written by either emitter, is read back as it was.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::yaml::text);
