//! Scanner and parser alone, both dialects.

#![no_main]

longshore_fuzz::target!(longshore_fuzz::yaml::syntax);
